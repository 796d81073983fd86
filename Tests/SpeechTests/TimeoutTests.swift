import HarkenTesting
import Speech
import Testing

@Suite(.hangLimit) struct `Work that has a limited time` {
    private let clock = HeldClock()

    /// - Parameter begun: called when the wait has begun.
    private func timeout(_ begun: @escaping @Sendable () -> Void = {}) -> Timeout {
        Timeout { [clock] in
            let end = clock.now + $0
            begun()
            try await clock.sleep(until: end)
        }
    }

    @Test func `gives its outcome when it is done in time`() async {
        #expect(await timeout().outcome(within: .seconds(1), late: "late") { "done" } == "done")
    }

    @Test func `is cancelled when it is late`() async {
        let (waits, wait) = AsyncStream.makeStream(of: Void.self), (ends, end) = AsyncStream.makeStream(of: Void.self)
        let timeout = timeout { wait.yield() }
        async let outcome = timeout.outcome(within: .seconds(1), late: "late") {
            // Goes on until it is cancelled.
            try? await until { false }
            end.yield()
            return "done"
        }
        for await _ in waits { break }
        clock.advance(by: .seconds(1))
        #expect(await outcome == "late")
        for await _ in ends { break }
    }

    @Test func `is late for a caller that is cancelled`() async {
        let timeout = timeout()
        let caller = Task {
            await timeout.outcome(within: .seconds(1), late: "late") {
                try? await until { false }
                return "done"
            }
        }
        caller.cancel()
        #expect(await caller.value == "late")
    }
}
