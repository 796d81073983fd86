extension SQLiteDatabase {
    /// Number of the index's pages that one transaction merges: this takes a few milliseconds.
    private static let pages: Int64 = 128

    /// - Throws: also when the database's own words are erased, but a killed backup's copy of them cannot be deleted.
    package func eraseDeletions(ofWords hasWords: Bool) async throws(StoreError) {
        // A backup that was killed has left a copy of the words, and second names of the audio.
        var copyIsLeft: StoreError?
        do throws(StoreError) { try BackupDraft.removeAbandoned(in: directory) } catch { copyIsLeft = error }
        if hasWords {
            // While another program holds the log, nothing can leave it: a merge would only make it longer.
            guard try await emptyLog() else { throw copyIsLeft ?? .busy(path: "the database's log") }
            try await mergeWords()
        }
        guard let copyIsLeft else { return }
        // The caller does not come to it. The copy is the error that somebody has to mend, also when the log cannot be emptied now.
        _ = try? await emptyLog()
        throw copyIsLeft
    }

    /// Merges the whole index of words into one piece, a few pages at a time between other writes.
    ///
    /// A deleted row leaves its words in the pages of FTS5's index until the pages are merged; SQLite 3.40 has no other way. SQLite overwrites freed
    /// pages (`secure_delete`), and `settle` empties the log.
    ///
    /// From SQLite 3.42 on FTS5 has the option `secure-delete`, by which a deletion changes the pages of its words only. Debian 12 has 3.40, which cannot
    /// read an index that was changed so.
    private func mergeWords() async throws(StoreError) {
        // A negative number merges all parts of the index into one; a positive number continues a merge.
        var step = -Self.pages
        while true {
            let changes = try await delete { [step] (connection) throws(StoreError) in
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
