extension SQLiteDatabase {
    /// Number of segments below which nothing is gathered. The statistics of a small store would soon be wrong, and without statistics SQLite takes
    /// each table for a large one.
    private static let minSegments: Int64 = 10_000

    /// Tables that have an index, each with its statement. `window_vectors` has none: SQLite would count its rows, which takes longer than all others.
    private static let analyses: [StaticString] = [
        "ANALYZE segments", "ANALYZE conversations", "ANALYZE windows", "ANALYZE conversation_audio",
        "ANALYZE session_parts", "ANALYZE session_gaps", "ANALYZE forgotten_speech", "ANALYZE people", "ANALYZE voices", "ANALYZE rejected_owners",
        "ANALYZE rejected_enrollments",
        "ANALYZE deleted_conversations", "ANALYZE deleted_rows", "ANALYZE deleted_audio", "ANALYZE deleted_voices",
        "ANALYZE speech_samples", "ANALYZE speech_sample_sources", "ANALYZE settings", "ANALYZE webhook_deliveries", "ANALYZE jobs",
        "ANALYZE uploads", "ANALYZE usage_runs",
        "ANALYZE usage_days", "ANALYZE background_recordings", "ANALYZE background_chunks", "ANALYZE access_keys", "ANALYZE ended_logins",
    ]

    /// Gathers statistics, one table in each transaction.
    ///
    /// `PRAGMA optimize` is of no use here: SQLite before 3.46 looks only at tables that the same connection has read, and the writer reads few. A
    /// connection that is open sees statistics that replace earlier ones when it is opened again.
    package func gatherStatistics() async throws(StoreError) {
        let isLarge = try await read { (connection) throws(StoreError) in
            try connection.integer("SELECT 1 FROM segments LIMIT 1 OFFSET ?", [.integer(Self.minSegments - 1)]) != nil
        }
        guard isLarge else { return try await dropStatistics() }
        for analysis in Self.analyses {
            try await write(.readCommitted) { (connection) throws(StoreError) in
                // SQLite reads at most this number of each index's entries: all indexes of a million segments take 10 ms.
                try connection.run("PRAGMA analysis_limit = 400")
                try connection.run(analysis)
            }
        }
    }

    /// Deletes statistics of a store that was large once.
    private func dropStatistics() async throws(StoreError) {
        try await write(.readCommitted) { (connection) throws(StoreError) in
            guard try connection.integer("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'") != nil else { return }
            try connection.run("DELETE FROM sqlite_stat1")
        }
    }
}
