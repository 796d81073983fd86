extension Migration {
    /// Table of speech that must be forgotten: a session's speech from `begins` to `ends`, or to its end, in one channel or in all. A session may now
    /// also speak in a conversation twice, after a merge of conversations.
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

    /// Columns for audio of which only a part belongs to the conversation and that must be cut: `cut_from` and `cut_to` are times in the file.
    /// Conversations that were split before share a whole file.
    static let cuttingAudio = Migration(
        work: "finds the audio that conversations share",
        "ALTER TABLE conversation_audio ADD COLUMN cut_from INTEGER",
        "ALTER TABLE conversation_audio ADD COLUMN cut_to INTEGER",
        // Each conversation's part begins with its first words in the file and ends where the next conversation's part begins. Where parts were
        // merged again, the parts cannot be told apart.
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
