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

    /// A use of the database.
    enum Access {
        case read
        /// A change. A disk that is full refuses changes only.
        case write
    }

    private struct State {
        var error: StoreError?
        /// True if a change has failed since the store worked last. Then a successful read does not show that the store works.
        var hasRefusedWrites = false
        /// Failures since the store worked last, and of them those that were not reported.
        var failures = 0, unreported = 0
        var reported: Instant?

        mutating func failed(_ error: StoreError, _ access: Access, at time: Instant) -> Report? {
            // Damage stays, so no other error takes its place. Nor does that of a read take the place of the reason for which changes fail.
            let isKept = if case .corrupt = self.error { true } else { access == .read && hasRefusedWrites }
            if !isKept { self.error = error }
            if access == .write { hasRefusedWrites = true }
            failures += 1
            unreported += 1
            if let reported, reported.duration(to: time) < StoreHealth.interval { return nil }
            defer { unreported = 0 }
            reported = time
            return .fails(error, count: unreported)
        }

        /// - Returns: nil when nothing is told.
        mutating func succeeded(_ access: Access) -> Report? {
            // Damage does not pass: other pages may be sound.
            if case .corrupt = error { return nil }
            guard error != nil, access == .write || !hasRefusedWrites else { return nil }
            error = nil
            hasRefusedWrites = false
            // A store that works every now and then is not told of more often than one that never does.
            guard unreported < failures else { return nil }
            defer { (failures, unreported) = (0, 0) }
            return .works(count: failures)
        }
    }

    /// Minimum time between two reports of failures.
    private static let interval: Duration = .seconds(60)

    private let state = Mutex(State())
    /// True while `state` has an error. Every use of the store looks here first.
    private let isFailing = Atomic<Bool>(false)
    private let now: @Sendable () -> Instant
    /// Locked before `state` and until the report is made, so that reports come in the order of what they tell.
    private let report = Mutex<(@Sendable (Report) -> Void)?>(nil)

    package init(now: @escaping @Sendable () -> Instant = { .now }) { self.now = now }

    /// Sets who is told: of a failure, but not of more than one in a minute, and of the end of failures that were told. `body` must not use the store.
    package func tell(_ body: @escaping @Sendable (Report) -> Void) { report.withLock { $0 = body } }

    /// The latest failure, or the damage that was found; nil when the store can be used.
    package var problem: StoreError? { isFailing.load(ordering: .relaxed) ? state.withLock { $0.error } : nil }

    /// True if the latest failure is that the disk is full.
    package var isDiskFull: Bool { if case .diskFull? = problem { true } else { false } }

    /// Runs `body`, which uses the database, and notes how it ended.
    func watching<Value>(_ access: Access, _ body: () async throws(StoreError) -> Value) async throws(StoreError) -> Value {
        let outcome: Result<Value, StoreError>
        do throws(StoreError) { outcome = .success(try await body()) } catch { outcome = .failure(error) }
        return try told(outcome, access)
    }

    /// Notes how a use of the database ended, and returns its value.
    func told<Value>(_ outcome: Result<Value, StoreError>, _ access: Access) throws(StoreError) -> Value {
        switch outcome {
        case .success: succeeded(access)
        case .failure(let error): failed(error, access)
        }
        return try outcome.get()
    }

    /// Notes a failure. Errors of a caller's request are none of the store's, and a search that takes too long is one.
    func failed(_ error: StoreError, _ access: Access) {
        guard error.cause != nil else { return }
        if access == .read, case .tooSlow = error { return }
        let time = now()
        change { $0.failed(error, access, at: time) }
    }

    /// Notes that the database has done what it was told.
    func succeeded(_ access: Access) {
        guard isFailing.load(ordering: .relaxed) else { return }
        change { $0.succeeded(access) }
    }

    private func change(_ body: (inout State) -> Report?) {
        report.withLock { tell in
            let message = state.withLock { state in
                defer { isFailing.store(state.error != nil, ordering: .relaxed) }
                return body(&state)
            }
            if let message { tell?(message) }
        }
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
        case .overloaded: "overloaded"
        case .tooSlow: "slow"
        case .notUsable, .shortage, .erasing, .newerSchema, .otherSchema, .secretMissing, .keysLost, .cryptography, .databaseFailed,
            .objectStorageAway, .objectStorage, .failed:
            "failed"
        case .constraint, .tooMuch, .conflict, .tooManyOfUser: nil
        }
    }
}
