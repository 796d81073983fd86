import Framing
package import Speech

/// The jobs that may be claimed.
package struct JobClaimTerms: Sendable, Equatable {
    /// The place of a job's recordings.
    package enum Source: Sendable, Equatable {
        /// At an address that the caller gave: it is fetched first.
        case address
        /// Uploaded, or kept with a conversation.
        case here
    }

    package var source: Source
    /// Jobs that users have under way; who has the least is next.
    package var held: [ID<User>: Int]
    /// Users who have as many are not next; nil: everybody may be.
    package var below: Int?
    /// Jobs that the claiming process has under way: not claimed, whatever their leases say.
    package var without: Set<ID<TranscriptionJob>>

    package init(_ source: Source, held: [ID<User>: Int] = [:], below: Int? = nil, without: Set<ID<TranscriptionJob>> = []) {
        self.source = source
        self.held = held
        self.below = below
        self.without = without
    }
}

/// A process' hold on the jobs that it works on.
package struct JobLease: Sendable, Equatable {
    /// The process: another one after each start.
    package var owner: String
    /// The time from which others may take the jobs, unless the lease is renewed before.
    package var until: UnixTime

    package init(owner: String, until: UnixTime) {
        self.owner = owner
        self.until = until
    }
}

extension TranscriptionJobs {
    /// The next job to be worked on, with `lease` on it from now on: one that waits, or whose lease is over.
    ///
    /// Users take turns: a job of who has the least under way is next, and of those the oldest.
    ///
    /// - Returns: nil when no job fits the terms.
    package func claim(_ terms: JobClaimTerms, _ lease: JobLease, now: UnixTime) async throws(StoreError) -> TranscriptionJob? {
        try await database.write { (connection) throws(StoreError) in
            var job: TranscriptionJob?
            try connection.run(
                """
                UPDATE jobs SET status = 'processing', attempts = attempts + 1, owner = ?1, lease_until = ?2 WHERE number = (
                    SELECT number FROM (
                        SELECT number, coalesce((SELECT value FROM json_each(?4) WHERE key = user), 0) AS held FROM jobs
                        WHERE status IN ('queued', 'processing') AND (status = 'queued' OR coalesce(lease_until, 0) <= ?3)
                        AND (instr(audio, '://') > 0) = ?5 AND id NOT IN (SELECT value FROM json_each(?7)))
                    WHERE ?6 IS NULL OR held < ?6 ORDER BY held, number LIMIT 1)
                RETURNING id, dialect, user, status, created_at, finished_at, request, audio, engines, signing_key, attempts, error,
                notice_status, access_key, keeps_raw, sealed, own_keys
                """,
                [
                    .text(lease.owner), .time(lease.until), .time(now), .text(Self.json(terms.held)), .integer(terms.source == .address),
                    .integer(terms.below.map(Int64.init)), .text(Self.json(terms.without)),
                ]
            ) { (row) throws(StoreError) in job = TranscriptionJob(row) }
            return job
        }
    }

    /// Gives up what was begun too often: jobs whose lease is over and that were claimed `maxAttempts` times. They may be what ends the process.
    ///
    /// - Parameters:
    ///   - without: jobs that the calling process has under way.
    ///   - reason: told to the jobs' owners.
    /// - Returns: how many there were.
    package func giveUp(without: Set<ID<TranscriptionJob>>, reason: String, now: UnixTime) async throws(StoreError) -> Int {
        // Most of the time there are none, and a reader costs nobody anything. The first condition is the index's own, without which it is not used.
        let over = try await database.read { (connection) throws(StoreError) in
            var count = 0
            try connection.run(
                """
                SELECT count(*) FROM jobs
                WHERE status IN ('queued', 'processing') AND status = 'processing' AND attempts >= ? AND coalesce(lease_until, 0) <= ?
                """,
                [.integer(Self.maxAttempts), .time(now)]
            ) { (row) throws(StoreError) in count = Int(row.integer(0) ?? 0) }
            return count
        }
        guard over > 0 else { return 0 }
        return try await database.write { (connection) throws(StoreError) in
            try connection.run(
                """
                UPDATE jobs SET status = 'error', error = ?1, finished_at = ?3, owner = NULL, lease_until = NULL
                WHERE status IN ('queued', 'processing') AND status = 'processing' AND attempts >= ?2 AND coalesce(lease_until, 0) <= ?3 AND id NOT IN (SELECT value FROM json_each(?4))
                """, [.text(reason), .integer(Self.maxAttempts), .time(now), .text(Self.json(without))])
            return connection.changedRows()
        }
    }

    /// Goes on holding jobs.
    ///
    /// - Parameter ids: those that are under way; what the owner does not hold any more stays as it is.
    package func renew(_ ids: Set<ID<TranscriptionJob>>, _ lease: JobLease) async throws(StoreError) {
        guard !ids.isEmpty else { return }
        try await database.write { (connection) throws(StoreError) in
            try connection.run(
                "UPDATE jobs SET lease_until = ? WHERE owner = ? AND status = 'processing' AND id IN (SELECT value FROM json_each(?))",
                [.time(lease.until), .text(lease.owner), .text(Self.json(ids))])
        }
    }

    /// Ends the leases of all other processes: for one that has the data directory for itself, and so knows that the others are dead.
    package func endLeases(except owner: String) async throws(StoreError) {
        try await database.write { (connection) throws(StoreError) in
            try connection.run(
                "UPDATE jobs SET lease_until = NULL WHERE status = 'processing' AND owner IS NOT ? AND lease_until IS NOT NULL", [.text(owner)])
        }
    }

    private static func json(_ held: [ID<User>: Int]) -> String {
        var json = JSONWriter()
        json.beginObject()
        for (user, count) in held {
            json.key(escaping: user.rawValue)
            json.value(count)
        }
        json.endObject()
        return json.text
    }

    private static func json(_ ids: Set<ID<TranscriptionJob>>) -> String {
        var json = JSONWriter()
        json.array(ids.map(\.rawValue))
        return json.text
    }
}
