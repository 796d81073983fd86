import Speakers
import Speech
import Testing

@testable import LocalEngine

@Suite struct `Stretch planner` {
    private func at(_ seconds: Double) -> SampleIndex { SampleIndex(seconds: seconds, at: .speech) }

    private func starts(_ stretches: [SampleRange]) -> [Double] { stretches.map { $0.start.seconds(at: .speech) } }

    @Test func `plans a stretch every 2.5 s, and the last one reaches the end`() {
        var planner = StretchPlanner()
        planner.add(probability: 1, until: at(18.6))
        #expect(starts(planner.stretches(until: at(9.9), isLast: false)) == [])
        #expect(starts(planner.stretches(until: at(15), isLast: false)) == [0, 2.5, 5])
        #expect(planner.next == at(7.5))
        #expect(starts(planner.stretches(until: at(18.6), isLast: true)) == [7.5, 10])
        #expect(planner.stretches(until: at(18.6), isLast: true) == [])
    }

    @Test func `plans one stretch for a short recording, and none for silence`() {
        var planner = StretchPlanner()
        planner.add(probability: 0.9, until: at(0.5))
        #expect(starts(planner.stretches(until: at(1), isLast: true)) == [0])
        var silent = StretchPlanner()
        silent.add(probability: 0.1, until: at(30))
        #expect(silent.stretches(until: at(30), isLast: true) == [])
        var empty = StretchPlanner()
        #expect(empty.stretches(until: .zero, isLast: true) == [])
    }

    @Test func `leaves out stretches that begin after the last speech`() {
        var planner = StretchPlanner()
        planner.add(probability: 1, until: at(6))
        planner.add(probability: 0, until: at(20))
        #expect(starts(planner.stretches(until: at(20), isLast: true)) == [0, 2.5, 5])
    }
}
