package import Speech
internal import Synchronization

/// The state of the store's database: usable, or the reason why it is not. The database notes it, from any thread.
///
/// A caller of the gateway gets no word about the reason of a failure, so the log and the gateway's state have it.
package final class StoreHealth: Sendable {
    /// A message to the operator.
    package enum Report: Sendable, Equatable {
        /// The store fails. `count` is the number of failures since the last report of one.
        case fails(StoreError, count: Int)
        /// The store can be used again, after `count` failures in all.
        case works(count: Int)
    }

    private struct State {
        var error: StoreError?
        /// Failures since the store worked last, and of them those that were not reported.
        var failures = 0, unreported = 0
        var reported: Instant?
    }

    /// Minimum time between two reports of failures.
    private static let interval: Duration = .seconds(60)

    private let state = Mutex(State())
    /// True while `state` has an error: each write asks.
    private let isFailing = Atomic<Bool>(false)
    private let now: @Sendable () -> Instant
    private let report = Mutex<(@Sendable (Report) -> Void)?>(nil)

    package init(now: @escaping @Sendable () -> Instant = { .now }) { self.now = now }

    /// Sets who is told: of a failure, but not of more than one in a minute, and of the end of failures that were told.
    package func tell(_ body: @escaping @Sendable (Report) -> Void) { report.withLock { $0 = body } }

    /// The latest failure; nil when the store can be used.
    package var problem: StoreError? { isFailing.load(ordering: .relaxed) ? state.withLock { $0.error } : nil }

    /// Notes a failure. Errors of a caller's request are none of the store's.
    func failed(_ error: StoreError) {
        guard error.cause != nil else { return }
        let count = state.withLock { state -> Int? in
            state.error = error
            isFailing.store(true, ordering: .relaxed)
            state.failures += 1
            state.unreported += 1
            let time = now()
            if let reported = state.reported, reported.duration(to: time) < Self.interval { return nil }
            defer { state.unreported = 0 }
            state.reported = time
            return state.unreported
        }
        if let count { report.withLock { $0 }?(.fails(error, count: count)) }
    }

    /// Notes a change that the store has accepted. Damage does not pass: other pages may be sound.
    func succeeded() {
        guard isFailing.load(ordering: .relaxed) else { return }
        let count = state.withLock { state -> Int? in
            if case .corrupt = state.error { return nil }
            guard state.error != nil else { return nil }
            isFailing.store(false, ordering: .relaxed)
            // A store that works every now and then is not told of more often than one that never does.
            guard state.unreported < state.failures else {
                state.error = nil
                return nil
            }
            defer { state = State(reported: state.reported) }
            return state.failures
        }
        if let count { report.withLock { $0 }?(.works(count: count)) }
    }
}

extension StoreError {
    /// The reason of a failure of the store itself, as a label; nil for an error in what a caller wanted.
    package var cause: String? {
        switch self {
        case .diskFull: "disk_full"
        case .corrupt: "damaged"
        case .busy: "locked"
        case .notPermitted: "not_permitted"
        case .databaseUnavailable: "database_away"
        case .notUsable, .newerSchema, .secretMissing, .keysLost, .cryptography, .databaseFailed, .objectStorageAway, .objectStorage, .failed:
            "failed"
        case .constraint, .tooMuch, .conflict: nil
        }
    }
}
