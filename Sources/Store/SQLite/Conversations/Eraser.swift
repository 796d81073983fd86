import Glibc

/// Takes what was deleted off the disk: files that no row names, and words that are still in the index.
///
/// A deleted row leaves its words in the pages of FTS5's index until those are merged: SQLite 3.40 cannot do without. So the whole index is merged
/// into one piece after deletions, a few pages at a time between other writes. SQLite overwrites what it frees (`secure_delete`), and the log is
/// emptied at the end.
actor Eraser {
    /// Pages of the index that one transaction merges: a few milliseconds.
    private static let pages: Int64 = 128
    /// Deletions of this time are done together.
    private static let gathering: Duration = .seconds(5)

    private let database: SQLiteDatabase
    private var gathered: Task<Void, Never>?
    private var round: Task<StoreError?, Never>?

    init(_ database: SQLiteDatabase) { self.database = database }

    /// Sees to it that a round comes soon.
    func begin() {
        guard gathered == nil else { return }
        gathered = Task { [weak self] in
            try? await Task.sleep(for: Self.gathering)
            await self?.finishGathering()
        }
    }

    private func finishGathering() async {
        gathered = nil
        // What fails is noted still, and tried again after the next deletion or start.
        try? await settle()
    }

    /// Returns when nothing is left of what was deleted before.
    func settle() async throws(StoreError) {
        // One that is under way may have begun before the last deletion.
        _ = await round?.value
        let own = Task { [database] in
            do throws(StoreError) {
                try await Self.run(on: database)
                return nil as StoreError?
            } catch { return error }
        }
        round = own
        if let error = await own.value { throw error }
    }

    private static func run(on database: SQLiteDatabase) async throws(StoreError) {
        try await deleteFiles(database)
        guard var deletions = try await deletions(database) else { return }
        while true {
            try await mergeIndex(database)
            let now = try await database.write { [deletions] (connection) throws(StoreError) -> Int64? in
                try connection.run("DELETE FROM erasures WHERE deletions = ?", [.integer(deletions)])
                return try connection.integer("SELECT deletions FROM erasures")
            }
            guard let now else { break }
            deletions = now
        }
        try await database.emptyLog()
    }

    private static func deletions(_ database: SQLiteDatabase) async throws(StoreError) -> Int64? {
        try await database.read { (connection) throws(StoreError) in try connection.integer("SELECT deletions FROM erasures") }
    }

    private static func mergeIndex(_ database: SQLiteDatabase) async throws(StoreError) {
        // Below zero: all parts of the index go into one. Above: what has begun goes on.
        var step = -pages
        while true {
            let changes = try await database.write { [step] (connection) throws(StoreError) in
                let before = connection.totalChanges()
                try connection.run("INSERT INTO segment_words (segment_words, rank) VALUES ('merge', ?)", [.integer(step)])
                return connection.totalChanges() - before
            }
            // The command itself is one change.
            if changes < 2 { return }
            step = pages
        }
    }

    private static func deleteFiles(_ database: SQLiteDatabase) async throws(StoreError) {
        let files = try await database.read { (connection) throws(StoreError) in
            var files: [String] = []
            try connection.run(
                """
                SELECT file FROM abandoned_files f WHERE NOT EXISTS (SELECT 1 FROM conversation_audio a WHERE a.file = f.file)
                """
            ) { (row) throws(StoreError) in files.append(row.text(0) ?? "") }
            return files
        }
        for file in files where StoredAudio.isName(file) {
            let path = database.directory.audio + "/" + file
            guard unlink(path) == 0 || errno == ENOENT else { throw .notUsable(path: path, reason: DataDirectory.reason(errno)) }
            try await database.write { (connection) throws(StoreError) in
                try connection.run("DELETE FROM abandoned_files WHERE file = ?", [.text(file)])
            }
        }
    }
}
