import HarkenTesting
import Net
import Speech
import Testing

@Suite(.hangLimit) struct `A timeout by a loop's clock` {
    private static let limit: Duration = .seconds(1)

    /// Begins work that goes on until it is cancelled, and waits until its timer is set. Returns a closure that cancels the work.
    private func begin(on loop: Loop, _ outcome: AsyncStream<String>.Continuation) async -> @Sendable () -> Void {
        let cancel = Timeout(on: loop).run(
            within: Self.limit,
            { () -> String? in
                try? await until { false }
                return nil
            }, late: { "late" }, { _ = outcome.yield($0) })
        await loop.run {}
        return cancel
    }

    /// Moves the clock, and waits until the loop has done all that is due.
    private func advance(_ clock: HeldClock, by duration: Duration, _ loop: Loop) async {
        clock.advance(by: duration)
        // A batch that began before has the earlier time.
        while await loop.run({ loop.now }) != clock.now {}
        // Timers come after the jobs of a batch: those of that batch have run when another one has.
        await loop.run {}
    }

    @Test func `passes at its time, and not before`() async throws {
        let clock = HeldClock(), (outcomes, outcome) = AsyncStream.makeStream(of: String.self)
        let loop = try Loop { clock.now }
        defer { loop.shutdown() }
        _ = await begin(on: loop, outcome)
        await advance(clock, by: Self.limit - .milliseconds(1), loop)
        outcome.yield("in time")
        await advance(clock, by: .milliseconds(1), loop)
        outcome.finish()
        var seen: [String] = []
        for await outcome in outcomes { seen.append(outcome) }
        #expect(seen == ["in time", "late"])
    }

    @Test func `does not pass when it is cancelled`() async throws {
        let clock = HeldClock(), (outcomes, outcome) = AsyncStream.makeStream(of: String.self)
        let loop = try Loop { clock.now }
        defer { loop.shutdown() }
        let cancel = await begin(on: loop, outcome)
        cancel()
        await advance(clock, by: Self.limit, loop)
        outcome.finish()
        for await outcome in outcomes { Issue.record("an outcome after the end: \(outcome)") }
    }
}
