package import Speech

/// The ledger of usage: a record of each run of an engine, kept so that no attempt is lost and none counts twice.
///
/// A run is put into the outbox before its engine hears anything, and again with its end: alone, or in the transaction that stores its result. From
/// there the run is booked: into the runs, and into the sums of its day. Booking asks for nothing but the outbox, and booking a run again changes
/// nothing; so booking may fail, or be cut off between any two steps, and be done again.
package protocol UsageStore: Sendable {
    // MARK: The outbox

    /// Notes runs that begin, and runs that have ended.
    func note(_ runs: [UsageRecord]) async throws(StoreError)

    /// Ends, as failed, the runs whose end nobody saw: after a start, before anything begins.
    ///
    /// - Returns: the number of these runs, and the streams of sessions among the open runs. The streams stay open: how much they were sent may yet be
    ///   known.
    func interrupt(now: UnixTime) async throws(StoreError) -> (count: Int, streams: [UsageRecord])

    /// Returns the runs that have begun and of which nobody has seen the end.
    func open() async throws(StoreError) -> [UsageRecord]

    // MARK: Booking

    /// Returns runs that have ended and are not known to be booked, some at a time.
    func waiting() async throws(StoreError) -> [UsageRecord]

    /// Puts runs into the ledger that are not there.
    func book(_ runs: [UsageRecord]) async throws(StoreError)

    /// Takes runs that are booked out of the outbox.
    func settle(_ runs: [UsageRecord]) async throws(StoreError)

    // MARK: Reading

    /// Returns sums as the query groups them, in order.
    func rows(_ query: UsageQuery) async throws(StoreError) -> [UsageRow]

    /// Returns the usage that the operator has paid for since a day of UTC.
    ///
    /// - Parameter key: nil: all of the user's keys.
    func spent(by user: ID<User>, key: ID<AccessKey>?, since time: UnixTime) async throws(StoreError) -> UsageTotals

    /// Returns runs of the ledger in the order of their ids.
    ///
    /// - Parameter user: nil: all users.
    func runs(of user: ID<User>?) async throws(StoreError) -> [UsageRecord]

    // MARK: Upkeep

    /// Makes the sums of a day anew from its runs: the same numbers, unless something was wrong with them. Only while all of its runs are still kept.
    func rebuild(day: String) async throws(StoreError)

    /// Forgets a user: runs, sums, and what was still to be booked.
    ///
    /// - Returns: the number of runs.
    func purge(_ user: ID<User>) async throws(StoreError) -> Int

    /// Forgets single runs that are older than `UsageRecord.retention`. The sums stay.
    func forget(now: UnixTime) async throws(StoreError)
}

extension UsageStore {
    /// Notes a run that begins, or a run that has ended.
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
