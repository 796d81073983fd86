package import Speech

/// The ledger of usage in one SQLite file.
package final class SQLUsageStore: UsageStore {
    let database: any SQLDatabase

    package init(in database: any SQLDatabase) { self.database = database }

    // MARK: The outbox

    package func note(_ runs: [UsageRecord]) async throws(StoreError) {
        try await database.write(.readCommitted) { (connection) throws(StoreError) in
            for run in runs { try Self.note(run, on: connection) }
        }
    }

    /// Adds a run to the outbox within the caller's transaction, so that a result and its run are stored together or not at all.
    static func note(_ run: UsageRecord, on connection: borrowing SQLConnection) throws(StoreError) {
        // A run that has ended does not begin again.
        try connection.run(
            """
            INSERT INTO usage_outbox (run, is_open, record) VALUES (?1, ?2, ?3)
            ON CONFLICT (run) DO UPDATE SET is_open = excluded.is_open, record = excluded.record WHERE usage_outbox.is_open
            """,
            [.text(run.id.rawValue), .flag(run.status == .started), .text(UsageRecordCoding.encode(run))])
    }

    package func interrupt(
        startedBefore start: UnixTime?, now: UnixTime
    ) async throws(StoreError) -> (count: Int, streams: [UsageRecord]) {
        try await database.write(.readCommitted) { (connection) throws(StoreError) in
            // Other gateways have open runs of their own. The next start of a dead gateway's data directory ends that
            // gateway's runs, because the journal there knows how much audio there was.
            let sql: StaticString =
                connection.isRemote
                ? """
                SELECT record FROM usage_outbox WHERE is_open AND NOT coalesce(replica_lives(replica), FALSE)
                AND (replica IS NULL OR this_replica() IS NULL OR split_part(replica, '/', 1) = split_part(this_replica(), '/', 1))
                """
                : "SELECT record FROM usage_outbox WHERE is_open"
            let open = try Self.outbox(sql, on: connection)
                .filter { run in start.map { run.started < $0 } ?? true }
            let streams = open.filter { $0.position != nil }
            for var run in open where run.position == nil {
                run.interrupt(at: now)
                try Self.note(run, on: connection)
            }
            return (open.count - streams.count, streams)
        }
    }

    package func open() async throws(StoreError) -> [UsageRecord] {
        try await database.read { (connection) throws(StoreError) in
            try Self.outbox("SELECT record FROM usage_outbox WHERE is_open", on: connection)
        }
    }

    // MARK: Booking

    package func waiting() async throws(StoreError) -> [UsageRecord] {
        try await database.read { (connection) throws(StoreError) in
            try Self.outbox("SELECT record FROM usage_outbox WHERE NOT is_open LIMIT 500", on: connection)
        }
    }

    package func book(_ runs: [UsageRecord]) async throws(StoreError) {
        try await database.write(.readCommitted) { (connection) throws(StoreError) in
            for run in runs {
                try connection.run(
                    "INSERT INTO usage_runs (run, user, day, record) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                    [.text(run.id.rawValue), .text(run.user.rawValue), .text(run.day), .text(UsageRecordCoding.encode(run))])
                if try connection.changedRows() == 1 { try UsageDay(run).add(run, on: connection) }
            }
        }
    }

    package func settle(_ runs: [UsageRecord]) async throws(StoreError) {
        try await database.write(.readCommitted) { (connection) throws(StoreError) in
            for run in runs {
                try connection.run(
                    "DELETE FROM usage_outbox WHERE run = ?1 AND EXISTS (SELECT 1 FROM usage_runs WHERE run = ?1)", [.text(run.id.rawValue)])
            }
        }
    }

    private static func outbox(_ sql: StaticString, on connection: borrowing SQLConnection) throws(StoreError) -> [UsageRecord] {
        var runs: [UsageRecord] = []
        try connection.run(sql) { (row) throws(StoreError) in runs.append(try run(row.text(0))) }
        return runs
    }

    static func run(_ record: String?) throws(StoreError) -> UsageRecord {
        do throws(UsageRecordError) {
            return try UsageRecordCoding.decode(record ?? "")
        } catch {
            throw .constraint("a run of the usage ledger cannot be read: \(error)")
        }
    }
}
