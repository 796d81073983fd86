extension Migration {
    /// Takes the speakers out of the index of words, which is built anew: a change of speaker writes no words any more. Segments are found by their
    /// speakers in an index of their own, which also takes the place of the table of each conversation's speakers.
    static let wordsWithoutSpeakers = Migration(
        work: "builds the index of words",
        "DROP TRIGGER segment_added",
        "DROP TRIGGER segment_removed",
        "DROP TRIGGER segment_changed",
        "DROP TABLE conversation_marks",
        "DROP INDEX segments_of_marks",
        // The conversation is in the index so that the rows themselves, which are large, are not read.
        "CREATE INDEX segments_of_speakers ON segments (mark, number, conversation) WHERE mark IS NOT NULL",
        "DROP TABLE segment_words",
        """
        CREATE VIRTUAL TABLE segment_words USING fts5(
            text, content = 'segments', content_rowid = 'number', tokenize = 'unspaced porter unicode61 remove_diacritics 2')
        """,
        "INSERT INTO segment_words (segment_words) VALUES ('rebuild')",
        """
        CREATE TRIGGER segment_added AFTER INSERT ON segments BEGIN
            INSERT INTO segment_words (rowid, text) VALUES (new.number, new.text);
        END
        """,
        """
        CREATE TRIGGER segment_removed AFTER DELETE ON segments BEGIN
            INSERT INTO segment_words (segment_words, rowid, text) VALUES ('delete', old.number, old.text);
        END
        """,
        """
        CREATE TRIGGER segment_changed AFTER UPDATE OF text ON segments WHEN old.text IS NOT new.text BEGIN
            INSERT INTO segment_words (segment_words, rowid, text) VALUES ('delete', old.number, old.text);
            INSERT INTO segment_words (rowid, text) VALUES (new.number, new.text);
        END
        """
    )
}
