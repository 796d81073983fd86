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
        store.users.holdNext()
        let gateway = try gateway(store) { users in rejected.withLock { $0 = users } }
        let early = Task { await gateway.follow() }
        try await until { store.users.reads == 1 }
        store.users.add(PendingUserDeletion(user: Self.ann, since: UnixTime(milliseconds: 0), conversations: 1))
        let late = Task { await gateway.follow() }
        // Nobody can see that the second call waits.
        for _ in 0..<10_000 { await Task.yield() }
        store.users.release()
        await early.value
        await late.value
        #expect(rejected.withLock(\.self) == [Self.ann])
        #expect(store.users.reads == 2)
    }

    @Test func `is rejected at the notice, until a reading says that the deletion has ended`() async throws {
        let store = HeldDeletions(), rejected = Mutex<Set<ID<User>>>([])
        store.users.holdNext()
        let gateway = try gateway(store) { users in rejected.withLock { $0 = users } }
        let notice = Task { await gateway.follow(deletionOf: Self.ann) }
        try await until { store.users.reads == 1 }
        #expect(rejected.withLock(\.self) == [Self.ann])
        store.users.release()
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
