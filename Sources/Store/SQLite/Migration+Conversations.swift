extension Migration {
    /// Tables of conversations, of their speakers, and of the indexes for searches.
    ///
    /// Times of day are in milliseconds since 1970 UTC, lengths and positions in nanoseconds. Everything that a user owns belongs to an `archives`
    /// row. An `id`, which clients see, is unique within its archive only, so that a clash tells nothing about other users.
    ///
    /// A segment's `number` is its archive's number · 2³² + the archive's own count. One user's rows are therefore one interval of `number`, in the
    /// order of arrival, and a search for words reads only this interval.
    static let conversations = Migration(
        // `revision` grows with every change of people and voices, for caches to see.
        """
        CREATE TABLE archives (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            user TEXT NOT NULL UNIQUE,
            next_segment INTEGER NOT NULL DEFAULT 1,
            next_window INTEGER NOT NULL DEFAULT 1,
            next_voice INTEGER NOT NULL DEFAULT 1,
            revision INTEGER NOT NULL DEFAULT 0
        ) STRICT
        """,
        """
        CREATE TABLE people (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            archive INTEGER NOT NULL REFERENCES archives (number),
            id TEXT NOT NULL,
            name TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            UNIQUE (archive, id)
        ) STRICT
        """,
        // `label` is the number that people see. A merged voice points to the voice that it was merged into, and segments keep pointing to the merged
        // voice: so the cost of merging two voices does not depend on the number of their segments.
        """
        CREATE TABLE voices (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            archive INTEGER NOT NULL REFERENCES archives (number),
            id TEXT NOT NULL,
            label INTEGER NOT NULL,
            person INTEGER REFERENCES people (number) ON DELETE SET NULL,
            is_user INTEGER NOT NULL DEFAULT 0,
            model TEXT NOT NULL,
            direction BLOB NOT NULL,
            evidence INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            joined_to INTEGER REFERENCES voices (number) ON DELETE CASCADE,
            UNIQUE (archive, id),
            UNIQUE (archive, label)
        ) STRICT
        """,
        "CREATE INDEX voices_of_people ON voices (person) WHERE person IS NOT NULL",
        "CREATE INDEX voices_joined ON voices (joined_to) WHERE joined_to IS NOT NULL",
        // `since`: time when the status was set.
        """
        CREATE TABLE conversations (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            archive INTEGER NOT NULL REFERENCES archives (number),
            id TEXT NOT NULL,
            status TEXT NOT NULL,
            since INTEGER NOT NULL,
            source TEXT NOT NULL,
            device TEXT,
            language TEXT,
            title TEXT,
            summary TEXT,
            started_at INTEGER NOT NULL,
            finished_at INTEGER NOT NULL,
            reason TEXT,
            segment_count INTEGER NOT NULL DEFAULT 0,
            first_segment INTEGER,
            last_segment INTEGER,
            windows_model TEXT,
            UNIQUE (archive, id)
        ) STRICT
        """,
        "CREATE INDEX conversations_by_time ON conversations (archive, started_at, number, first_segment, last_segment)",
        "CREATE INDEX conversations_open ON conversations (archive, source, device) WHERE status IN ('in_progress', 'processing')",
        "CREATE INDEX conversations_by_windows ON conversations (windows_model, started_at) WHERE status = 'completed'",
        // The first of `person`, `is_user` and `voice` that is set tells the speaker. `mark` is the same as one word, for the index of words.
        """
        CREATE TABLE segments (
            number INTEGER PRIMARY KEY,
            conversation INTEGER NOT NULL REFERENCES conversations (number) ON DELETE CASCADE,
            id TEXT NOT NULL,
            text TEXT NOT NULL,
            start_at INTEGER NOT NULL,
            end_at INTEGER NOT NULL,
            speaker INTEGER,
            person INTEGER REFERENCES people (number) ON DELETE SET NULL,
            is_user INTEGER NOT NULL DEFAULT 0,
            voice INTEGER REFERENCES voices (number) ON DELETE SET NULL,
            identified_by TEXT,
            confidence REAL,
            channel INTEGER NOT NULL,
            engine TEXT,
            model TEXT,
            words TEXT,
            translations TEXT,
            is_edited INTEGER NOT NULL DEFAULT 0,
            mark TEXT AS (
                CASE WHEN person IS NOT NULL THEN 'p' || person WHEN is_user THEN 'u' WHEN voice IS NOT NULL THEN 'v' || voice END),
            UNIQUE (conversation, id)
        ) STRICT
        """,
        "CREATE INDEX segments_in_order ON segments (conversation, start_at, number)",
        "CREATE INDEX segments_of_voices ON segments (voice) WHERE voice IS NOT NULL",
        "CREATE INDEX segments_of_people ON segments (person) WHERE person IS NOT NULL",
        "CREATE INDEX segments_of_users ON segments (number) WHERE is_user",
        // Words are found by their stem and without accents. The text itself is read from `segments`.
        """
        CREATE VIRTUAL TABLE segment_words USING fts5(
            text, mark, content = 'segments', content_rowid = 'number', tokenize = 'porter unicode61 remove_diacritics 2')
        """,
        // The speakers of each conversation.
        """
        CREATE TABLE conversation_marks (
            mark TEXT NOT NULL,
            conversation INTEGER NOT NULL REFERENCES conversations (number) ON DELETE CASCADE,
            PRIMARY KEY (mark, conversation)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX conversation_marks_by_conversation ON conversation_marks (conversation)",
        """
        CREATE TRIGGER segment_added AFTER INSERT ON segments BEGIN
            INSERT INTO segment_words (rowid, text, mark) VALUES (new.number, new.text, new.mark);
            INSERT OR IGNORE INTO conversation_marks (mark, conversation) SELECT new.mark, new.conversation WHERE new.mark IS NOT NULL;
        END
        """,
        """
        CREATE TRIGGER segment_removed AFTER DELETE ON segments BEGIN
            INSERT INTO segment_words (segment_words, rowid, text, mark) VALUES ('delete', old.number, old.text, old.mark);
            DELETE FROM conversation_marks WHERE mark = old.mark AND conversation = old.conversation
                AND NOT EXISTS (SELECT 1 FROM segments WHERE conversation = old.conversation AND mark = old.mark);
        END
        """,
        """
        CREATE TRIGGER segment_changed AFTER UPDATE OF text, person, is_user, voice, conversation ON segments
        WHEN old.text IS NOT new.text OR old.mark IS NOT new.mark OR old.conversation <> new.conversation BEGIN
            INSERT INTO segment_words (segment_words, rowid, text, mark) VALUES ('delete', old.number, old.text, old.mark);
            INSERT INTO segment_words (rowid, text, mark) VALUES (new.number, new.text, new.mark);
            INSERT OR IGNORE INTO conversation_marks (mark, conversation) SELECT new.mark, new.conversation WHERE new.mark IS NOT NULL;
            DELETE FROM conversation_marks WHERE mark = old.mark AND conversation = old.conversation
                AND NOT EXISTS (SELECT 1 FROM segments WHERE conversation = old.conversation AND mark = old.mark);
        END
        """,
        // A few neighbouring segments and their meaning: `bits` are the signs of the vector's values, `vector` the values as 16-bit floats. A
        // window's number is made like a segment's. The numbers of a window's segments lie between its first and last segment number.
        """
        CREATE TABLE windows (
            number INTEGER PRIMARY KEY,
            conversation INTEGER NOT NULL REFERENCES conversations (number) ON DELETE CASCADE,
            start_at INTEGER NOT NULL,
            end_at INTEGER NOT NULL,
            segments TEXT NOT NULL,
            first_segment INTEGER NOT NULL,
            last_segment INTEGER NOT NULL,
            model TEXT NOT NULL,
            bits BLOB NOT NULL
        ) STRICT
        """,
        "CREATE INDEX windows_of_conversations ON windows (conversation, start_at)",
        """
        CREATE TABLE window_vectors (
            number INTEGER PRIMARY KEY REFERENCES windows (number) ON DELETE CASCADE,
            vector BLOB NOT NULL
        ) STRICT
        """,
        // Files in the data directory's `audio` folder. After a split, two conversations share a file.
        """
        CREATE TABLE conversation_audio (
            number INTEGER PRIMARY KEY,
            conversation INTEGER NOT NULL REFERENCES conversations (number) ON DELETE CASCADE,
            file TEXT NOT NULL,
            format TEXT NOT NULL,
            start_at INTEGER NOT NULL,
            duration INTEGER NOT NULL,
            byte_count INTEGER NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT
        """,
        "CREATE INDEX conversation_audio_by_conversation ON conversation_audio (conversation, start_at)",
        "CREATE INDEX conversation_audio_by_file ON conversation_audio (file)",
        // Recordings that voices were learned from; `person` is NULL for the user's own voice.
        """
        CREATE TABLE speech_samples (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            archive INTEGER NOT NULL REFERENCES archives (number),
            id TEXT NOT NULL,
            person INTEGER REFERENCES people (number) ON DELETE CASCADE,
            file TEXT,
            duration INTEGER NOT NULL,
            model TEXT,
            direction BLOB,
            created_at INTEGER NOT NULL,
            UNIQUE (archive, id)
        ) STRICT
        """,
        "CREATE INDEX speech_samples_by_file ON speech_samples (file) WHERE file IS NOT NULL",
        "CREATE INDEX speech_samples_of_people ON speech_samples (person) WHERE person IS NOT NULL",
        // Files that no row names any more and that are not deleted yet.
        "CREATE TABLE abandoned_files (file TEXT NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID",
        """
        CREATE TABLE settings (
            archive INTEGER NOT NULL REFERENCES archives (number),
            name TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (archive, name)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX settings_by_name ON settings (name)",
        """
        CREATE TABLE provider_keys (
            archive INTEGER NOT NULL REFERENCES archives (number),
            provider TEXT NOT NULL,
            fingerprint TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (archive, provider)
        ) STRICT, WITHOUT ROWID
        """,
        // The table has one row while deleted words are still in the pages of the index.
        "CREATE TABLE erasures (number INTEGER PRIMARY KEY CHECK (number = 1), deletions INTEGER NOT NULL) STRICT"
    )

    /// The conversations in which a live session has spoken. `begins`: time in the session; `shift`: time that is added to the session's time.
    static let sessionParts = Migration(
        "ALTER TABLE conversations ADD COLUMN timeout INTEGER",
        """
        CREATE TABLE session_parts (
            session TEXT NOT NULL,
            conversation INTEGER NOT NULL REFERENCES conversations (number) ON DELETE CASCADE,
            begins INTEGER NOT NULL,
            shift INTEGER,
            PRIMARY KEY (session, conversation)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX session_parts_of_conversations ON session_parts (conversation)"
    )

    /// The segments from which a person's voice was learned; `voice`: the voice that the enrollment named or made.
    static let voiceLessons = Migration(
        "ALTER TABLE speech_samples ADD COLUMN voice INTEGER REFERENCES voices (number) ON DELETE SET NULL",
        "ALTER TABLE speech_samples ADD COLUMN makes_voice INTEGER NOT NULL DEFAULT 0",
        """
        CREATE TABLE speech_sample_sources (
            sample INTEGER NOT NULL REFERENCES speech_samples (number) ON DELETE CASCADE,
            segment INTEGER NOT NULL REFERENCES segments (number) ON DELETE CASCADE,
            PRIMARY KEY (sample, segment)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX speech_sample_sources_by_segment ON speech_sample_sources (segment)"
    )

    /// Rebuilds the index of words, so that words of scripts without spaces are found too.
    static let unspacedWords = Migration(
        work: "builds the index of words",
        "DROP TABLE segment_words",
        """
        CREATE VIRTUAL TABLE segment_words USING fts5(
            text, mark, content = 'segments', content_rowid = 'number', tokenize = 'unspaced porter unicode61 remove_diacritics 2')
        """,
        "INSERT INTO segment_words (segment_words) VALUES ('rebuild')"
    )
}
