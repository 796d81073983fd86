internal import Speech

/// Removes deleted data from the disk: files that no row names, and deleted words that are still in the database's files.
actor DeletedDataRemoval {
    /// The time for which deletions are gathered, to be erased together.
    enum Gathering {
        /// Deletions by somebody.
        case deletions
        /// Words that an edit has replaced. Each erasure writes the whole index of words, and people edit word by word.
        case edits

        fileprivate var duration: Duration { self == .deletions ? .seconds(5) : .seconds(3_600) }
    }

    /// Number of files that are deleted before the database forgets them.
    private static let atOnce = 100

    private let database: any SQLDatabase
    private let audio: any BlobStore
    private var gathered: (task: Task<Void, Never>, end: ContinuousClock.Instant)?
    private var round: Task<StoreError?, Never>?

    init(_ database: any SQLDatabase, audio: any BlobStore) {
        self.database = database
        self.audio = audio
    }

    /// Starts a round when the deletions are gathered.
    func begin(_ gathering: Gathering) {
        let end = ContinuousClock.now + gathering.duration
        if let gathered {
            guard end < gathered.end else { return }
            gathered.task.cancel()
        }
        let task = Task { [weak self] in
            guard (try? await Task.sleep(until: end, clock: .continuous)) != nil else { return }
            await self?.finishGathering()
        }
        gathered = (task, end)
    }

    private func finishGathering() async {
        gathered = nil
        // A deletion that fails is still recorded, and is tried again after the next deletion, within the hour and at the next start.
        try? await settle()
    }

    /// Erases, and returns when nothing is left of data that was deleted before the call.
    func settle() async throws(StoreError) {
        // A round that is under way may have begun before the last deletion.
        _ = await round?.value
        let own = Task { [database, audio] in
            // Files first: that needs no room on the disk, and makes some. Nothing waits for another step to succeed.
            var failure: StoreError?
            do throws(StoreError) { try await Self.deleteFiles(database, audio) } catch { failure = error }
            // Before the next step, so that a voice that is gone takes these segments along.
            do throws(StoreError) { try await ReclaimedSegments.finish(in: database, isForDeletions: true) } catch { failure = failure ?? error }
            do throws(StoreError) { try await GoneSpeakers.remove(from: database) } catch { failure = failure ?? error }
            do throws(StoreError) { try await FinalDeletions.remove(from: database) } catch { failure = failure ?? error }
            do throws(StoreError) { try await Self.run(on: database) } catch { failure = failure ?? error }
            return failure
        }
        round = own
        if let error = await own.value { throw error }
    }

    /// The deletions that are not erased yet.
    private struct Erasures: Sendable {
        /// Grows with each deletion.
        var number: Int64
        var haveWords: Bool
    }

    private static func run(on database: any SQLDatabase) async throws(StoreError) {
        while let erasures = try await erasures(database) {
            try await database.eraseDeletions(ofWords: erasures.haveWords)
            // Readers may hold up the log, which has deleted words too: then all of this is repeated.
            try await database.settle()
            try await database.delete { (connection) throws(StoreError) in
                try connection.run("DELETE FROM erasures WHERE deletions = ?", [.integer(erasures.number)])
            }
        }
    }

    private static func erasures(_ database: any SQLDatabase) async throws(StoreError) -> Erasures? {
        try await database.read { (connection) throws(StoreError) in
            var found: Erasures?
            try connection.run("SELECT deletions, has_words FROM erasures") { (row) throws(StoreError) in
                found = Erasures(number: row.integer(0) ?? 0, haveWords: row.flag(1))
            }
            return found
        }
    }

    /// Deletes files that were announced, and that nothing has named by a time.
    func deleteUnnamedFiles(dueBy time: UnixTime) async throws(StoreError) {
        try await Self.deleteFiles(database, audio, dueBy: time)
    }

    /// Deletes files that no row names any more.
    ///
    /// - Parameter time: also deletes announced files that are due by this time; nil: none of them.
    private static func deleteFiles(_ database: any SQLDatabase, _ audio: any BlobStore, dueBy time: UnixTime? = nil) async throws(StoreError) {
        let files = try await database.read { (connection) throws(StoreError) in
            var files: [String] = []
            try connection.run(
                """
                SELECT file FROM abandoned_files f WHERE (due_at IS NULL OR due_at <= ?1)
                AND NOT EXISTS (SELECT 1 FROM conversation_audio a WHERE a.file = f.file)
                AND NOT EXISTS (SELECT 1 FROM deleted_audio d WHERE d.file = f.file)
                """, [.time(time)]
            ) { (row) throws(StoreError) in files.append(row.text(0) ?? "") }
            return files
        }
        for first in stride(from: 0, to: files.count, by: atOnce) {
            let names = files[first..<min(first + atOnce, files.count)].compactMap { BlobName($0) }
            try await audio.delete(names)
            try await database.delete { (connection) throws(StoreError) in
                for name in names { try connection.run("DELETE FROM abandoned_files WHERE file = ?", [.text(name.text)]) }
            }
        }
    }
}
