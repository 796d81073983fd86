import HarkenTesting
import Speech
import Store
import Synchronization

/// A store that has records of deletions only. A reading of a record can be made to wait, or to fail.
final class HeldDeletions: UserDeletionStore, RetentionStore {
    /// A record of deletions. A reading answers the entries of the moment in which the reading begins.
    final class Record<Entry: Sendable>: Sendable {
        private struct State {
            var entries: [Entry] = []
            var reads = 0
            /// Number of next readings that fail.
            var failures = 0
            /// True if the next reading waits for `release`.
            var holdsNext = false
            var isReleased = false
        }

        private let state = Mutex(State())

        /// Number of readings that have begun.
        var reads: Int { state.withLock { $0.reads } }

        func add(_ entry: Entry) { state.withLock { $0.entries.append(entry) } }

        func fail(_ count: Int) { state.withLock { $0.failures = count } }

        /// Lets the next reading wait for `release`.
        func holdNext() { state.withLock { $0.holdsNext = true } }

        func release() { state.withLock { $0.isReleased = true } }

        fileprivate func read() async throws(StoreError) -> [Entry] {
            let (fails, waits, found): (Bool, Bool, [Entry]) = state.withLock { state in
                let outcome = (state.failures > 0, state.holdsNext, state.entries)
                state.reads += 1
                state.failures -= 1
                state.holdsNext = false
                return outcome
            }
            if fails { throw .busy(path: "harken.db") }
            if waits { try? await until { state.withLock { $0.isReleased } } }
            return found
        }
    }

    let users = Record<PendingUserDeletion>()
    let speech = Record<ForgottenSpeech>()

    func deletions() async throws(StoreError) -> [PendingUserDeletion] { try await users.read() }
    func beginDeletion(of user: ID<User>) async throws(StoreError) -> Bool { false }
    func belongings(of user: ID<User>) async throws(StoreError) -> UserBelongings { throw .busy(path: "harken.db") }
    func deleteRows(of user: ID<User>, sessions: [ID<Session>]) async throws(StoreError) -> Bool { false }
    func endDeletion(of user: ID<User>) async throws(StoreError) {}

    func forgottenSpeech(of session: ID<Session>?) async throws(StoreError) -> [ForgottenSpeech] { try await speech.read() }
    func pruneForgottenSpeech(before time: UnixTime) async throws(StoreError) {}
    func settle() async throws(StoreError) {}
    func finishErasures() async throws(StoreError) {}
    func isErasing() async throws(StoreError) -> Bool { false }
    func takeUpErasures() async throws(StoreError) {}
    func removeAudio(before time: UnixTime, of user: ID<User>) async throws(StoreError) -> RemovedAudio { RemovedAudio() }
    func removeVoices(unheardSince time: UnixTime) async throws(StoreError) -> Int { 0 }
    func usersWithAudio(before time: UnixTime) async throws(StoreError) -> [ID<User>] { [] }
}
