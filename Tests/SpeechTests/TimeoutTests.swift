import HarkenTesting
import Speech
import Testing

@Suite(.hangLimit) struct `Work that has a limited time` {
    private let clock = HeldClock()

    /// - Parameter begun: called when the wait has begun.
    private func timeout(_ begun: @escaping @Sendable () -> Void = {}) -> Timeout {
        Timeout(wait: { [clock] in
            let end = clock.now + $0
            begun()
            try await clock.sleep(until: end)
        })
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

    // MARK: The value of a task

    /// A timer that a test lets pass.
    private struct HeldTimer: Sendable {
        let timeout: Timeout
        /// The timers that were started, each as a closure that lets the timer pass.
        let started: AsyncStream<@Sendable () -> Void>
        let cancelled: AsyncStream<Void>

        init() {
            let (started, start) = AsyncStream.makeStream(of: (@Sendable () -> Void).self)
            let (cancelled, cancel) = AsyncStream.makeStream(of: Void.self)
            self.started = started
            self.cancelled = cancelled
            timeout = Timeout(start: { _, passed in
                start.yield(passed)
                return { _ = cancel.yield() }
            })
        }
    }

    private let timer = HeldTimer()
    private let numbers = AsyncStream.makeStream(of: Int.self)

    /// Returns a task whose value is the first number; 0 when the task is cancelled before.
    private func first() -> Task<Int, Never> {
        Task { [stream = numbers.stream] in
            for await number in stream { return number }
            return 0
        }
    }

    @Test func `gives a task's value in time, whatever its timer does later`() async {
        numbers.continuation.yield(1)
        #expect(await timer.timeout.value(of: first(), within: .seconds(1)) == 1)
        for await _ in timer.cancelled { break }
        for await pass in timer.started {
            // A second resumption of the caller would be a trap.
            pass()
            break
        }
    }

    @Test func `goes on as a task that is late, whose value changes nothing`() async {
        let task = first()
        async let value = timer.timeout.value(of: task, within: .seconds(1))
        for await pass in timer.started {
            pass()
            break
        }
        #expect(await value == nil)
        numbers.continuation.yield(2)
        #expect(await task.value == 2)
        // The timer is cancelled behind the late value. A second resumption of the caller would be a trap.
        for await _ in timer.cancelled { break }
    }

    @Test func `gives a task's value to a caller that is cancelled`() async {
        let task = first()
        let caller = Task { await timer.timeout.value(of: task, within: .seconds(1)) }
        for await _ in timer.started { break }
        caller.cancel()
        numbers.continuation.yield(3)
        #expect(await caller.value == 3)
    }

    @Test func `goes on as a task that is late for a cancelled caller`() async {
        let task = first()
        let caller = Task { await timer.timeout.value(of: task, within: .seconds(1)) }
        for await pass in timer.started {
            caller.cancel()
            pass()
            break
        }
        #expect(await caller.value == nil)
        numbers.continuation.yield(4)
        #expect(await task.value == 4)
    }
}
