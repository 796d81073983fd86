import Speech
import HarkenTesting
import Net
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A timer for a moving deadline` {
    /// Arms a timer for each of the deadlines, in milliseconds from now, and returns what fired, in milliseconds.
    private func fired(_ deadlines: [Int?], after wait: Duration) async throws -> [Duration] {
        let loop = try Loop()
        defer { loop.shutdown() }
        let fired = Mutex([Duration]())
        await loop.run {
            let timer = DeadlineTimer(on: loop)
            let began = loop.now
            for deadline in deadlines {
                timer.arm(for: deadline.map { began + .milliseconds($0) }) { fired.withLock { $0.append(began.duration(to: loop.now)) } }
            }
        }
        try await Task.sleep(for: wait)
        return fired.withLock { $0 }
    }

    @Test(arguments: [[20], [20, 60, 20], [400_000, 20], [60, nil, 20]] as [[Int?]])
    func `fires once at the last deadline`(deadlines: [Int?]) async throws {
        let times = try await fired(deadlines, after: .milliseconds(300))
        #expect(times.count == 1)
        #expect(times.allSatisfy { $0 >= .milliseconds(20) })
    }

    @Test func `fires no sooner than a deadline that moved to a later time`() async throws {
        let times = try await fired([10, 120], after: .milliseconds(500))
        #expect(times.count == 1)
        #expect(times.allSatisfy { $0 >= .milliseconds(120) })
    }

    @Test func `does not fire without a deadline`() async throws {
        #expect(try await fired([10, nil], after: .milliseconds(100)).isEmpty)
    }
}
