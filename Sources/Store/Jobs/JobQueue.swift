package import Speech

/// The recordings that users ordered to be recognised, and the outcomes. Jobs survive a restart.
///
/// A process that works on a job holds a lease on the job, and renews the lease meanwhile. A job whose lease has expired may be claimed again,
/// because its process is dead or stuck. Several processes may work on one queue.
package protocol JobQueue: Sendable {
    /// Puts a job in the queue. It takes the place of a job of the user with the same id that is over.
    ///
    /// - Parameters:
    ///   - most: maximum number of one user's jobs that wait or are worked on.
    ///   - hasNotice: true if the end of the job is reported to a server of the caller.
    ///   - lease: the lease of the only process that can do the job: other processes claim the waiting job when the lease has expired. nil: any
    ///     process can do the job.
    /// - Returns: false when the user has reached the maximum; a job with the same id then stays.
    /// - Throws: `StoreError.constraint` when a job with the same id waits, is worked on, or is another user's.
    func add(_ job: TranscriptionJob, most: Int, hasNotice: Bool, lease: JobLease?) async throws(StoreError) -> Bool

    // MARK: Leases

    /// Claims the next job with `lease`: a job that waits, or whose lease has expired.
    ///
    /// Users take turns: the next job is the oldest job of the user with the fewest jobs under way.
    ///
    /// - Returns: nil when no job fits the terms.
    func claim(_ terms: JobClaimTerms, _ lease: JobLease, now: UnixTime) async throws(StoreError) -> TranscriptionJob?

    /// Marks as failed the jobs that no process holds and that were begun `TranscriptionJob.maxAttempts` times.
    ///
    /// - Parameters:
    ///   - without: jobs that the calling process has under way; these are left alone.
    ///   - reason: error that the jobs' owners are shown.
    /// - Returns: the number of jobs that were given up.
    func giveUp(without: Set<ID<TranscriptionJob>>, reason: String, now: UnixTime) async throws(StoreError) -> Int

    /// Renews the lease on jobs.
    ///
    /// - Parameter ids: jobs that are under way, or that wait with a lease. A job that the lease's owner does not hold any more is left alone.
    func renew(_ ids: Set<ID<TranscriptionJob>>, _ lease: JobLease) async throws(StoreError)

    /// Ends the leases of all other processes. For a caller that knows that the other processes are dead.
    func endLeases(except owner: String) async throws(StoreError)

    /// Returns a job that cannot be worked on now to its place in the queue.
    ///
    /// - Parameter owner: the holder of the lease. A job that another process holds is left alone.
    func release(_ id: ID<TranscriptionJob>, by owner: String) async throws(StoreError)

    // MARK: Ends

    /// Stores the transcript of a job and marks the job as completed.
    ///
    /// - Returns: false when the job is not being worked on any more, because its user has deleted it.
    func complete(_ id: ID<TranscriptionJob>, _ transcript: Transcript, now: UnixTime) async throws(StoreError) -> Bool

    /// Marks a job as failed.
    ///
    /// - Returns: false when the job is not being worked on any more.
    func fail(_ id: ID<TranscriptionJob>, _ reason: String, now: UnixTime) async throws(StoreError) -> Bool

    /// Deletes the content of a user's job: its order, its words, and its place in the queue.
    ///
    /// - Parameter request: text that replaces the order.
    /// - Returns: the job as it was before; nil when the user has no job with this id.
    func delete(_ id: ID<TranscriptionJob>, of user: ID<User>, dialect: String, leaving request: String) async throws(StoreError) -> TranscriptionJob?

    /// Removes a job that is over.
    func remove(_ id: ID<TranscriptionJob>) async throws(StoreError)

    // MARK: Reading

    /// Returns a user's job, with its transcript if there is one; nil when the user has no job with this id.
    func find(_ id: ID<TranscriptionJob>, of user: ID<User>) async throws(StoreError) -> (job: TranscriptionJob, transcript: Transcript?)?

    /// Returns the job with this id, of any user; nil when there is none.
    func job(_ id: ID<TranscriptionJob>) async throws(StoreError) -> TranscriptionJob?

    /// Returns the vendor's own answer to a user's job; nil when none is kept.
    func raw(_ id: ID<TranscriptionJob>, of user: ID<User>) async throws(StoreError) -> [UInt8]?

    /// Returns a user's jobs of a dialect, the newest first.
    func list(of user: ID<User>, dialect: String, _ query: TranscriptionJobQuery) async throws(StoreError) -> [TranscriptionJob]

    /// Returns the number of a user's jobs of a dialect, without those whose content was deleted.
    func count(of user: ID<User>, dialect: String) async throws(StoreError) -> Int

    // MARK: Notices

    /// Returns the jobs that are over and whose end was not yet reported to the caller's server.
    func unannounced() async throws(StoreError) -> [TranscriptionJob]

    /// Stores that the end of the job was reported to the caller's server, or that the report is given up.
    func announced(_ id: ID<TranscriptionJob>, status: Int?) async throws(StoreError)
}

extension JobQueue {
    /// Puts a job in the queue that any process can do.
    package func add(_ job: TranscriptionJob, most: Int, hasNotice: Bool) async throws(StoreError) -> Bool {
        try await add(job, most: most, hasNotice: hasNotice, lease: nil)
    }
}
