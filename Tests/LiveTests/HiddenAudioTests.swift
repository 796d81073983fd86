import Audio
import Continuity
import Conversations
import Foundation
import HarkenTesting
import Journal
@testable import Live
import Speech
import Store
import Testing

@Suite struct `The audio of hidden words` {
    private let session = ID<Session>("one")
    private let conversation = ID<Conversation>("c")
    private let folder = TemporaryFolder()

    /// Bytes of a file of Opus with four seconds of noise.
    private func noise() throws -> [UInt8] {
        let path = folder.path(of: "noise.opus")
        var file = try OggOpusFile(path: path, rate: .speech)
        var state: UInt32 = 1
        try file.append(
            (0..<64_000).map { _ in
                state = state &* 1_664_525 &+ 1_013_904_223
                return Int16(truncatingIfNeeded: Int32(bitPattern: state) >> 16) / 8
            })
        try file.finish()
        return [UInt8](try Data(contentsOf: URL(filePath: path)))
    }

    /// Begins the conversation in which the session speaks from its second 0 on, which is the conversation's second 2.
    private func begin(in service: ConversationService, _ segments: [Segment] = []) async throws {
        let day = UnixTime(milliseconds: 86_400_000)
        let begun = Conversation(
            id: conversation, user: .local, status: .inProgress, source: "test", started: day, finished: day, segments: segments)
        #expect(try await service.store.begin(begun))
        _ = try await service.store.join(
            SessionPart(session: session, conversation: conversation, begins: .zero, shift: .seconds(2)), of: .local)
    }

    /// Stores noise as the audio of the session's first four seconds.
    private func keepNoise(in service: ConversationService) async throws {
        let bytes = try noise()
        let name = try #require(BlobName("noise.opus"))
        try await service.audio.put(bytes, as: name)
        let stored = StoredAudio(file: "noise.opus", start: .seconds(2), duration: .seconds(4), byteCount: bytes.count, created: service.now())
        #expect(try await service.store.add(stored, to: conversation, of: .local))
    }

    /// Returns whether the middle of each second of the conversation's audio can be heard.
    private func audible(in service: ConversationService) async throws -> [Bool] {
        let kept = try await service.store.audio(of: conversation, of: .local)
        let stored = try #require(kept.first)
        #expect(kept.count == 1)
        let name = try #require(BlobName(stored.file))
        let blob = try #require(try await service.audio.file(of: name))
        defer { withExtendedLifetime(blob) {} }
        let file = try MediaFile(Recording(path: blob.path))
        var samples: [Float] = []
        while let block = try file.next() { samples += block.samples }
        let rate = samples.count / 4
        return (0..<4).map { second in
            let middle = samples[(second * rate + rate / 4)..<(second * rate + rate / 2)]
            return (middle.reduce(0) { $0 + Double($1 * $1) } / Double(middle.count)).squareRoot() > 0.01
        }
    }

    /// The session's transcript: its first second was final, and the rest was recognized again.
    private func transcript(hides: Bool, _ recovered: String...) -> StoredTranscript {
        var transcript = SessionTranscript(rate: .speech, channels: 1)
        for (second, text) in (["said"] + recovered).enumerated() {
            let range = SampleRange(SampleIndex(second * 16_000), count: SampleCount(16_000))
            transcript.add(
                Commit(channel: .first, range: range, words: [Word(text, range, confidence: 1)], reason: .pause, engine: .local), turn: 0,
                isRecovered: second > 0)
        }
        return StoredTranscript(
            record: SessionRecord(id: session, redaction: hides ? .cards : []), transcript: transcript, status: .complete)
    }

    @Test(arguments: [false, true]) func `is silenced where it was stored before they were recognized again`(onlyRecovered: Bool) async throws {
        try await WaitingConversation.with(audioDays: 30) { waiting in
            let service = waiting.service
            try await begin(in: service)
            try await keepNoise(in: service)
            #expect(try await audible(in: service) == [true, true, true, true])
            #expect(await service.take(transcript(hides: true, "####", "[card_number],", "okay"), onlyRecovered: onlyRecovered))
            #expect(try await audible(in: service) == [true, false, false, true])
        }
    }

    @Test func `stays as it is in a session that hides nothing`() async throws {
        try await WaitingConversation.with(audioDays: 30) { waiting in
            let service = waiting.service
            try await begin(in: service)
            try await keepNoise(in: service)
            #expect(await service.take(transcript(hides: false, "####", "hash", "okay")))
            #expect(try await audible(in: service) == [true, true, true, true])
        }
    }

    @Test func `is silenced in a file that a killed gateway left without a place`() async throws {
        try await WaitingConversation.with(audioDays: 30) { waiting in
            let service = waiting.service
            let words = [("it's", 2), ("####", 3), ("okay", 5)].map { text, second in
                SegmentWord(text, start: .seconds(second), end: .seconds(second + 1), confidence: 1)
            }
            let segment = Segment(
                id: ID("s"), text: "it's #### okay", start: .seconds(2), end: .seconds(6), words: words, engine: .local)
            try await begin(in: service, [segment])
            let name = try #require(SessionAudioName(id: "a", session: session, start: .zero).blob)
            try await service.audio.put(try noise(), as: name)
            await service.takeUpAudio(before: service.now() + .seconds(1))
            #expect(try await audible(in: service) == [true, false, true, true])
        }
    }

    @Test func `is late where the file of their time is complete`() async throws {
        let audio = ConversationAudio(in: FolderBlobStore(folder.path), rate: .speech, channels: 1, newID: { "file" }, announce: { _, _ in })
        let second = SampleRange(.zero, count: SampleCount(16_000))
        #expect(await audio.append([Int16](repeating: 1_000, count: 16_000), from: .zero) == nil)
        #expect(await !audio.silence(second), "the file is being written")
        #expect(try await audio.finish() != nil)
        #expect(await audio.silence(second))
        #expect(await !audio.silence(SampleRange(second.end, count: SampleCount(16_000))))
    }
}
