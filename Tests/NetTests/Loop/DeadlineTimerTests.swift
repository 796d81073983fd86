import Speech
import HarkenTesting
import Net
import Synchronization
import Testing

@Suite(.hangLimit) struct `A timer for a moving deadline` {
    /// Arms a timer for each of the deadlines, in milliseconds from now, and moves the clock step by step far beyond them. Returns the times at which
    /// the timer fired, in milliseconds.
    private func fired(_ deadlines: [Int?]) async throws -> [Int] {
        let clock = HeldClock()
        let loop = try Loop { clock.now }
        defer { loop.shutdown() }
        let fired = Mutex([Int]())
        await loop.run {
            let timer = DeadlineTimer(on: loop)
            let began = loop.now
            for deadline in deadlines {
                timer.arm(for: deadline.map { began + .milliseconds($0) }) {
                    fired.withLock { $0.append(Int(began.duration(to: loop.now) / .milliseconds(1))) }
                }
            }
        }
        for step in [9, 1, 9, 1, 20, 20, 59, 1, 1_000, 1_000_000] {
            clock.advance(by: .milliseconds(step))
            // Timers come after the jobs of a batch: those of the first one have run when the second one does.
            for _ in 0..<2 { await loop.run {} }
        }
        return fired.withLock { $0 }
    }

    @Test(arguments: [[20], [20, 60, 20], [400_000, 20], [60, nil, 20]] as [[Int?]])
    func `fires once, at the last deadline`(deadlines: [Int?]) async throws {
        #expect(try await fired(deadlines) == [20])
    }

    @Test func `fires no sooner than a deadline that moved to a later time`() async throws {
        #expect(try await fired([10, 120]) == [120])
    }

    @Test func `does not fire without a deadline`() async throws {
        #expect(try await fired([10, nil]).isEmpty)
    }
}
