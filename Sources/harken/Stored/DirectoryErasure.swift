import Glibc
import Journal
import Live
import Observability
import Sessions
import Speech
import Store

/// The erasure, by a command, of deleted data from a data directory: from its database, from the transcripts of sessions, and from the journals of gateways
/// that have ended. A running gateway erases its own journal within a minute.
actor DirectoryErasure {
    private let store: any ConversationStores
    private let transcripts: any BlobStore
    /// Path of the journal's directory, which may not exist.
    private let journal: String
    /// True if gateways with other data directories may use the database: they have journals that this command does not see.
    private let hasOtherJournals: Bool
    private var isComplete = false
    /// True if a gateway still has to clear a journal of what is deleted: a running one within a minute, otherwise the next one at its start.
    private(set) var leavesJournal = false

    init(_ store: any ConversationStores, transcripts: any BlobStore, in directory: DataDirectory, hasOtherJournals: Bool) {
        self.store = store
        self.transcripts = transcripts
        journal = directory.journal
        self.hasOtherJournals = hasOtherJournals
    }

    /// Erases what is deleted.
    ///
    /// - Returns: true when it has left the disk; false while something keeps it there, as a rule another program that reads the database.
    func eraseDeleted() async throws(StoreError) -> Bool {
        // First: it changes rows, which leave the database after it.
        let isComplete = await eraseSpeech()
        return try await store.isErased() && isComplete
    }

    /// Erases the speech outside the database that was deleted before the first call, unless an earlier call has done so.
    ///
    /// - Returns: false when something could not be erased; the log has the reason, and the next call tries it again.
    private func eraseSpeech() async -> Bool {
        guard !isComplete else { return true }
        let log = Log(level: .error)
        leavesJournal = hasOtherJournals
        let earlier = earlierJournals(log)
        defer { earlier?.giveBack() }
        let limits = TranscriptLimits()
        let service = ErasureService(
            store: store, transcripts: TranscriptFolder(in: transcripts, limits: limits, log: log, gaps: store), earlier: earlier, contexts: [],
            age: limits.age, log: log, now: { .now })
        await service.run()
        if let earlier, earlier.hasLivingRuns || earlier.leavesUnended { leavesJournal = true }
        isComplete = await service.unerasedPlaces().isEmpty
        return isComplete
    }

    /// Returns the journals of gateways that have ended; nil when there are none, or when they cannot be read, which the log has.
    private func earlierJournals(_ log: Log) -> PreviousRunJournal? {
        guard access(journal, F_OK) == 0 else { return nil }
        do throws(JournalError) { return try PreviousRunJournal(in: journal, log: log) } catch {
            log.error("deleted speech may still be in the journal", [.path: journal, .error: "\(error)"])
            leavesJournal = true
            return nil
        }
    }
}
