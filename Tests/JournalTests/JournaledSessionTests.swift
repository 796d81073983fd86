import Continuity
import Glibc
import HarkenTesting
@testable import Observability
import Sessions
import Speech
import Store
import Testing

@testable import Journal

@Suite struct `A journaled session` {
    private let temporary = TemporaryFolder()
    private let record = SessionRecord(id: ID("6e1f0b9c-0000-4000-8000-000000000001"))

    private func session() throws -> JournaledSession {
        let log = Log(level: .error, write: { _ in })
        let journal = try JournalLog(
            directory: temporary.path, loop: 0, limits: JournalLimits(), startedAt: 1_000,
            writer: JournalWriter(directory: temporary.path, sync: .group(.milliseconds(1)), log: log), log: log)
        let transcripts = TranscriptFolder(in: FolderBlobStore(temporary.path), limits: TranscriptLimits(), log: log)
        return JournaledSession(record, rate: .speech, channels: 1, log: journal, transcripts: transcripts, problems: log)
    }

    private func keep(_ samples: Range<Int>, in session: JournaledSession) {
        let audio = samples.map { Int16($0).littleEndian }
        session.keep(audio.span.bytes, SampleRange(SampleIndex(samples.lowerBound), SampleIndex(samples.upperBound)))
    }

    private func replay(_ samples: Range<Int>, of session: JournaledSession) throws(AudioLost) -> [Int] {
        var read: [UInt8] = []
        try session.replay(SampleRange(SampleIndex(samples.lowerBound), SampleIndex(samples.upperBound))) { audio in
            audio.withUnsafeBytes { read.append(contentsOf: $0) }
        }
        return stride(from: 0, to: read.count, by: 2).map { Int(read[$0]) + Int(read[$0 + 1]) << 8 }
    }

    @Test func `gives kept audio back across messages`() throws {
        let session = try session()
        session.open()
        keep(0..<60, in: session)
        keep(60..<100, in: session)
        #expect(try replay(55..<65, of: session) == Array(55..<65))
    }

    @Test func `says that audio is lost that was never kept`() throws {
        let session = try session()
        session.open()
        keep(0..<60, in: session)
        #expect(throws: AudioLost.self) { try replay(50..<70, of: session) }
    }

    @Test func `keeps commits and later words for gaps in its transcript`() throws {
        let session = try session()
        session.open()
        keep(0..<300, in: session)
        let first = SampleRange(.zero, SampleIndex(100)), gap = SampleRange(SampleIndex(100), SampleIndex(200))
        session.record(
            Commit(channel: .first, range: first, words: [Word("one", first, confidence: 1)], reason: .pause, engine: .local), turn: 0)
        session.transcript?.note(.init(channel: .first, range: gap, cause: .audioLost))
        session.record(Backfill(channel: .first, range: gap, words: [Word("two", gap, confidence: 1)], engine: .local))
        let transcript = try #require(session.transcript?.transcript(file: [], received: SampleCount(300)))
        #expect(transcript.pieces.joined().flatMap(\.commit.words).map(\.text) == ["one", "two"])
    }

    @Test func `tells the end of the audio that is durable`() async throws {
        let session = try session()
        session.open()
        keep(0..<60, in: session)
        #expect(session.becameDurable(received: SampleIndex(60)) == nil)
        #expect(try await untilSome { session.becameDurable(received: SampleIndex(60)) } == SampleIndex(60))
    }
}
