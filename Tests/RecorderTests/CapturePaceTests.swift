import Recorder
import Speech
import Testing

@Suite struct `The pace of captured audio` {
    /// A microphone whose blocks have 1,024 samples, and a clock that a test moves.
    private struct Captured {
        var pace = CapturePace()
        var now = Instant.start
        /// Position of the next sample, with the gaps that were found.
        var position = SampleCount.zero
        var gaps: [SampleCount] = []
        /// Number of blocks that are held.
        var held = 0

        static let block = SampleCount(1_024)

        mutating func pass(_ duration: Duration) { now += duration }

        /// Takes one block, which comes now.
        mutating func take() {
            let verdict = pace.heard(Self.block, at: now)
            if let gap = verdict.gap {
                held = 0
                if gap > .zero { gaps.append(gap) }
                position += gap
            }
            if verdict.isHeld { held += 1 }
            position += Self.block
        }

        /// Takes blocks, each when it is over.
        mutating func run(_ count: Int, jitter: (Int) -> Duration = { _ in .zero }) {
            for number in 0..<count {
                now += Self.block.duration(at: .speech)
                let late = jitter(number)
                now += late
                take()
                now = now - late
            }
        }

        /// Time of the next sample by the clock, since the first one.
        var elapsed: Duration { now - .start }

        /// Difference between the clock and the samples' places.
        var error: Duration {
            let difference = elapsed - position.duration(at: .speech)
            return difference < .zero ? .zero - difference : difference
        }
    }

    @Test func `is even however late single blocks come`() {
        var captured = Captured()
        captured.run(2_000) { .milliseconds($0 * 37 % 300) }
        #expect(captured.gaps.isEmpty && captured.held == 0)
    }

    @Test(arguments: [2, 60, 3_600, 86_400]) func `has a gap of the time that the machine slept`(seconds: Int) {
        var captured = Captured()
        captured.run(500)
        captured.pass(.seconds(seconds))
        captured.run(1)
        #expect(captured.held == 1)
        captured.run(100)
        #expect(captured.held == 0 && captured.gaps.count == 1)
        #expect(captured.error < .milliseconds(100))
    }

    @Test(arguments: [1, 10, 100]) func `has only the gap that is left when what waited has come`(waited: Int) {
        var captured = Captured()
        captured.run(500)
        captured.pass(.seconds(60))
        for _ in 0..<waited { captured.take() }
        #expect(captured.held == waited && captured.gaps.isEmpty)
        captured.run(100)
        #expect(captured.held == 0 && captured.gaps.count == 1)
        #expect(captured.error < .milliseconds(100))
    }

    @Test func `has no gap when all comes that was late`() {
        var captured = Captured()
        captured.run(500)
        captured.pass(Captured.block.duration(at: .speech) * 100)
        for _ in 0..<100 { captured.take() }
        captured.run(100)
        #expect(captured.gaps.isEmpty && captured.held == 0 && captured.error < .milliseconds(100))
    }

    @Test func `has a gap for each sleep, also when a machine wakes up for a moment only`() {
        var captured = Captured()
        captured.run(500)
        for _ in 0..<5 {
            captured.pass(.seconds(600))
            captured.run(1)
        }
        captured.run(100)
        #expect(captured.gaps.count == 5 && captured.error < .milliseconds(100))
    }

    @Test func `follows a sound card whose clock is not exact`() {
        var captured = Captured()
        // 200 millionths slow, over four hours.
        for _ in 0..<225_000 {
            captured.pass(.microseconds(64_013))
            captured.take()
        }
        #expect(captured.gaps.isEmpty && captured.held == 0)
    }

    @Test func `releases what is held at the end, and after minutes`() {
        var captured = Captured()
        captured.run(500)
        captured.pass(.seconds(60))
        captured.take()
        #expect(captured.pace.end().map { $0 > SampleCount(15_000 * 60) } == true)
        #expect(captured.pace.end() == nil)
        captured.pass(.seconds(3_600))
        for _ in 0..<5_000 { captured.take() }
        #expect(captured.held < 5_000)
    }
}
