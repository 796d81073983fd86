extension Migration {
    /// Recordings that come in chunks. Lengths and positions are in nanoseconds.
    static let background = Migration(
        """
        CREATE TABLE background_recordings (
            user TEXT NOT NULL,
            conversation TEXT NOT NULL,
            state TEXT NOT NULL,
            language TEXT,
            since INTEGER NOT NULL,
            PRIMARY KEY (user, conversation)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX background_recordings_by_state ON background_recordings (state, since)",
        // `record` is the chunk with its words, once it is recognised.
        """
        CREATE TABLE background_chunks (
            user TEXT NOT NULL,
            conversation TEXT NOT NULL,
            chunk TEXT NOT NULL,
            hash TEXT NOT NULL,
            start_at INTEGER NOT NULL,
            length INTEGER NOT NULL,
            run TEXT,
            record TEXT,
            accepted_at INTEGER,
            PRIMARY KEY (user, conversation, chunk),
            FOREIGN KEY (user, conversation) REFERENCES background_recordings (user, conversation) ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID
        """
    )

    /// `pause`: silence that parts a recording's conversation at its end.
    static let backgroundPauses = Migration("ALTER TABLE background_recordings ADD COLUMN pause INTEGER")
}
