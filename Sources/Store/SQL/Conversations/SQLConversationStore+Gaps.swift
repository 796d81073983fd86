package import Speech

extension SQLConversationStore {
    package func setGaps(_ gaps: [ID<Session>: [Range<Duration>]]) async throws(StoreError) {
        // In one order, so that two gateways do not wait for each other's rows.
        let sessions = gaps.sorted { $0.key.rawValue < $1.key.rawValue }
        try await database.write(.readCommitted) { (connection) throws(StoreError) in
            for (session, gaps) in sessions {
                try connection.run("DELETE FROM session_gaps WHERE session = ?", [.text(session.rawValue)])
                for gap in gaps {
                    try connection.run(
                        "INSERT INTO session_gaps (session, begins, ends) VALUES (?, ?, ?) ON CONFLICT (session, begins) DO NOTHING",
                        [.text(session.rawValue), .duration(gap.lowerBound), .duration(gap.upperBound)])
                }
            }
        }
    }

    package func sessionsWithGaps(after: ID<Session>?, limit: Int) async throws(StoreError) -> [ID<Session>] {
        try await database.read { (connection) throws(StoreError) in
            var sessions: [ID<Session>] = []
            try connection.run(
                "SELECT DISTINCT session FROM session_gaps WHERE session > ? ORDER BY session LIMIT ?",
                [.text(after?.rawValue ?? ""), .integer(max(0, limit))]
            ) { (row) throws(StoreError) in sessions.append(ID(row.text(0) ?? "")) }
            return sessions
        }
    }

    /// The condition of a conversation `c` that has a gap: words of one of its sessions are not known, in the part of the session that speaks in it. The
    /// joins are written as crosses: SQLite would begin with the gaps of all users.
    static let hasGap = ComposedSQL(
        """
        EXISTS (
            SELECT 1 FROM session_parts p CROSS JOIN session_gaps g WHERE p.conversation = c.number AND g.session = p.session
            AND g.ends > p.begins AND g.ends + p.shift > 0
            AND NOT EXISTS (
                SELECT 1 FROM session_parts n WHERE n.session = p.session AND n.begins <= max(g.begins, p.begins)
                AND (n.begins > p.begins OR n.begins = p.begins AND n.conversation > p.conversation)))
        """)

    private static let withGap =
        ComposedSQL("SELECT c.number FROM conversations c WHERE c.archive = ? AND c.started_at >= ? AND c.started_at < ? AND ") + hasGap

    /// Returns the row numbers of a user's conversations that have a gap and began in `time`, in milliseconds since 1970 UTC.
    static func conversationsWithGaps(
        of archive: UserPartition, in time: Range<Int64>, on connection: borrowing SQLConnection
    ) throws(StoreError) -> [Int64] {
        var numbers: [Int64] = []
        try connection.run(withGap, [.integer(archive.number), .integer(time.lowerBound), .integer(time.upperBound)]) { (row) throws(StoreError) in
            numbers.append(row.integer(0) ?? 0)
        }
        return numbers
    }
}
