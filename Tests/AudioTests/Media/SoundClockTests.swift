@testable import Audio
import Speech
import Testing

@Suite struct `The clock of a sound track` {
    /// Places frames of a tenth of a second, and returns the silence before each, in milliseconds, and the number of samples that were dropped.
    ///
    /// - Parameter frames: the time stamps in milliseconds.
    private func place(
        _ frames: [Int?], start: Duration = .seconds(3_600), hole: Duration = .seconds(86_400), end: Duration? = nil
    ) -> (silences: [Int], dropped: Int, clock: SoundClock) {
        var clock = SoundClock(SoundClock.Limits(start: start, hole: hole))
        var silences: [Int] = [], dropped = 0
        for time in frames {
            let placement = clock.place(at: time.map { .milliseconds($0) }, count: 1_600, .speech, end: end)
            silences.append(Int((placement.silence / .milliseconds(1)).rounded()))
            dropped += placement.droppedCount
        }
        return (silences, dropped, clock)
    }

    @Test func `leaves sound that follows itself as it is`() {
        let placed = place([0, 100, nil, 301, 380])
        #expect(placed.silences == [0, 0, 0, 0, 0])
        #expect(placed.dropped == 0)
        #expect(placed.clock.position == .milliseconds(500))
        #expect(placed.clock.notice == nil)
    }

    @Test func `puts silence before sound that begins late, and tells nobody`() {
        let placed = place([3000, 3100])
        #expect(placed.silences == [3_000, 0])
        #expect(placed.clock.position == .milliseconds(3_200))
        #expect(placed.clock.notice == nil)
    }

    @Test func `drops what lies before the start`() {
        let placed = place([-150, -50, 50])
        #expect(placed.dropped == 1_600 + 800)
        #expect(placed.silences == [0, 0, 0])
        #expect(placed.clock.position == .milliseconds(150))
    }

    @Test func `makes silence of holes, and tells of them`() {
        let placed = place([0, 5100, 5200, 6300])
        #expect(placed.silences == [0, 5_000, 0, 1_000])
        #expect(placed.clock.notice == .holes(count: 2, total: .seconds(6), first: .milliseconds(100)))
    }

    @Test func `counts a hole from where the sound is, so that small errors do not add up`() {
        // Each time stamp is 3 ms late: after fourteen of them the sound is 42 ms early.
        let placed = place((0..<40).map { 103 * $0 })
        #expect((70..<120).contains(placed.silences.reduce(0, +)))
        #expect(abs(placed.clock.position / .seconds(1) - 0.103 * 40) < 0.05)
        #expect(placed.clock.notice == nil)
    }

    @Test func `goes on when the time stamps begin anew`() {
        let placed = place([100000, 100100, 0, 100, 2200], start: .seconds(5))
        #expect(placed.silences == [0, 0, 0, 0, 2_000])
        #expect(placed.dropped == 0)
    }

    @Test(arguments: [(hole: 70, limit: 60, end: nil as Int?), (3_600, 86_400, 20), (1_000_000_000, 86_400, nil)])
    func `does not believe a hole beyond its limit or the file's end`(hole: Int, limit: Int, end: Int?) {
        let placed = place(
            [0, hole * 1_000 + 100, hole * 1_000 + 200, hole * 1_000 + 1_300], hole: .seconds(limit), end: end.map { .seconds($0) })
        #expect(placed.silences == [0, 0, 0, 1_000])
        #expect(placed.clock.position == .milliseconds(1_400))
    }

    @Test func `does not believe more holes than its limit for all of them together`() {
        var clock = SoundClock(SoundClock.Limits(start: .seconds(10), hole: .seconds(300), total: .seconds(3_600)))
        for number in 0..<20 { _ = clock.place(at: .milliseconds(300_100 * number), count: 1_600, .speech, end: nil) }
        #expect(clock.notice == .holes(count: 12, total: .seconds(3_600), first: .milliseconds(100)))
        #expect(clock.position == .seconds(3_602))
    }

    @Test func `believes a hole that reaches to the file's end`() {
        #expect(place([0, 19000], end: .seconds(19)).silences == [0, 18_900])
    }
}
