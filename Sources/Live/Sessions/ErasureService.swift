internal import Continuity
package import Journal
package import Net
package import Observability
package import Speech
package import Store

/// Erases deleted parts of conversations everywhere outside the store: in the transcripts of their sessions, and in the journal.
///
/// The deletion itself records in the store what was deleted. An erasure that is cut off is repeated at the next start.
package actor ErasureService {
    private let store: any RetentionStore
    private let transcripts: TranscriptFolder
    /// The journals of earlier runs; nil when there are none.
    private let earlier: PreviousRunJournal?
    private let contexts: [LoopBound<LiveContext>]
    /// Maximum age of transcripts.
    private let age: Duration
    private let log: Log
    private let now: @Sendable () -> UnixTime
    /// True while the record of deleted speech could not be read at the last attempt: nobody knows what is left.
    private var isRecordUnread = false
    /// Speech that is forgotten for good.
    private var forgotten: [ID<Session>: [ForgottenSpeech]] = [:]
    private let readings = SharedRuns(), journalErasures = SharedRuns()
    /// The erasure from the journals that the last call of `hide` has begun.
    private var journalErasure: Task<Void, Never>?
    /// Forgotten speech that was erased from earlier runs' journals.
    private var erasedEarlier: [ID<Session>: [ForgottenSpeech]] = [:]
    /// Sessions whose forgotten speech could not be erased from earlier runs' journals.
    private var unerasedEarlier: Set<ID<Session>> = []

    /// A place other than the stored conversations where deleted speech, or its times, still are, because an attempt to erase them has failed. The raw values
    /// are words of the API.
    package enum UnerasedPlace: String, Sendable {
        case journal
        /// Transcripts, and the gaps of transcripts in the database.
        case transcripts
    }

    /// - Parameter contexts: the live sessions; empty in a command, which has none.
    package init(
        store: any RetentionStore, transcripts: TranscriptFolder, earlier: PreviousRunJournal?, contexts: [LoopBound<LiveContext>], age: Duration,
        log: Log, now: @escaping @Sendable () -> UnixTime
    ) {
        self.store = store
        self.transcripts = transcripts
        self.earlier = earlier
        self.contexts = contexts
        self.age = age
        self.log = log
        self.now = now
    }

    /// Reads which speech must be forgotten, and erases it in the transcripts. What was deleted before the call is hidden when it returns, unless the store
    /// cannot be read: then the log has the reason, and it is tried again within a minute. The journals are erased after the return.
    package func hide() async {
        await readings.run { await self.read() }
        journalErasure = Task { await eraseAllJournals() }
    }

    /// Reads which speech must be forgotten, and erases it everywhere except in live sessions, as far as that does not fail.
    package func run() async {
        await hide()
        await journalErasure?.value
    }

    /// Reads which speech must be forgotten, and looks which transcripts still have it, without a change: for a command beside the gateway that
    /// erases it.
    package func look() async {
        guard let found = await forgottenSpeech() else { return }
        await transcripts.look(for: Dictionary(grouping: found, by: \.session))
    }

    private func read() async {
        guard let found = await forgottenSpeech() else { return }
        forgotten = Dictionary(grouping: found.forGood, by: \.session)
        await transcripts.forget(Dictionary(grouping: found, by: \.session))
    }

    private func eraseAllJournals() async {
        await journalErasures.run {
            await self.eraseJournals()
            await self.eraseEarlierJournals()
        }
    }

    /// Erases speech from the journals of earlier runs, as far as that has not been done.
    private func eraseEarlierJournals() async {
        let new = forgotten.filter { erasedEarlier[$0.key] != $0.value }
        guard let earlier, !new.isEmpty else { return }
        erasedEarlier = forgotten
        let sessions = Set(new.keys), whole = Set(new.filter(\.value.isAll).keys)
        if await Task.detached(priority: .utility, operation: { earlier.erase(sessions, whole: whole) }).value {
            unerasedEarlier.subtract(sessions)
        } else {
            unerasedEarlier.formUnion(sessions)
            // The next run tries them again.
            for session in sessions { erasedEarlier[session] = nil }
        }
    }

    /// Returns all speech that must be forgotten; nil: the record cannot be read, and the log has the reason.
    private func forgottenSpeech() async -> [ForgottenSpeech]? {
        var waits = transcripts.retries.first[...]
        while true {
            do throws(StoreError) {
                let found = try await store.forgottenSpeech(of: nil)
                isRecordUnread = false
                return found
            } catch {
                guard error.mayPass, let wait = waits.popFirst() else {
                    isRecordUnread = true
                    log.error("the record of deleted speech cannot be read", [.error: "\(error)"])
                    return nil
                }
                try? await Task.sleep(for: wait)
            }
        }
    }

    /// Erases speech from the journals, of sessions that were live at the last call of `hide` and are over now, and what could not be erased before.
    package func eraseJournals() async {
        let sessions = Array(forgotten.keys)
        for context in contexts {
            let found = await context.run { live in
                (again: live.journal.unfinishedErasures, new: sessions.isEmpty ? nil : live.journal.erasing(sessions))
            }
            guard let found else { continue }
            for erasing in found.again { await erase(erasing, in: context, isAgain: true) }
            if let erasing = found.new { await erase(erasing, in: context, isAgain: false) }
        }
    }

    private func erase(_ erasing: JournalErasing, in context: LoopBound<LiveContext>, isAgain: Bool) async {
        let isComplete: Bool
        do throws(JournalError) {
            try await erasing.run()
            isComplete = true
        } catch {
            // The log has the first failure.
            if !isAgain { log.error("deleted speech is still in the journal; it is tried again", [.error: "\(error)"]) }
            isComplete = false
        }
        await context.run { $0.journal.ended(erasing, isComplete: isComplete) }
    }

    /// Returns the places where deleted speech still is because an attempt to erase it has failed, or may be because the record of it cannot be read.
    /// Each is tried again within a minute.
    ///
    /// Waits until the journals are erased of what was hidden before.
    package func unerasedPlaces() async -> [UnerasedPlace] {
        await journalErasure?.value
        if isRecordUnread { return [.journal, .transcripts] }
        var isInJournal = !unerasedEarlier.isDisjoint(with: forgotten.keys)
        for context in contexts where !isInJournal {
            isInJournal = await context.run { !$0.journal.unfinishedErasures.isEmpty } ?? false
        }
        let isInTranscripts = await transcripts.hasUnerased
        return (isInJournal ? [.journal] : []) + (isInTranscripts ? [.transcripts] : [])
    }

    /// Removes old records of forgotten speech from the store, when nothing of the speech can be left.
    package func prune(now: UnixTime) async {
        do throws(StoreError) {
            try await store.pruneForgottenSpeech(before: now + (.zero - age))
        } catch {
            log.warning("old records of deleted speech could not be removed", [.error: "\(error)"])
        }
    }
}
