import Continuity
import HarkenTesting
@testable import Journal
@testable import Live
import Net
@testable import Observability
import Speech
import Store
import Testing

@Suite(.hangLimit) struct `The erasure of deleted speech outside the store` {
    private let temporary = TemporaryFolder()
    private let session = ID<Session>("6e1f0b9c-0000-4000-8000-000000000001")

    @Test func `reads a record again that could not be read for a moment, before the deletion is answered`() async throws {
        let store = HeldDeletions()
        store.speech.add(ForgottenSpeech(session: session, begins: .zero))
        store.speech.fail(2)
        let (service, transcripts) = try service(store)
        let transcript = StoredTranscript(
            record: SessionRecord(id: session), transcript: SessionTranscript(rate: .speech, channels: 1), status: .complete)
        #expect(await transcripts.keep(transcript))
        #expect(try await transcripts.find(session) != nil)
        await service.hide()
        #expect(try await transcripts.find(session) == nil)
    }

    @Test func `does not call anything erased while the record of deleted speech cannot be read`() async throws {
        let store = HeldDeletions()
        let (service, _) = try service(store)
        store.speech.fail(3)
        await service.run()
        #expect(await service.unerasedPlaces() == [.journal, .transcripts])
        await service.run()
        #expect(await service.unerasedPlaces() == [])
    }

    @Test func `looks for deleted speech without a change, for a command beside a gateway`() async throws {
        let store = HeldDeletions()
        store.speech.add(ForgottenSpeech(session: session, begins: .zero))
        let (service, transcripts) = try service(store)
        let transcript = StoredTranscript(
            record: SessionRecord(id: session), transcript: SessionTranscript(rate: .speech, channels: 1), status: .complete)
        #expect(await transcripts.keep(transcript))
        for _ in 0..<2 {
            await service.look()
            #expect(await service.unerasedPlaces() == [.transcripts])
            #expect(try await transcripts.stored(session) != nil)
        }
        await service.run()
        #expect(await service.unerasedPlaces() == [])
        #expect(try await transcripts.stored(session) == nil)
        await service.look()
        #expect(await service.unerasedPlaces() == [])
    }

    @Test func `hides what was deleted before each call, and calls that wait share a reading`() async throws {
        let store = HeldDeletions()
        let (service, transcripts) = try service(store)
        store.speech.holdNext()
        let first = Task { await service.hide() }
        try await until { store.speech.reads == 1 }
        var others: [Task<Void, Never>] = []
        for number in 10..<49 {
            let session = ID<Session>("6e1f0b9c-0000-4000-8000-0000000000\(number)")
            store.speech.add(ForgottenSpeech(session: session, begins: .zero))
            others.append(
                Task {
                    await service.hide()
                    #expect(transcripts.isForgotten(session))
                })
        }
        // Nobody can see that the calls wait.
        for _ in 0..<10_000 { await Task.yield() }
        store.speech.release()
        await first.value
        for other in others { await other.value }
        // The first call's, the one that those behind it share, and one for calls that have come later still.
        #expect(store.speech.reads <= 3)
    }

    private func service(_ store: HeldDeletions) throws -> (ErasureService, TranscriptFolder) {
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
