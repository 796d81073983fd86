import Synchronization

/// The end of the wait for work that takes too long.
package struct Timeout: Sendable {
    /// Function that starts a timer, which calls `passed` once when a time is over. Returns a closure that cancels the timer.
    package typealias StartTimer = @Sendable (_ limit: Duration, _ passed: @escaping @Sendable () -> Void) -> @Sendable () -> Void

    private let start: StartTimer

    package static let system = Timeout(wait: { try await Task.sleep(for: $0) })

    /// - Parameter start: starts a timer, which calls on any thread. A timer that is cancelled while it fires may still call.
    package init(start: @escaping StartTimer) { self.start = start }

    /// - Parameter wait: waits for a duration; throws when the task is cancelled.
    package init(wait: @escaping @Sendable (Duration) async throws -> Void) {
        self.init(start: { limit, passed in
            let timer = Task {
                guard (try? await wait(limit)) != nil else { return }
                passed()
            }
            return { timer.cancel() }
        })
    }

    /// Begins work that has a limited time.
    ///
    /// - Parameters:
    ///   - endsWork: true if work that is late is cancelled.
    ///   - work: returns nil when it was cancelled.
    ///   - late: returns what stands for the outcome when the time is over.
    ///   - give: takes the outcome, or what stands for it, at most once. Called on any thread.
    /// - Returns: a closure that cancels the work.
    package func run<Outcome: Sendable>(
        within limit: Duration, endsWork: Bool = true, _ work: @escaping @Sendable () async -> Outcome?,
        late: @escaping @Sendable () -> Outcome, _ give: @escaping @Sendable (Outcome) -> Void
    ) -> @Sendable () -> Void {
        let outcomes = FirstOutcome(give)
        let task = Task {
            if let outcome = await work() { outcomes.take { outcome } }
        }
        let cancelTimer = start(limit) {
            if outcomes.take(late), endsWork { task.cancel() }
        }
        Task {
            await task.value
            cancelTimer()
        }
        return {
            task.cancel()
            cancelTimer()
        }
    }

    /// Returns the outcome of work, or what stands for it: when the time is over, or when the caller's task is cancelled. The work is cancelled then.
    package func outcome<Outcome: Sendable>(
        within limit: Duration, late: Outcome, of work: @escaping @Sendable () async -> Outcome
    ) async -> Outcome {
        let (outcomes, outcome) = AsyncStream.makeStream(of: Outcome.self)
        let cancel = run(within: limit, { await work() }, late: { late }) { _ = outcome.yield($0) }
        defer { cancel() }
        for await first in outcomes { return first }
        return late
    }

    /// Returns the value of a task; nil when the time is over first. The task goes on. A caller that is cancelled waits all the same.
    package func value<Value: Sendable>(of task: Task<Value, Never>, within limit: Duration) async -> Value? {
        await withCheckedContinuation { (continuation: CheckedContinuation<Value?, Never>) in
            _ = run(within: limit, endsWork: false, { () -> Value?? in await task.value }, late: { nil }) { (value: Value?) in
                continuation.resume(returning: value)
            }
        }
    }
}

/// Passes on the first of several outcomes.
private final class FirstOutcome<Outcome: Sendable>: Sendable {
    private let isTaken = Atomic(false)
    private let give: @Sendable (Outcome) -> Void

    init(_ give: @escaping @Sendable (Outcome) -> Void) { self.give = give }

    /// Passes the outcome on. Returns false if there was one before.
    @discardableResult
    func take(_ outcome: () -> Outcome) -> Bool {
        guard !isTaken.exchange(true, ordering: .relaxed) else { return false }
        give(outcome())
        return true
    }
}
