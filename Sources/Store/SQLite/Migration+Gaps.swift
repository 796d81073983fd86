extension Migration {
    /// Adds the gaps of sessions' transcripts: times since the session's start, in nanoseconds. A session that is open, or whose transcript is gone, has
    /// no rows.
    static let sessionGaps = Migration(
        """
        CREATE TABLE session_gaps (
            session TEXT NOT NULL,
            begins INTEGER NOT NULL,
            ends INTEGER NOT NULL,
            PRIMARY KEY (session, begins)
        ) STRICT, WITHOUT ROWID
        """)
}
