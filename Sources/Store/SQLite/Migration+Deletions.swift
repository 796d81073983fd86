extension Migration {
    /// Tells deletions of words, after which the index must be written anew, from others.
    static let erasuresOfWords = Migration("ALTER TABLE erasures ADD COLUMN has_words INTEGER NOT NULL DEFAULT 1")

    /// Lets files be announced before they are written. An announced file is deleted from `due_at` on, unless a row names it by then; a file without
    /// that time is deleted at once.
    static let announcedFiles = Migration("ALTER TABLE abandoned_files ADD COLUMN due_at INTEGER")

    /// Adds conversations that were deleted and can be restored until `kept_until`. A deletion that `is_final` is none for every reader, and its rows stay
    /// only until `FinalDeletions` has removed them. `deleted_rows` has the conversation's rows, each as a JSON object: see `KeptRow`; `kind` is the name
    /// of the row's table. `deleted_audio` has the columns of `conversation_audio`, and its files stay. `deleted_voices` has the voices of the segments. A
    /// voice that `is_kept` is gone for every reader, and comes back with a conversation. Speech with a `deletion` is forgotten until it is restored.
    static let deletedConversations = Migration(
        """
        CREATE TABLE deleted_conversations (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            archive INTEGER NOT NULL REFERENCES archives (number),
            id TEXT NOT NULL,
            title TEXT,
            started_at INTEGER NOT NULL,
            duration INTEGER NOT NULL,
            deleted_at INTEGER NOT NULL,
            kept_until INTEGER NOT NULL,
            is_final INTEGER NOT NULL DEFAULT 0
        ) STRICT
        """,
        "CREATE INDEX deleted_conversations_of_archives ON deleted_conversations (archive, number)",
        "CREATE INDEX deleted_conversations_by_time ON deleted_conversations (kept_until)",
        """
        CREATE TABLE deleted_rows (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            deletion INTEGER NOT NULL REFERENCES deleted_conversations (number) ON DELETE CASCADE,
            kind TEXT NOT NULL,
            content TEXT NOT NULL
        ) STRICT
        """,
        "CREATE INDEX deleted_rows_of_deletions ON deleted_rows (deletion, number)",
        """
        CREATE TABLE deleted_audio (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            deletion INTEGER NOT NULL REFERENCES deleted_conversations (number) ON DELETE CASCADE,
            file TEXT NOT NULL,
            format TEXT NOT NULL,
            start_at INTEGER NOT NULL,
            duration INTEGER NOT NULL,
            byte_count INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            cut_from INTEGER,
            cut_to INTEGER
        ) STRICT
        """,
        "CREATE INDEX deleted_audio_of_deletions ON deleted_audio (deletion)",
        "CREATE INDEX deleted_audio_by_file ON deleted_audio (file)",
        "CREATE INDEX deleted_audio_by_time ON deleted_audio (created_at)",
        "CREATE INDEX deleted_audio_to_cut ON deleted_audio (number) WHERE cut_from IS NOT NULL",
        """
        CREATE TABLE deleted_voices (
            deletion INTEGER NOT NULL REFERENCES deleted_conversations (number) ON DELETE CASCADE,
            voice INTEGER NOT NULL REFERENCES voices (number) ON DELETE CASCADE,
            PRIMARY KEY (deletion, voice)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX deleted_voices_by_voice ON deleted_voices (voice)",
        "ALTER TABLE voices ADD COLUMN is_kept INTEGER NOT NULL DEFAULT 0",
        "DROP INDEX voices_gone",
        "CREATE INDEX voices_gone ON voices (number) WHERE is_gone AND NOT is_kept",
        "ALTER TABLE forgotten_speech ADD COLUMN deletion INTEGER REFERENCES deleted_conversations (number)",
        "CREATE INDEX forgotten_speech_of_deletions ON forgotten_speech (deletion) WHERE deletion IS NOT NULL"
    )
}
