import Glibc
import Journal
import Live
import Observability
import Sessions
import Speech
import Store

/// The erasure, by a command, of deleted data from a data directory: from its database, from the transcripts of sessions, and from the journals of gateways
/// that have ended. A running gateway erases its transcripts and its journal itself, within a minute: two processes would write over each other's
/// changes.
actor DirectoryErasure {
    private let store: any ConversationStores
    private let directory: DataDirectory
    /// True if gateways with other data directories may use the database and the transcripts: nothing tells whether one of them runs, and they have
    /// journals that this command does not see.
    private let hasOtherGateways: Bool
    private let log = Log(level: .error)
    /// The transcripts, which know what earlier looks have found in them.
    private let transcripts: TranscriptFolder
    /// The erasure from transcripts alone.
    private let service: ErasureService
    /// The erasure from transcripts and journals; nil before it begins, and when the journals are done or left to a gateway.
    private var withJournals: JournalErasure?
    /// True if the journals of gateways that have ended are not to be read again.
    private var hasReadJournals = false
    private var isComplete = false
    /// True if a gateway still has to clear a journal of what is deleted: a running one within a minute, otherwise the next one at its start.
    private(set) var leavesJournal = false
    /// The state of the speech outside the database at the last look, while some of it is left.
    private var left = ErasureWait.End.held

    /// The erasure from transcripts and from the journals that this process holds meanwhile.
    private struct JournalErasure: Sendable {
        let service: ErasureService
        let journals: PreviousRunJournal
    }

    init(_ store: any ConversationStores, transcripts: any BlobStore, in directory: DataDirectory, hasOtherGateways: Bool) {
        self.store = store
        self.directory = directory
        self.hasOtherGateways = hasOtherGateways
        self.transcripts = TranscriptFolder(in: transcripts, limits: TranscriptLimits(), log: log, gaps: store)
        service = Self.service(store, self.transcripts, nil, log)
    }

    deinit { withJournals?.journals.giveBack() }

    private static func service(
        _ store: any ConversationStores, _ transcripts: TranscriptFolder, _ earlier: PreviousRunJournal?, _ log: Log
    ) -> ErasureService {
        ErasureService(
            store: store, transcripts: transcripts, earlier: earlier, contexts: [], age: TranscriptLimits().age, log: log, now: { .now })
    }

    /// Erases what is deleted, or looks whether a gateway has erased it. Call it again until nothing is left, or only what cannot be read.
    func eraseDeleted() async throws -> ErasureWait.End {
        // First: it changes rows, which leave the database after it.
        if !isComplete { try await eraseSpeech() }
        guard try await store.isErased() else { return .held }
        return isComplete ? .erased : left
    }

    /// Erases the speech outside the database that was deleted before the first call. The log has the reason why something could not be erased.
    private func eraseSpeech() async throws(StoreError) {
        guard !hasOtherGateways else { return await look() }
        switch try directory.commandTurn() {
        case .granted(let turn):
            await eraseAlone()
            withExtendedLifetime(turn) {}
        case .gatewayRuns:
            // It may have started since the last look.
            giveJournalsBack()
            hasReadJournals = false
            await look()
        case .commandRuns: left = .leftToCommand
        }
    }

    /// Looks what a gateway has erased.
    private func look() async {
        leavesJournal = true
        await service.look()
        await note(service.unerasedPlaces(), else: .leftToGateway)
    }

    /// Notes what is left outside the database.
    ///
    /// - Parameter end: the state when transcripts that cannot be read are not all that is left.
    private func note(_ places: [ErasureService.UnerasedPlace], else end: ErasureWait.End) async {
        isComplete = places.isEmpty
        left = end
        if places == [.transcripts], let transcript = await transcripts.onlyUnreadable { left = .unreadable(transcript) }
    }

    /// Erases speech while no gateway runs on the directory, and no other command erases.
    private func eraseAlone() async {
        takeJournals()
        let service = withJournals?.service ?? self.service
        await service.run()
        let places = await service.unerasedPlaces()
        if let journals = withJournals?.journals, journals.hasLivingRuns || journals.leavesUnended { leavesJournal = true }
        if !places.contains(.journal) { giveJournalsBack() }
        await note(places, else: .held)
    }

    /// Takes the journals of gateways that have ended, once. None are taken when there are none, and when they cannot be read, which the log has.
    private func takeJournals() {
        guard !hasReadJournals else { return }
        hasReadJournals = true
        leavesJournal = false
        let path = directory.journal
        guard access(path, F_OK) == 0 || errno != ENOENT else { return }
        do throws(JournalError) {
            let journals = try PreviousRunJournal(in: path, log: log)
            withJournals = JournalErasure(service: Self.service(store, transcripts, journals, log), journals: journals)
        } catch {
            log.error("deleted speech may still be in the journal", [.path: path, .error: "\(error)"])
            leavesJournal = true
        }
    }

    /// Leaves the journals to the next gateway.
    private func giveJournalsBack() {
        withJournals?.journals.giveBack()
        withJournals = nil
    }
}
