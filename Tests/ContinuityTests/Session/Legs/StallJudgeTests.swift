import Speech
import Testing

@testable import Continuity

@Suite struct `A judge of stalls` {
    private let slow = SessionEngine(EngineName("slow"), slowness: .seconds(4))
    private let quick = SessionEngine(EngineName("quick"))
    private let silence = SuspectedStall(
        leg: LegID(0), engine: EngineName("quick"), channels: 0..<1, range: SampleRange(.zero, SampleIndex(16_000)), error: .timedOut("silent"))
    private let words = [Word("hello", SampleRange(SampleIndex(4_000), SampleIndex(8_000)), confidence: 1)]

    @Test func `gives a slow engine more time, and no engine less than usual`() {
        var judge = StallJudge(stall: .seconds(3))
        #expect(judge.limit(of: quick) == .seconds(3))
        #expect(judge.limit(of: slow) == .seconds(5))
        judge.noteLag(.seconds(60), of: quick.name)
        #expect(judge.limit(of: quick) == .seconds(10), "a quarter more than eight seconds at most")
    }

    @Test func `waits longer while nobody can be understood`() {
        var judge = StallJudge(stall: .seconds(3))
        judge.heardNothing()
        #expect(judge.limit(of: quick) == .seconds(6))
        for _ in 0..<10 { judge.heardNothing() }
        #expect(judge.limit(of: quick) == .seconds(48))
        judge.heardWords()
        #expect(judge.limit(of: quick) == .seconds(3))
    }

    @Test func `finds an engine at fault once another hears words in its silence`() {
        var judge = StallJudge(stall: .seconds(3))
        judge.suspect(silence)
        #expect(judge.faults(shownBy: words, of: .leg(LegID(0)), in: 0).isEmpty, "its own words")
        #expect(judge.faults(shownBy: words, of: .leg(LegID(1)), in: 1).isEmpty, "another channel")
        #expect(judge.faults(shownBy: words, of: .leg(LegID(1)), in: 0).map(\.engine) == [quick.name])
        #expect(judge.faults(shownBy: words, of: .leg(LegID(1)), in: 0).isEmpty, "told once")
    }

    @Test func `acquits an engine that answers after all`() {
        var judge = StallJudge(stall: .seconds(3))
        judge.suspect(silence)
        judge.acquit(LegID(0))
        #expect(judge.faults(shownBy: words, of: .vote, in: 0).isEmpty)
    }
}
