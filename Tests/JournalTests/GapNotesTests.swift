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

        func sessionsWithGaps(after: ID<Session>?, limit: Int) async throws(StoreError) -> [ID<Session>] {
            let all = gaps.filter { !$0.value.isEmpty }.keys.sorted { $0.rawValue < $1.rawValue }
            return Array(all.filter { $0.rawValue > after?.rawValue ?? "" }.prefix(limit))
        }
    }

    private let other = ID<Session>("6e1f0b9c-0000-4000-8000-000000000002")
    private let second = Duration.seconds(1)..<Duration.seconds(2)
    private let log = Log(level: .error, write: { _ in })

    private func folder(in blobs: (any BlobStore)? = nil) -> TranscriptFolder {
        TranscriptFolder(in: blobs ?? FolderBlobStore(temporary.path), limits: TranscriptLimits(), log: log, gaps: store)
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
        #expect(store.gaps == [id: [Duration.zero..<Duration.seconds(1), Duration.seconds(2)..<Duration.seconds(4)]])
        for channel in [ChannelIndex(0), ChannelIndex(1)] {
            for missing in stored.transcript.missing(in: channel) { stored.transcript.mend(channel, missing, [], by: .local) }
        }
        #expect(await folder.keep(stored))
        #expect(store.gaps == [id: []])
    }

    @Test func `are in the database when the transcript of a session counts as stored`() async throws {
        let folder = folder(), noted = Mutex<[Range<Duration>]?>(nil)
        let transcript = folder.begin(SessionRecord(id: id), rate: .speech, channels: 1)
        folder.finish(transcript, received: SampleCount(.seconds(2), at: .speech)) { [store, id] _ in
            noted.withLock { $0 = store.gaps[id] }
        }
        await folder.settle()
        #expect(noted.withLock(\.self) == [Duration.zero..<Duration.seconds(2)])
    }

    @Test func `are in the database before the transcript is stored, for the case of a kill`() async throws {
        let disk = FullDisk(FolderBlobStore(temporary.path))
        disk.fill()
        #expect(await !folder(in: disk).keep(unfinished()))
        #expect(store.gaps[id]?.count == 2)
    }

    @Test func `are not written for a new session that has none`() async throws {
        let folder = folder()
        folder.finish(folder.begin(SessionRecord(id: id), rate: .speech, channels: 1), received: .zero) { _ in }
        await folder.settle()
        #expect(try await folder.stored(id) != nil)
        #expect(store.gaps == [:])
    }

    @Test func `are made again when the database has refused them, and hold up no transcript`() async throws {
        let folder = folder()
        store.refuse(true)
        var second = unfinished()
        second.record = SessionRecord(id: other)
        #expect(await folder.keep(unfinished()))
        #expect(await folder.keep(second))
        #expect(store.gaps == [:] && store.refusals == 1, "the second one waits for the sweep")
        await folder.sweep(now: UnixTime(milliseconds: 0))
        #expect(store.gaps == [:] && store.refusals == 2)
        store.refuse(false)
        await folder.sweep(now: UnixTime(milliseconds: 0))
        #expect(store.gaps[id]?.count == 2 && store.gaps[other]?.count == 2)
    }

    @Test func `are tried a last time when the gateway ends`() async throws {
        let folder = folder()
        store.refuse(true)
        #expect(await folder.keep(unfinished()))
        store.refuse(false)
        await folder.settle()
        #expect(store.gaps[id]?.count == 2)
    }

    @Test func `are not more than so many in memory, but each removal is kept`() async throws {
        let notes = GapNotes(in: store, log: log)
        store.refuse(true)
        await notes.note((0..<GapNotes.maxWaiting).reduce(into: [:]) { $0[ID<Session>("s\($1)")] = [second] })
        await notes.note([id: [second]])
        await notes.remove([other])
        store.refuse(false)
        await notes.tryAgain()
        #expect(store.gaps.count == GapNotes.maxWaiting + 1)
        #expect(store.gaps[id] == nil && store.gaps[other] == [])
    }

    @Test func `go with the transcript`() async throws {
        let folder = folder()
        #expect(await folder.keep(unfinished()))
        await folder.forget([id: [ForgottenSpeech(session: id, begins: .zero)]])
        #expect(store.gaps == [id: []])
        var second = unfinished()
        second.record = SessionRecord(id: other)
        #expect(await folder.keep(second))
        #expect(store.gaps[other]?.count == 2)
        // Many years later.
        await folder.sweep(now: UnixTime(milliseconds: 4_000_000_000_000))
        #expect(store.gaps[other] == [])
    }

    @Test func `of forgotten speech are asked for once, and are not erased until the database has taken them`() async throws {
        let folder = folder(), absent = ID<Session>("6e1f0b9c-0000-4000-8000-000000000003")
        #expect(await folder.keep(unfinished()))
        var second = unfinished()
        second.record = SessionRecord(id: other)
        #expect(await folder.keep(second))
        try await store.setGaps([absent: [self.second]])
        let speech = [id, other, absent].map { ForgottenSpeech(session: $0, begins: .zero) }
        store.refuse(true)
        await folder.forget(Dictionary(grouping: speech, by: \.session))
        #expect(store.refusals == 1)
        #expect(await folder.hasUnerased)
        await folder.forget(Dictionary(grouping: speech, by: \.session))
        #expect(store.refusals == 2)
        store.refuse(false)
        await folder.forget(Dictionary(grouping: speech, by: \.session))
        #expect(store.gaps == [id: [], other: [], absent: []])
        #expect(await !folder.hasUnerased)
    }

    /// Asks whether the notes wait while it takes them.
    private final class AskingGaps: SessionGapStore {
        let notes = Mutex<GapNotes?>(nil), found = Mutex(false)

        func setGaps(_ gaps: [ID<Session>: [Range<Duration>]]) async throws(StoreError) {
            let notes = notes.withLock { $0 }
            let isWaiting = await notes?.isWaiting(for: Set(gaps.keys)) ?? false
            found.withLock { $0 = isWaiting }
        }

        func sessionsWithGaps(after: ID<Session>?, limit: Int) async throws(StoreError) -> [ID<Session>] { [] }
    }

    @Test func `wait until the database has taken them, not only until it is asked`() async {
        let store = AskingGaps(), notes = GapNotes(in: store, log: log)
        store.notes.withLock { $0 = notes }
        await notes.remove([id])
        #expect(store.found.withLock { $0 })
        #expect(await !notes.isWaiting(for: [id]))
    }

    @Test func `of speech that may come back do not hold an erasure up`() async throws {
        let folder = folder()
        store.refuse(true)
        #expect(await folder.keep(unfinished()))
        await folder.forget([id: [ForgottenSpeech(session: id, begins: .zero, mayComeBack: true)]])
        #expect(await !folder.hasUnerased)
        await folder.forget([id: [ForgottenSpeech(session: id, begins: .zero)]])
        #expect(await folder.hasUnerased)
    }

    @Test func `of transcripts that a sweep removes are asked for once`() async throws {
        let folder = folder()
        #expect(await folder.keep(unfinished()))
        store.refuse(true)
        let muchLater = UnixTime(milliseconds: 4_000_000_000_000)
        await folder.sweep(now: muchLater)
        #expect(store.refusals == 1 && store.gaps[id]?.count == 2)
        store.refuse(false)
        await folder.sweep(now: muchLater)
        #expect(store.gaps[id] == [])
    }

    @Test func `go when a session without a transcript is forgotten`() async throws {
        try await store.setGaps([id: [second], other: [second]])
        await folder().forget([id: [ForgottenSpeech(session: id, begins: .zero)]])
        #expect(store.gaps == [id: [], other: [second]])
    }

    @Test func `are pruned when the transcript is gone twice`() async throws {
        let folder = folder()
        try await store.setGaps([other: [second]])
        #expect(await folder.keep(unfinished()))
        await folder.pruneGaps()
        #expect(store.gaps[other] == [second], "another gateway may store its transcript in this moment")
        await folder.pruneGaps()
        #expect(store.gaps[other] == [])
        #expect(store.gaps[id]?.count == 2)
    }

    @Test func `stay when the transcript is there at the second look`() async throws {
        let folder = folder()
        try await store.setGaps([id: [second]])
        await folder.pruneGaps()
        #expect(await self.folder().keep(unfinished()))
        await folder.pruneGaps()
        #expect(store.gaps[id]?.count == 2)
    }
}
