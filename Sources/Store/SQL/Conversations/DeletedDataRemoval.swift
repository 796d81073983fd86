import Speech

/// Removes deleted data from the disk: files that no row names, and deleted words that are still in the database's files.
actor DeletedDataRemoval {
    /// The time for which deletions are gathered, to be erased together.
    enum Gathering {
        /// Deletions by somebody.
        case deletions
        /// Replacements by edits, and removals that the gateway makes by itself.
        case edits

        fileprivate var duration: Duration { self == .deletions ? .seconds(5) : .seconds(3_600) }
    }

    /// The waits after erasures that failed: another program may read the database for seconds, such as a backup, or for hours.
    private static let retries = RetrySchedule(first: [.seconds(1), .seconds(2), .seconds(5), .seconds(15)], then: .seconds(60))

    /// Minimum time between two erasures of the index of words if no words were deleted: such an erasure writes the whole index, and people edit word by
    /// word, each day. A round of edits comes within an hour after that time, so the words that edits have replaced are gone within a day.
    private static let timeBetweenIndexes: Duration = .seconds(22 * 3_600)

    /// Number of files that are deleted before the database forgets them.
    private static let atOnce = 100

    private let database: any SQLDatabase
    private let audio: any BlobStore
    private let clock: StoreClock
    private var gathered: (task: Task<Void, Never>, end: Instant, what: Gathering)?
    private var round: Task<StoreError?, Never>?
    /// The time before which words that only edits have replaced stay in the index; nil: this process has erased no words yet.
    private var editedWordsDue: Instant?
    /// Number of erasures that have failed since the last one that did not.
    private var failures = 0
    /// Number of changes of speakers that this process carries out, part by part, in each conversation that has some.
    private var speakerChanges: [OwnedConversation: Int] = [:]
    /// The latest of these failures, once there have been some, until it was told.
    private var untold: StoreError?

    init(_ database: any SQLDatabase, audio: any BlobStore, clock: StoreClock) {
        self.database = database
        self.audio = audio
        self.clock = clock
    }

    deinit { gathered?.task.cancel() }

    /// Leaves the parts of a change of speakers in a conversation to the caller until it calls `endSpeakerChange`.
    func beginSpeakerChange(in conversation: OwnedConversation) { speakerChanges[conversation, default: 0] += 1 }

    func endSpeakerChange(in conversation: OwnedConversation) {
        let left = speakerChanges[conversation, default: 0] - 1
        speakerChanges[conversation] = left > 0 ? left : nil
    }

    /// Starts a round when the deletions are gathered.
    func begin(_ gathering: Gathering) { begin(gathering, after: gathering.duration) }

    private func begin(_ what: Gathering, after wait: Duration) {
        let end = clock.now() + wait
        if let gathered {
            if what == .deletions { self.gathered?.what = .deletions }
            guard end < gathered.end else { return }
            gathered.task.cancel()
        }
        let task = Task { [weak self, clock] in
            guard (try? await clock.sleep(end)) != nil else { return }
            await self?.finishGathering()
        }
        gathered = (task, end, what)
    }

    private func finishGathering() async {
        gathered = nil
        // An erasure that fails is still recorded, and is tried again, also at the next start.
        try? await finish()
        if let left = try? await Self.record(in: database), left.areEdits { begin(.edits) }
    }

    /// Begins what other processes have left. What this process gathers has its time.
    ///
    /// - Throws: the error of an erasure that fails again and again, once until an erasure does not fail.
    func takeUp() async throws(StoreError) {
        if let error = untold {
            untold = nil
            throw error
        }
        guard gathered?.what != .deletions else { return }
        let isErasing = try await isErasing(), areEdits = try await Self.record(in: database)?.areEdits ?? false
        guard gathered?.what != .deletions else { return }
        if isErasing { begin(.deletions, after: .zero) } else if areEdits { begin(.edits) }
    }

    /// Number of failures in a row before they are told: a backup reads the database for some seconds.
    private static let patience = 5

    /// Returns true while deleted data may be on the disk. What is gathered as edits does not count: otherwise users who edit all the time would hide that
    /// a deletion is complete.
    func isErasing() async throws(StoreError) -> Bool {
        if let record = try await Self.record(in: database), !record.areEdits { return true }
        if try await FinalDeletions.isNeeded(database) { return true }
        if try await GoneSpeakers.isNeeded(database) { return true }
        return try await !Self.unnamedFiles(database, dueBy: nil).isEmpty
    }

    /// Erases, and returns when nothing is left of data that was deleted or replaced before the call. After a failure it is tried again later, too.
    func settle() async throws(StoreError) { try await settle(leavesEditedWords: false) }

    /// Erases as `settle` does, but leaves words that only edits have replaced in the index until their time has come.
    func finish() async throws(StoreError) { try await settle(leavesEditedWords: editedWordsDue.map { clock.now() < $0 } ?? false) }

    /// - Parameter leavesEditedWords: true if the index keeps replaced words for a later round, unless words were deleted.
    private func settle(leavesEditedWords: Bool) async throws(StoreError) {
        // A round that is under way may have begun before the last deletion.
        _ = await round?.value
        let own = Task { [weak self, database, audio] in
            // Files first: that needs no room on the disk, and makes some. Nothing waits for another step to succeed.
            var failure: StoreError?
            do throws(StoreError) { try await Self.deleteFiles(database, audio) } catch { failure = error }
            do throws(StoreError) { try await self?.finishSpeakerParts() } catch { failure = failure ?? error }
            // Before the next step, so that a voice that is gone takes these segments along.
            do throws(StoreError) { try await ReclaimedSegments.finish(in: database, isForDeletions: true) } catch { failure = failure ?? error }
            do throws(StoreError) { try await GoneSpeakers.remove(from: database) } catch { failure = failure ?? error }
            do throws(StoreError) { try await FinalDeletions.remove(from: database) } catch { failure = failure ?? error }
            do throws(StoreError) {
                if try await Self.run(on: database, leavesEditedWords: leavesEditedWords) { await self?.noteErasedWords() }
            } catch { failure = failure ?? error }
            return failure
        }
        round = own
        guard let error = await own.value else {
            failures = 0
            untold = nil
            return
        }
        failures += 1
        if failures == Self.patience { untold = error }
        begin(.deletions, after: Self.retries.wait(after: failures))
        throw error
    }

    private func noteErasedWords() { editedWordsDue = clock.now() + Self.timeBetweenIndexes }

    /// Carries out parts of changes of speakers that a crash has left. A change that is under way carries out its own, because it answers with the
    /// former speakers: it has begun before its parts can be read here.
    private func finishSpeakerParts() async throws(StoreError) {
        let left = try await SpeakerParts.left(in: database)
        try await SpeakerParts.finish(left.filter { speakerChanges[$0.conversation] == nil }, in: database)
    }

    /// Erases what is recorded. What comes meanwhile is gathered for the next erasure: on a busy gateway something always comes, and writes wait while
    /// the log is emptied.
    ///
    /// - Returns: true if words were erased from the index.
    private static func run(on database: any SQLDatabase, leavesEditedWords: Bool) async throws(StoreError) -> Bool {
        guard var record = try await record(in: database) else { return false }
        if leavesEditedWords, !record.areWordsDeleted { record.haveWords = false }
        try await database.eraseDeletions(ofWords: record.haveWords)
        // Readers may hold up the log, which has deleted words too: then the record stays, and all of this is repeated.
        guard try await database.emptyLog() else { throw .busy(path: "the database's log") }
        try await database.delete { [record] (connection) throws(StoreError) in try ErasureRecord.remove(record, on: connection) }
        return record.haveWords
    }

    private static func record(in database: any SQLDatabase) async throws(StoreError) -> ErasureRecord? {
        try await database.read { (connection) throws(StoreError) in try ErasureRecord.read(on: connection) }
    }

    /// Deletes files that were announced, and that nothing has named by a time.
    func deleteUnnamedFiles(dueBy time: UnixTime) async throws(StoreError) {
        try await Self.deleteFiles(database, audio, dueBy: time)
    }

    /// Deletes files that no row names any more.
    ///
    /// - Parameter time: also deletes announced files that are due by this time; nil: none of them.
    private static func deleteFiles(_ database: any SQLDatabase, _ audio: any BlobStore, dueBy time: UnixTime? = nil) async throws(StoreError) {
        let files = try await unnamedFiles(database, dueBy: time)
        for first in stride(from: 0, to: files.count, by: atOnce) {
            let names = files[first..<min(first + atOnce, files.count)].compactMap { BlobName($0) }
            try await audio.delete(names)
            try await database.delete { (connection) throws(StoreError) in
                for name in names { try connection.run("DELETE FROM abandoned_files WHERE file = ?", [.text(name.text)]) }
            }
        }
    }

    /// Returns the files that no row names any more.
    ///
    /// - Parameter time: also returns announced files that are due by this time; nil: none of them.
    private static func unnamedFiles(_ database: any SQLDatabase, dueBy time: UnixTime?) async throws(StoreError) -> [String] {
        try await database.read { (connection) throws(StoreError) in
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
    }
}
