package import Speech

/// The recordings that users ordered to be recognised, and the outcomes. Jobs survive a restart.
///
/// A process that works on a job holds a lease of the job, and renews the lease meanwhile. A job whose lease is over is free for the next claim: its
/// process is dead, or has lost its way. Several processes may work on one queue.
package protocol JobQueue: Sendable {
    /// Puts a job in the queue.
    ///
    /// - Parameters:
    ///   - most: jobs of one user that may wait or be worked on.
    ///   - hasNotice: a server of the caller's is to be told of the end.
    /// - Returns: false when the user has as many.
    func add(_ job: TranscriptionJob, most: Int, hasNotice: Bool) async throws(StoreError) -> Bool

    // MARK: Leases

    /// Takes the next job to be worked on, with `lease` on it from now on: one that waits, or whose lease is over.
    ///
    /// Users take turns: a job of the user who has the least under way is next, and of those the oldest.
    ///
    /// - Returns: nil when no job fits the terms.
    func claim(_ terms: JobClaimTerms, _ lease: JobLease, now: UnixTime) async throws(StoreError) -> TranscriptionJob?

    /// Ends, as failed, the jobs that nobody holds and that were begun `TranscriptionJob.maxAttempts` times.
    ///
    /// - Parameters:
    ///   - without: jobs that the calling process has under way.
    ///   - reason: told to the jobs' owners.
    /// - Returns: the number of jobs that were given up.
    func giveUp(without: Set<ID<TranscriptionJob>>, reason: String, now: UnixTime) async throws(StoreError) -> Int

    /// Goes on holding jobs.
    ///
    /// - Parameter ids: jobs that are under way; a job that the lease's owner does not hold any more stays as it is.
    func renew(_ ids: Set<ID<TranscriptionJob>>, _ lease: JobLease) async throws(StoreError)

    /// Ends the leases of all other processes: for a process that knows that the others are dead.
    func endLeases(except owner: String) async throws(StoreError)

    /// Puts a job that could not be worked on now back in its place.
    ///
    /// - Parameter owner: the holder of the lease; a job that another process holds stays as it is.
    func release(_ id: ID<TranscriptionJob>, by owner: String) async throws(StoreError)

    // MARK: Ends

    /// - Returns: false when the job is not being worked on any more: its user has deleted it.
    func complete(_ id: ID<TranscriptionJob>, _ transcript: Transcript, now: UnixTime) async throws(StoreError) -> Bool

    /// - Returns: false when the job is not being worked on any more.
    func fail(_ id: ID<TranscriptionJob>, _ reason: String, now: UnixTime) async throws(StoreError) -> Bool

    /// Empties a user's job: its order, its words, its place in the queue.
    ///
    /// - Parameter request: takes the order's place.
    /// - Returns: the job as it was; nil when the user has none of this name.
    func delete(_ id: ID<TranscriptionJob>, of user: ID<User>, dialect: String, leaving request: String) async throws(StoreError) -> TranscriptionJob?

    /// Forgets a job that is over.
    func remove(_ id: ID<TranscriptionJob>) async throws(StoreError)

    // MARK: Reading

    /// Returns a user's own job; nil when the user has none of this name.
    func find(_ id: ID<TranscriptionJob>, of user: ID<User>) async throws(StoreError) -> (job: TranscriptionJob, transcript: Transcript?)?

    /// Returns a job of any user; nil: there is none of this name.
    func job(_ id: ID<TranscriptionJob>) async throws(StoreError) -> TranscriptionJob?

    /// Returns the vendor's own answer to a user's job; nil when none is kept.
    func raw(_ id: ID<TranscriptionJob>, of user: ID<User>) async throws(StoreError) -> [UInt8]?

    /// Returns a user's jobs of a dialect, the newest first.
    func list(of user: ID<User>, dialect: String, _ query: TranscriptionJobQuery) async throws(StoreError) -> [TranscriptionJob]

    // MARK: Notices

    /// Returns jobs that are over and whose callers' servers were not told.
    func unannounced() async throws(StoreError) -> [TranscriptionJob]

    /// Notes that the caller's server was told, or will not be told any more.
    func announced(_ id: ID<TranscriptionJob>, status: Int?) async throws(StoreError)
}
