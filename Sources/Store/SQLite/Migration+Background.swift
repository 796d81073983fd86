extension Migration {
    /// Tables of recordings that come in chunks. Lengths and positions are in nanoseconds.
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
        // `record` holds the chunk's words, once the chunk is recognised.
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

    /// Adds `pause`: silence at which a recording's conversation is split after its end.
    static let backgroundPauses = Migration("ALTER TABLE background_recordings ADD COLUMN pause INTEGER")
}
