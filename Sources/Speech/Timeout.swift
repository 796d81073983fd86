import Synchronization

/// The end of the wait for work that takes too long.
package struct Timeout: Sendable {
    private let wait: @Sendable (Duration) async throws -> Void

    package static let system = Timeout { try await Task.sleep(for: $0) }

    /// - Parameter wait: waits for a duration; throws when the task is cancelled.
    package init(wait: @escaping @Sendable (Duration) async throws -> Void) { self.wait = wait }

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
        let timer = Task { [wait] in
            guard (try? await wait(limit)) != nil, outcomes.take(late) else { return }
            if endsWork { task.cancel() }
        }
        Task {
            await task.value
            timer.cancel()
        }
        return {
            task.cancel()
            timer.cancel()
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
