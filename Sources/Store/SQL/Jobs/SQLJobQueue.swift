package import Speech

/// The queue of jobs in one SQLite file.
package final class SQLJobQueue: JobQueue {
    let database: any SQLDatabase
    private let startErasing: @Sendable () -> Void

    /// - Parameter startErasing: called when a job was deleted, to erase it from the disk soon.
    package init(in database: any SQLDatabase, startErasing: @escaping @Sendable () -> Void = {}) {
        self.database = database
        self.startErasing = startErasing
    }

    private static func list(_ names: [EngineName]) -> String { names.map(\.rawValue).joined(separator: ",") }

    package func add(_ job: TranscriptionJob, most: Int, hasNotice: Bool, lease: JobLease?) async throws(StoreError) -> Bool {
        try await database.write(.user(job.user)) { (connection) throws(StoreError) in
            try UserPartition.refuseDeleted(job.user, on: connection)
            var unfinished = 0
            try connection.run(
                "SELECT count(*) FROM jobs WHERE user = ? AND status IN ('queued', 'processing')", [.text(job.user.rawValue)]
            ) { (row) throws(StoreError) in unfinished = Int(row.integer(0) ?? 0) }
            guard unfinished < most else { return false }
            try connection.run(
                "DELETE FROM jobs WHERE id = ? AND user = ? AND status NOT IN ('queued', 'processing')",
                [.text(job.id.rawValue), .text(job.user.rawValue)])
            try connection.run(
                """
                INSERT INTO jobs (id, dialect, user, status, created_at, attempts, request, audio, engines, signing_key, notice, access_key,
                keeps_raw, sealed, own_keys, owner, lease_until)
                VALUES (?, ?, ?, 'queued', ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .text(job.id.rawValue), .text(job.dialect), .text(job.user.rawValue), .integer(job.created.milliseconds), .text(job.request),
                    .text(job.audio), .text(Self.list(job.engines)), .blob(job.signingKey),
                    .text(hasNotice ? "wanted" : nil), .text(job.key?.rawValue), .flag(job.keepsRaw),
                    .blob(job.sealed), .text(Self.list(job.ownKeys)),
                    .text(lease?.owner), .integer(lease?.until.milliseconds),
                ])
            return true
        }
    }

    package func release(_ id: ID<TranscriptionJob>, by owner: String) async throws(StoreError) {
        try await database.write(.readCommitted) { (connection) throws(StoreError) in
            try connection.run(
                """
                UPDATE jobs SET status = 'queued', attempts = attempts - 1, owner = NULL, lease_until = NULL
                WHERE id = ? AND status = 'processing' AND owner = ?
                """, [.text(id.rawValue), .text(owner)])
        }
    }

    package func complete(_ id: ID<TranscriptionJob>, _ transcript: Transcript, now: UnixTime) async throws(StoreError) -> Bool {
        let text = TranscriptCoding.encode(transcript)
        return try await database.write(.readCommitted) { (connection) throws(StoreError) in
            try connection.run(
                """
                UPDATE jobs SET status = 'completed', transcript = ?, raw = ?, duration = ?, finished_at = ?, lease_until = NULL
                WHERE id = ? AND status = 'processing'
                """,
                [
                    .text(text), .blob(transcript.raw), .duration(transcript.length.duration(at: transcript.rate)),
                    .integer(now.milliseconds), .text(id.rawValue),
                ])
            return try connection.changedRows() == 1
        }
    }

    package func fail(_ id: ID<TranscriptionJob>, _ reason: String, now: UnixTime) async throws(StoreError) -> Bool {
        try await database.write(.readCommitted) { (connection) throws(StoreError) in
            try connection.run(
                """
                UPDATE jobs SET status = 'error', error = ?, finished_at = ?, lease_until = NULL
                WHERE id = ? AND status = 'processing'
                """,
                [.text(reason), .integer(now.milliseconds), .text(id.rawValue)])
            return try connection.changedRows() == 1
        }
    }

    package func find(
        _ id: ID<TranscriptionJob>, of user: ID<User>
    ) async throws(StoreError) -> (job: TranscriptionJob, transcript: Transcript?)? {
        try await database.read(for: user) { (connection) throws(StoreError) in
            var found: (TranscriptionJob, Transcript?)?
            try connection.run(
                """
                SELECT id, dialect, user, status, created_at, finished_at, request, audio, engines, signing_key, attempts, error,
                notice_status, access_key, keeps_raw, sealed, own_keys, duration,
                transcript FROM jobs WHERE id = ? AND user = ?
                """, [.text(id.rawValue), .text(user.rawValue)]
            ) { (row) throws(StoreError) in found = (TranscriptionJob(row), row.text(18).flatMap(TranscriptCoding.decode)) }
            return found
        }
    }

    package func job(_ id: ID<TranscriptionJob>) async throws(StoreError) -> TranscriptionJob? {
        try await database.read { (connection) throws(StoreError) in
            var found: TranscriptionJob?
            try connection.run(
                """
                SELECT id, dialect, user, status, created_at, finished_at, request, audio, engines, signing_key, attempts, error,
                notice_status, access_key, keeps_raw, sealed, own_keys, duration FROM jobs WHERE id = ?
                """, [.text(id.rawValue)]
            ) { (row) throws(StoreError) in found = TranscriptionJob(row) }
            return found
        }
    }

    package func raw(_ id: ID<TranscriptionJob>, of user: ID<User>) async throws(StoreError) -> [UInt8]? {
        try await database.read(for: user) { (connection) throws(StoreError) in
            var raw: [UInt8]?
            try connection.run(
                "SELECT raw FROM jobs WHERE id = ? AND user = ?", [.text(id.rawValue), .text(user.rawValue)]
            ) { (row) throws(StoreError) in raw = row.blob(0) }
            return raw
        }
    }

    package func list(
        of user: ID<User>, dialect: String, _ query: TranscriptionJobQuery
    ) async throws(StoreError) -> [TranscriptionJob] {
        try await database.read(for: user) { (connection) throws(StoreError) in
            var jobs: [TranscriptionJob] = []
            let page = JobPage(of: user, dialect: dialect, query)
            try connection.run(page.statement, page.values) { (row) throws(StoreError) in jobs.append(TranscriptionJob(row)) }
            return query.after == nil ? jobs : jobs.reversed()
        }
    }

    package func count(of user: ID<User>, dialect: String) async throws(StoreError) -> Int {
        try await database.read(for: user) { (connection) throws(StoreError) in
            var count = 0
            try connection.run(
                "SELECT count(*) FROM jobs WHERE user = ? AND dialect = ? AND status <> 'deleted'", [.text(user.rawValue), .text(dialect)]
            ) { (row) throws(StoreError) in count = Int(row.integer(0) ?? 0) }
            return count
        }
    }

    package func delete(
        _ id: ID<TranscriptionJob>, of user: ID<User>, dialect: String, leaving request: String
    ) async throws(StoreError) -> TranscriptionJob? {
        let deleted = try await database.delete(.readCommitted) { (connection) throws(StoreError) -> TranscriptionJob? in
            var found: TranscriptionJob?
            try connection.run(
                """
                SELECT id, dialect, user, status, created_at, finished_at, request, audio, engines, signing_key, attempts, error,
                notice_status, access_key, keeps_raw, sealed, own_keys, duration
                FROM jobs WHERE id = ? AND user = ? AND dialect = ?
                """, [.text(id.rawValue), .text(user.rawValue), .text(dialect)]
            ) { (row) throws(StoreError) in found = TranscriptionJob(row) }
            guard let found else { return nil }
            try connection.run(
                """
                UPDATE jobs SET status = 'deleted', request = ?, audio = '', transcript = NULL, raw = NULL, duration = NULL, error = NULL,
                signing_key = NULL, sealed = NULL, notice = NULL
                WHERE id = ?
                """, [.text(request), .text(id.rawValue)])
            try SQLConversationStore.noteErasure(of: .rows, on: connection)
            return found
        }
        if deleted != nil { startErasing() }
        return deleted
    }

    package func remove(_ id: ID<TranscriptionJob>) async throws(StoreError) {
        try await database.delete(.readCommitted) { (connection) throws(StoreError) in
            try connection.run("DELETE FROM jobs WHERE id = ? AND status NOT IN ('queued', 'processing')", [.text(id.rawValue)])
        }
    }

    // MARK: Notices

    package func unannounced() async throws(StoreError) -> [TranscriptionJob] {
        try await database.read { (connection) throws(StoreError) in
            var jobs: [TranscriptionJob] = []
            try connection.run(connection.isRemote ? Self.leftUnannounced : Self.unannounced) { (row) throws(StoreError) in
                jobs.append(TranscriptionJob(row))
            }
            return jobs
        }
    }

    private static let unannounced: StaticString = """
        SELECT id, dialect, user, status, created_at, finished_at, request, audio, engines, signing_key, attempts, error,
        notice_status, access_key, keeps_raw, sealed, own_keys, duration
        FROM jobs WHERE notice = 'wanted' AND status IN ('completed', 'error') ORDER BY number LIMIT 1000
        """

    /// Gateways that live notify the owners of the jobs that they have ended.
    private static let leftUnannounced: StaticString = """
        SELECT id, dialect, user, status, created_at, finished_at, request, audio, engines, signing_key, attempts, error,
        notice_status, access_key, keeps_raw, sealed, own_keys, duration
        FROM jobs WHERE notice = 'wanted' AND status IN ('completed', 'error')
        AND (owner = this_replica() OR NOT coalesce(replica_lives(owner), FALSE)) ORDER BY number LIMIT 1000
        """

    package func announced(_ id: ID<TranscriptionJob>, status: Int?) async throws(StoreError) {
        try await database.write(.readCommitted) { (connection) throws(StoreError) in
            try connection.run(
                "UPDATE jobs SET notice = 'done', notice_status = ?, signing_key = NULL, sealed = NULL WHERE id = ? AND notice = 'wanted'",
                [.integer(status.map(Int64.init)), .text(id.rawValue)])
        }
    }
}

extension TranscriptionJob {
    /// Reads a row of the columns id, dialect, user, status, created_at, finished_at, request, audio, engines, signing_key, attempts, error,
    /// notice_status, access_key, keeps_raw, sealed, own_keys, duration.
    init(_ row: borrowing SQLRow) {
        self.init(
            id: ID(row.text(0) ?? ""), dialect: row.text(1) ?? "", user: ID(row.text(2) ?? ""), key: row.text(13).map { ID($0) },
            status: row.text(3).flatMap(Status.init(rawValue:)) ?? .error, created: UnixTime(milliseconds: row.integer(4) ?? 0),
            finished: row.integer(5).map { UnixTime(milliseconds: $0) }, request: row.text(6) ?? "", audio: row.text(7) ?? "",
            engines: Self.names(row.text(8)), ownKeys: Self.names(row.text(16)), signingKey: row.blob(9),
            sealed: row.blob(15), keepsRaw: row.flag(14), attempts: Int(row.integer(10) ?? 0), error: row.text(11),
            noticeStatus: row.integer(12).map { Int($0) }, duration: row.integer(17).map { .nanoseconds($0) })
    }

    private static func names(_ list: String?) -> [EngineName] { (list ?? "").split(separator: ",").map { EngineName(String($0)) } }
}
