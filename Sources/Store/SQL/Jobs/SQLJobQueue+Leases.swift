import Framing
package import Speech

extension SQLJobQueue {
    package func claim(_ terms: JobClaimTerms, _ lease: JobLease, now: UnixTime) async throws(StoreError) -> TranscriptionJob? {
        try await database.write(.readCommitted) { (connection) throws(StoreError) in
            var job: TranscriptionJob?
            try connection.run(
                connection.locksRows ? Self.claimingUnlocked : Self.claiming,
                [
                    .text(lease.owner), .time(lease.until), .time(now), .text(Self.json(terms.held)), .flag(terms.source == .address),
                    .integer(terms.below.map(Int64.init)), .text(Self.json(terms.without)), .flag(terms.onlyLeased),
                ]
            ) { (row) throws(StoreError) in job = TranscriptionJob(row) }
            return job
        }
    }

    private static let claimed: StaticString = """
        RETURNING id, dialect, user, status, created_at, finished_at, request, audio, engines, signing_key, attempts, error,
        notice_status, access_key, keeps_raw, sealed, own_keys, duration
        """

    private static let claiming =
        ComposedSQL(
            """
            UPDATE jobs SET status = 'processing', attempts = attempts + 1, owner = ?1, lease_until = ?2 WHERE number = (
                SELECT number FROM (
                    SELECT number, coalesce((SELECT value FROM json_each(?4) WHERE key = user), 0) AS held FROM jobs
                    WHERE status IN ('queued', 'processing')
                    AND (coalesce(lease_until, 0) <= ?3 OR status = 'queued' AND owner = ?1)
                    AND (NOT ?8 OR status = 'queued' AND owner = ?1)
                    AND (instr(audio, '://') > 0) = ?5 AND id NOT IN (SELECT value FROM json_each(?7)))
                WHERE ?6 IS NULL OR held < ?6 ORDER BY held, number LIMIT 1)

            """) + ComposedSQL(claimed)

    /// A job that another process is about to claim is passed over. SQLite has one writer at a time.
    private static let claimingUnlocked =
        ComposedSQL(
            """
            UPDATE jobs SET status = 'processing', attempts = attempts + 1, owner = ?1, lease_until = ?2 WHERE number = (
                SELECT number FROM jobs j LEFT JOIN json_each(?4) h ON h.key = j.user
                WHERE status IN ('queued', 'processing')
                AND (coalesce(lease_until, 0) <= ?3 OR status = 'queued' AND owner = ?1)
                AND (NOT ?8 OR status = 'queued' AND owner = ?1)
                AND (instr(audio, '://') > 0) = ?5 AND id NOT IN (SELECT value FROM json_each(?7))
                AND (?6 IS NULL OR coalesce(CAST(h.value AS BIGINT), 0) < ?6)
                ORDER BY coalesce(CAST(h.value AS BIGINT), 0), number LIMIT 1 FOR UPDATE OF j SKIP LOCKED)

            """) + ComposedSQL(claimed)

    package func giveUp(without: Set<ID<TranscriptionJob>>, reason: String, now: UnixTime) async throws(StoreError) -> Int {
        // Usually there are no such jobs, and a read delays no writer. SQLite uses the index only with the first condition, which is the index's own.
        let over = try await database.read { (connection) throws(StoreError) in
            var count = 0
            try connection.run(
                """
                SELECT count(*) FROM jobs
                WHERE status IN ('queued', 'processing') AND status = 'processing' AND attempts >= ? AND coalesce(lease_until, 0) <= ?
                """,
                [.integer(TranscriptionJob.maxAttempts), .time(now)]
            ) { (row) throws(StoreError) in count = Int(row.integer(0) ?? 0) }
            return count
        }
        guard over > 0 else { return 0 }
        return try await database.write(.readCommitted) { (connection) throws(StoreError) in
            try connection.run(
                """
                UPDATE jobs SET status = 'error', error = ?1, finished_at = ?3, owner = NULL, lease_until = NULL
                WHERE status IN ('queued', 'processing') AND status = 'processing' AND attempts >= ?2 AND coalesce(lease_until, 0) <= ?3 AND id NOT IN (SELECT value FROM json_each(?4))
                """, [.text(reason), .integer(TranscriptionJob.maxAttempts), .time(now), .text(Self.json(without))])
            return try connection.changedRows()
        }
    }

    package func renew(_ ids: Set<ID<TranscriptionJob>>, _ lease: JobLease) async throws(StoreError) {
        guard !ids.isEmpty else { return }
        try await database.write(.readCommitted) { (connection) throws(StoreError) in
            try connection.run(
                "UPDATE jobs SET lease_until = ? WHERE owner = ? AND status IN ('queued', 'processing') AND id IN (SELECT value FROM json_each(?))",
                [.time(lease.until), .text(lease.owner), .text(Self.json(ids))])
        }
    }

    package func endLeases(except owner: String) async throws(StoreError) {
        try await database.write(.readCommitted) { (connection) throws(StoreError) in
            // If several gateways work, those that live keep their jobs.
            try connection.run(
                connection.isRemote
                    ? """
                    UPDATE jobs SET lease_until = NULL WHERE status IN ('queued', 'processing') AND owner IS DISTINCT FROM ? AND lease_until IS NOT NULL
                    AND NOT coalesce(replica_lives(owner), FALSE)
                    """
                    : "UPDATE jobs SET lease_until = NULL WHERE status IN ('queued', 'processing') AND owner IS DISTINCT FROM ? AND lease_until IS NOT NULL",
                [.text(owner)])
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
