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
    private let earlier: PreviousRunJournal
    private let contexts: [LoopBound<LiveContext>]
    /// Maximum age of transcripts.
    private let age: Duration
    private let log: Log
    private let now: @Sendable () -> UnixTime
    /// Speech that is forgotten for good.
    private var forgotten: [ID<Session>: [ForgottenSpeech]] = [:]
    /// Number of reads of `forgotten` so far, and number of the read that `forgotten` comes from: an earlier read may be answered after a later one.
    private var asked = 0, answered = 0
    /// Forgotten speech that was erased from earlier runs' journals.
    private var erasedEarlier: [ID<Session>: [ForgottenSpeech]] = [:]

    package init(
        store: any RetentionStore, transcripts: TranscriptFolder, earlier: PreviousRunJournal, contexts: [LoopBound<LiveContext>], age: Duration,
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

    /// Reads which speech must be forgotten, and erases it everywhere except in live sessions.
    package func run() async {
        asked += 1
        let number = asked
        let all: [ID<Session>: [ForgottenSpeech]]
        do throws(StoreError) {
            let found = try await store.forgottenSpeech(of: nil)
            guard number > answered else { return }
            answered = number
            all = Dictionary(grouping: found, by: \.session)
            forgotten = Dictionary(grouping: found.forGood, by: \.session)
        } catch {
            return log.error("the record of deleted speech cannot be read", [.error: "\(error)"])
        }
        await transcripts.forget(all)
        await eraseJournals()
        let new = forgotten.filter { erasedEarlier[$0.key] != $0.value }
        guard !new.isEmpty else { return }
        erasedEarlier = forgotten
        let earlier = earlier, sessions = Set(new.keys), whole = Set(new.filter(\.value.isAll).keys)
        await Task.detached(priority: .utility) { earlier.erase(sessions, whole: whole) }.value
    }

    /// Erases speech from the journals, of sessions that were live at the last `run` and are over now.
    package func eraseJournals() async {
        let sessions = Array(forgotten.keys)
        guard !sessions.isEmpty else { return }
        for context in contexts {
            guard let erasing = await context.run({ $0.journal.erasing(sessions) }) ?? nil else { continue }
            do throws(JournalError) {
                try await erasing.run()
            } catch {
                log.error("deleted speech is still in the journal", [.error: "\(error)"])
            }
            await context.run { $0.journal.erased() }
        }
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
