package import Speech

/// The ledger of usage: a record of each run of an engine, kept so that no attempt is lost and none counts twice.
///
/// A run is put into the outbox before its engine receives any audio, and again when it ends: alone, or in the transaction that stores its result.
/// Booking then moves the run from the outbox into the ledger's runs and into the sums of its day. Booking needs nothing but the outbox, and booking
/// a run again changes nothing; so booking may fail or be cut off between any two steps, and be repeated.
package protocol UsageStore: Sendable {
    // MARK: The outbox

    /// Puts runs that begin, and runs that have ended, into the outbox.
    func note(_ runs: [UsageRecord]) async throws(StoreError)

    /// Marks as failed the runs whose end was not recorded. Called when the processes of these runs have ended.
    ///
    /// - Parameter start: time of the first run of a process that still lives; nil when there is no such process.
    /// - Returns: the number of these runs, and the sessions' streams among the open runs. The streams stay open, because the amount of their audio
    ///   may become known later.
    func interrupt(startedBefore start: UnixTime?, now: UnixTime) async throws(StoreError) -> (count: Int, streams: [UsageRecord])

    /// Returns the runs that have begun and whose end is not recorded.
    func open() async throws(StoreError) -> [UsageRecord]

    // MARK: Booking

    /// Returns a limited number of runs that have ended and are not known to be booked.
    func waiting() async throws(StoreError) -> [UsageRecord]

    /// Puts runs into the ledger, unless they are there already.
    func book(_ runs: [UsageRecord]) async throws(StoreError)

    /// Removes booked runs from the outbox.
    func settle(_ runs: [UsageRecord]) async throws(StoreError)

    // MARK: Reading

    /// Returns sums as the query groups them, in order.
    func rows(_ query: UsageQuery) async throws(StoreError) -> [UsageRow]

    /// Returns the usage that the operator has paid for since a day of UTC.
    ///
    /// - Parameter key: the key with which the usage was made; nil for all keys of the user.
    func spent(by user: ID<User>, key: ID<AccessKey>?, since time: UnixTime) async throws(StoreError) -> UsageTotals

    /// Returns runs of the ledger in the order of their ids.
    ///
    /// - Parameter user: user of the runs; nil for all users.
    func runs(of user: ID<User>?) async throws(StoreError) -> [UsageRecord]

    /// Returns the streams of a session: those of the ledger, and those that have begun and are not booked yet.
    ///
    /// - Parameters:
    ///   - user: user of the session.
    ///   - days: first and last day of UTC, `2026-11-20`, on which the streams may have ended.
    func runs(of session: ID<Session>, of user: ID<User>, in days: ClosedRange<String>) async throws(StoreError) -> [UsageRecord]

    // MARK: Upkeep

    /// Computes the sums of a day again from its runs. The sums stay the same unless they were wrong. Allowed only while all runs of the day are
    /// kept.
    func rebuild(day: String) async throws(StoreError)

    /// Deletes all usage of a user: runs, sums, and the user's runs in the outbox.
    ///
    /// - Returns: the number of runs.
    func purge(_ user: ID<User>) async throws(StoreError) -> Int

    /// Deletes single runs that are older than `UsageRecord.retention`. The sums stay.
    func forget(now: UnixTime) async throws(StoreError)
}

extension UsageStore {
    /// Puts a run that begins, or a run that has ended, into the outbox.
    package func note(_ run: UsageRecord) async throws(StoreError) { try await note([run]) }

    /// Books the runs that have ended.
    package func bookAll() async throws(StoreError) {
        while true {
            let runs = try await waiting()
            guard !runs.isEmpty else { return }
            try await book(runs)
            try await settle(runs)
        }
    }

    /// Returns the usage of all keys of a user that the operator has paid for since a day of UTC.
    package func spent(by user: ID<User>, since time: UnixTime) async throws(StoreError) -> UsageTotals {
        try await spent(by: user, key: nil, since: time)
    }

    /// Returns all runs of the ledger in the order of their ids.
    package func runs() async throws(StoreError) -> [UsageRecord] { try await runs(of: nil) }
}
