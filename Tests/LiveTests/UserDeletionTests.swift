import HarkenTesting
@testable import Journal
@testable import Live
@testable import Observability
import Speech
import Store
import Synchronization
import Testing

@Suite(.hangLimit) struct `A user whom another gateway deletes` {
    private static let ann = ID<User>("ann")
    private let temporary = TemporaryFolder()

    @Test func `stays rejected when an earlier reading of the deletions ends late`() async throws {
        let store = HeldDeletions(), rejected = Mutex<Set<ID<User>>>([])
        let gateway = try gateway(store) { users in rejected.withLock { $0 = users } }
        let early = Task { await gateway.follow() }
        try await until { store.readings == 1 }
        store.begin(Self.ann)
        let late = Task { await gateway.follow() }
        // Nobody can see that the second call waits.
        for _ in 0..<10_000 { await Task.yield() }
        store.release()
        await early.value
        await late.value
        #expect(rejected.withLock(\.self) == [Self.ann])
        #expect(store.readings == 2)
    }

    @Test func `is rejected at the notice, until a reading says that the deletion has ended`() async throws {
        let store = HeldDeletions(), rejected = Mutex<Set<ID<User>>>([])
        let gateway = try gateway(store) { users in rejected.withLock { $0 = users } }
        let notice = Task { await gateway.follow(deletionOf: Self.ann) }
        try await until { store.readings == 1 }
        #expect(rejected.withLock(\.self) == [Self.ann])
        store.release()
        await notice.value
        #expect(rejected.withLock(\.self) == [])
    }

    private func gateway(_ store: HeldDeletions, reject: @escaping @Sendable (Set<ID<User>>) -> Void) throws -> UserDeletion {
        let log = Log(level: .error, write: { _ in })
        let transcripts = TranscriptFolder(in: FolderBlobStore(temporary.path), limits: TranscriptLimits(), log: log)
        let writer = try JournalWriter(directory: temporary.path, sync: .group(.milliseconds(1)), log: log)
        let erasure = ErasureService(
            store: store, transcripts: transcripts, earlier: writer.earlier, contexts: [], age: .seconds(60), log: log,
            now: { UnixTime(milliseconds: 0) })
        let contexts = LiveContexts([], health: try EngineHealth(), entries: [], log: log)
        return UserDeletion(
            store: store, blobs: Blobs(in: try DataDirectory(creating: temporary.path(of: "data"))), transcripts: transcripts,
            gateway: .init(contexts: contexts, erasure: erasure, reject: reject, cancel: { _ in }), log: log)
    }
}

/// A store whose first reading of the deletions waits for `release`, and answers what has begun when it begins.
private final class HeldDeletions: UserDeletionStore, RetentionStore {
    private struct State {
        var deletions: [PendingUserDeletion] = []
        var readings = 0
        var isHeld = true
    }

    private let state = Mutex(State())

    var readings: Int { state.withLock(\.readings) }

    func begin(_ user: ID<User>) {
        state.withLock { $0.deletions.append(PendingUserDeletion(user: user, since: UnixTime(milliseconds: 0), conversations: 1)) }
    }

    func release() { state.withLock { $0.isHeld = false } }

    func deletions() async throws(StoreError) -> [PendingUserDeletion] {
        let (isFirst, found) = state.withLock { state in
            state.readings += 1
            return (state.readings == 1, state.deletions)
        }
        if isFirst { try? await until { !state.withLock(\.isHeld) } }
        return found
    }

    func beginDeletion(of user: ID<User>) async throws(StoreError) -> Bool { false }
    func belongings(of user: ID<User>) async throws(StoreError) -> UserBelongings { throw .busy(path: "harken.db") }
    func deleteRows(of user: ID<User>, sessions: [ID<Session>]) async throws(StoreError) -> Bool { false }
    func endDeletion(of user: ID<User>) async throws(StoreError) {}

    func forgottenSpeech(of session: ID<Session>?) async throws(StoreError) -> [ForgottenSpeech] { [] }
    func pruneForgottenSpeech(before time: UnixTime) async throws(StoreError) {}
    func settle() async throws(StoreError) {}
    func isErasing() async throws(StoreError) -> Bool { false }
    func takeUpErasures() async throws(StoreError) {}
    func removeAudio(before time: UnixTime, of user: ID<User>) async throws(StoreError) -> RemovedAudio { RemovedAudio() }
    func removeVoices(unheardSince time: UnixTime) async throws(StoreError) -> Int { 0 }
    func usersWithAudio(before time: UnixTime) async throws(StoreError) -> [ID<User>] { [] }
}
