extension SQLiteDatabase {
    /// Number of the index's pages that one transaction merges: this takes a few milliseconds.
    private static let pages: Int64 = 128

    /// Merges the whole index of words into one piece, a few pages at a time between other writes.
    ///
    /// A deleted row leaves its words in the pages of FTS5's index until the pages are merged; SQLite 3.40 has no other way. SQLite overwrites freed
    /// pages (`secure_delete`), and `settle` empties the log.
    package func eraseDeletedWords() async throws(StoreError) {
        // A backup that was killed has left a copy of the words, and second names of the audio.
        try BackupDraft.removeAbandoned(in: directory)
        // A negative number merges all parts of the index into one; a positive number continues a merge.
        var step = -Self.pages
        while true {
            let changes = try await write { [step] (connection) throws(StoreError) in
                let before = connection.totalChanges()
                try connection.run("INSERT INTO segment_words (segment_words, rank) VALUES ('merge', ?)", [.integer(step)])
                return connection.totalChanges() - before
            }
            // The command itself counts as one change.
            if changes < 2 { return }
            step = Self.pages
        }
    }
}
