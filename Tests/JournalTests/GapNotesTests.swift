import Continuity
import HarkenTesting
@testable import Observability
import Speech
import Store
import Synchronization
import Testing

@testable import Journal

@Suite(.hangLimit) struct `Notes of gaps` {
    private let temporary = TemporaryFolder()
    private let store = NotedGaps()
    private let id = ID<Session>("6e1f0b9c-0000-4000-8000-000000000001")

    /// Keeps what is noted, unless it is told to refuse.
    private final class NotedGaps: SessionGapStore {
        private let state = Mutex((gaps: [ID<Session>: [Range<Duration>]](), isRefusing: false, refusals: 0))

        var gaps: [ID<Session>: [Range<Duration>]] { state.withLock { $0.gaps } }
        var refusals: Int { state.withLock { $0.refusals } }

        func refuse(_ isRefusing: Bool) { state.withLock { $0.isRefusing = isRefusing } }

        func setGaps(_ gaps: [ID<Session>: [Range<Duration>]]) async throws(StoreError) {
            let isRefused = state.withLock { state in
                if state.isRefusing { state.refusals += 1 } else { state.gaps.merge(gaps) { _, newer in newer } }
                return state.isRefusing
            }
            if isRefused { throw .databaseUnavailable("the test's") }
        }
    }

    private func folder() -> TranscriptFolder {
        TranscriptFolder(
            in: FolderBlobStore(temporary.path), limits: TranscriptLimits(), log: Log(level: .error, write: { _ in }), gaps: store)
    }

    /// Four seconds, of which the first channel has the second one, and the second channel the first two.
    private func unfinished() -> StoredTranscript {
        var transcript = SessionTranscript(rate: .speech, channels: 2, received: SampleCount(.seconds(4), at: .speech))
        for (channel, begins, length) in [(0, 1, 1), (1, 0, 2)] {
            let start = SampleIndex.zero + SampleCount(.seconds(begins), at: .speech)
            let range = SampleRange(start, count: SampleCount(.seconds(length), at: .speech))
            transcript.add(Commit(channel: ChannelIndex(channel), range: range, words: [], reason: .pause, engine: .local), turn: 0)
        }
        return StoredTranscript(record: SessionRecord(id: id), transcript: transcript, status: .incomplete)
    }

    @Test func `have what no channel's words cover, once, until it is recognised`() async throws {
        let folder = folder()
        var stored = unfinished()
        #expect(await folder.keep(stored))
        await folder.settle()
        #expect(store.gaps == [id: [Duration.zero..<Duration.seconds(1), Duration.seconds(2)..<Duration.seconds(4)]])
        for channel in [ChannelIndex(0), ChannelIndex(1)] {
            for missing in stored.transcript.missing(in: channel) { stored.transcript.mend(channel, missing, [], by: .local) }
        }
        #expect(await folder.keep(stored))
        await folder.settle()
        #expect(store.gaps == [id: []])
    }

    @Test func `are made again when the database has refused them`() async throws {
        let folder = folder()
        store.refuse(true)
        #expect(await folder.keep(unfinished()))
        await folder.settle()
        #expect(store.gaps == [:] && store.refusals > 0)
        store.refuse(false)
        await folder.sweep(now: UnixTime(milliseconds: 0))
        try await until { store.gaps[id]?.count == 2 }
    }

    @Test func `go with the transcript`() async throws {
        let folder = folder()
        #expect(await folder.keep(unfinished()))
        await folder.forget([id: [ForgottenSpeech(session: id, begins: .zero)]])
        await folder.settle()
        #expect(store.gaps == [id: []])
        let other = ID<Session>("6e1f0b9c-0000-4000-8000-000000000002")
        var second = unfinished()
        second.record = SessionRecord(id: other)
        #expect(await folder.keep(second))
        await folder.settle()
        #expect(store.gaps[other]?.count == 2)
        // Many years later.
        await folder.sweep(now: UnixTime(milliseconds: 4_000_000_000_000))
        await folder.settle()
        #expect(store.gaps[other] == [])
    }
}
