import Continuity
import HarkenTesting
@testable import Journal
@testable import Live
import Net
@testable import Observability
import Speech
import Store
import Synchronization
import Testing

@Suite(.hangLimit) struct `The erasure of deleted speech outside the store` {
    private let temporary = TemporaryFolder()
    private let session = ID<Session>("6e1f0b9c-0000-4000-8000-000000000001")

    @Test func `reads a record again that could not be read for a moment, before the deletion is answered`() async throws {
        let store = BusyStore(failures: 2, [ForgottenSpeech(session: session, begins: .zero)])
        let (service, transcripts) = try service(store)
        let transcript = StoredTranscript(
            record: SessionRecord(id: session), transcript: SessionTranscript(rate: .speech, channels: 1), status: .complete)
        #expect(await transcripts.keep(transcript))
        #expect(try await transcripts.find(session) != nil)
        await service.hide()
        #expect(try await transcripts.find(session) == nil)
    }

    @Test func `hides what was deleted before each call, and calls that wait share a reading`() async throws {
        let store = BusyStore(failures: 0, [])
        let (service, transcripts) = try service(store)
        store.hold()
        let first = Task { await service.hide() }
        try await until { store.reads == 1 }
        var others: [Task<Void, Never>] = []
        for number in 10..<49 {
            let session = ID<Session>("6e1f0b9c-0000-4000-8000-0000000000\(number)")
            store.record(ForgottenSpeech(session: session, begins: .zero))
            others.append(
                Task {
                    await service.hide()
                    #expect(transcripts.isForgotten(session))
                })
        }
        // Nobody can see that the calls wait.
        for _ in 0..<10_000 { await Task.yield() }
        store.release()
        await first.value
        for other in others { await other.value }
        // The first call's, the one that those behind it share, and one for calls that have come later still.
        #expect(store.reads <= 3)
    }

    private func service(_ store: BusyStore) throws -> (ErasureService, TranscriptFolder) {
        let log = Log(level: .error, write: { _ in })
        let transcripts = TranscriptFolder(
            in: FolderBlobStore(temporary.path), limits: TranscriptLimits(), log: log,
            retries: RetrySchedule(first: [.zero, .zero], then: .seconds(3_600)))
        let writer = try JournalWriter(directory: temporary.path, sync: .group(.milliseconds(1)), log: log)
        let service = ErasureService(
            store: store, transcripts: transcripts, earlier: writer.earlier, contexts: [], age: .seconds(60), log: log,
            now: { UnixTime(milliseconds: 0) })
        return (service, transcripts)
    }
}

/// A store whose first reads of the record of forgotten speech fail, or wait.
private final class BusyStore: RetentionStore {
    private struct State {
        var failures: Int
        var record: [ForgottenSpeech]
        var reads = 0
        var isHeld = false
    }

    private let state: Mutex<State>

    init(failures: Int, _ record: [ForgottenSpeech]) { state = Mutex(State(failures: failures, record: record)) }

    var reads: Int { state.withLock(\.reads) }

    /// Lets reads wait for `release`. They answer what is recorded when they begin.
    func hold() { state.withLock { $0.isHeld = true } }

    func release() { state.withLock { $0.isHeld = false } }

    func record(_ speech: ForgottenSpeech) { state.withLock { $0.record.append(speech) } }

    func forgottenSpeech(of session: ID<Session>?) async throws(StoreError) -> [ForgottenSpeech] {
        let (isBusy, found) = state.withLock { state in
            state.reads += 1
            state.failures -= 1
            return (state.failures >= 0, state.record)
        }
        if isBusy { throw .busy(path: "harken.sqlite") }
        try? await until { !state.withLock(\.isHeld) }
        return found
    }

    func pruneForgottenSpeech(before time: UnixTime) async throws(StoreError) {}
    func settle() async throws(StoreError) {}
    func isErasing() async throws(StoreError) -> Bool { false }
    func takeUpErasures() async throws(StoreError) {}
    func removeAudio(before time: UnixTime, of user: ID<User>) async throws(StoreError) -> RemovedAudio { RemovedAudio() }
    func removeVoices(unheardSince time: UnixTime) async throws(StoreError) -> Int { 0 }
    func usersWithAudio(before time: UnixTime) async throws(StoreError) -> [ID<User>] { [] }
}
