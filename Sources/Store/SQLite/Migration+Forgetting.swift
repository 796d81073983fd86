extension Migration {
    /// What of a session is to be known no more, from `begins` to `ends` of it, or to its end, in one channel or in all. And a session may speak in a
    /// conversation twice, when others were put into it.
    static let forgettingSpeech = Migration(
        """
        CREATE TABLE forgotten_speech (
            number INTEGER PRIMARY KEY,
            session TEXT NOT NULL,
            channel INTEGER,
            begins INTEGER NOT NULL,
            ends INTEGER,
            noted_at INTEGER NOT NULL
        ) STRICT
        """,
        "CREATE INDEX forgotten_speech_of_sessions ON forgotten_speech (session)",
        """
        CREATE TABLE parts_of_sessions (
            session TEXT NOT NULL,
            conversation INTEGER NOT NULL REFERENCES conversations (number) ON DELETE CASCADE,
            begins INTEGER NOT NULL,
            shift INTEGER,
            PRIMARY KEY (session, conversation, begins)
        ) STRICT, WITHOUT ROWID
        """,
        "INSERT INTO parts_of_sessions SELECT session, conversation, begins, shift FROM session_parts",
        "DROP TABLE session_parts",
        "ALTER TABLE parts_of_sessions RENAME TO session_parts",
        "CREATE INDEX session_parts_of_conversations ON session_parts (conversation)"
    )

    /// Audio of which only a part is the conversation's, and that is to be cut to it: `cut_from` and `cut_to` are places in the file. Conversations that were
    /// split before have a whole file in common.
    static let cuttingAudio = Migration(
        "ALTER TABLE conversation_audio ADD COLUMN cut_from INTEGER",
        "ALTER TABLE conversation_audio ADD COLUMN cut_to INTEGER",
        // Each has its own from where its first words in the file are to where the next one's are. Where parts were put together again it cannot be told.
        """
        WITH shares AS (
            SELECT number, file, duration, (
                SELECT min(s.start_at) - a.start_at FROM segments s
                WHERE s.conversation = a.conversation AND s.end_at > a.start_at AND s.start_at < a.start_at + a.duration
            ) AS begins FROM conversation_audio a WHERE file IN (
                SELECT file FROM conversation_audio GROUP BY file HAVING count(*) > 1 AND count(*) = count(DISTINCT conversation))
        ), cuts AS (
            SELECT number, iif(row_number() OVER parts = 1, 0, begins) AS cut_from, coalesce(lead(begins) OVER parts, duration) AS cut_to
            FROM shares WHERE begins IS NOT NULL WINDOW parts AS (PARTITION BY file ORDER BY begins)
        )
        UPDATE conversation_audio AS a SET cut_from = max(0, c.cut_from), cut_to = c.cut_to FROM cuts c WHERE c.number = a.number
        """,
        "CREATE INDEX conversation_audio_to_cut ON conversation_audio (number) WHERE cut_from IS NOT NULL"
    )
}
