import Audio
import Continuity
import Conversations
import Foundation
import Glibc
import HarkenTesting
import Journal
@testable import Live
import Observability
import Speech
import Store
import Testing

@Suite(.hangLimit) struct `The audio of hidden words` {
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

    /// Stores noise as four seconds of a conversation's audio: the session's first ones.
    private func keepNoise(
        in service: ConversationService, of id: ID<Conversation> = ID("c"), as file: String = "noise.opus", from start: Duration = .seconds(2)
    ) async throws {
        try await keep(try noise(), in: service, of: id, as: file, from: start)
    }

    /// Stores four seconds of a conversation's audio.
    private func keep(
        _ bytes: [UInt8], in service: ConversationService, of id: ID<Conversation>, as file: String, from start: Duration
    ) async throws {
        let name = try #require(BlobName(file))
        try await service.audio.put(bytes, as: name)
        let stored = StoredAudio(file: file, start: start, duration: .seconds(4), byteCount: bytes.count, created: service.now())
        #expect(try await service.store.add(stored, to: id, of: .local))
    }

    /// The time of a second of a conversation, or of a session.
    private func second(_ number: Int) -> Range<Duration> { Duration.seconds(number)..<Duration.seconds(number + 1) }

    /// Returns whether the middle of each second of a conversation's last file of audio can be heard.
    private func audible(in service: ConversationService, of id: ID<Conversation> = ID("c"), files: Int = 1) async throws -> [Bool] {
        let kept = try await service.store.audio(of: id, of: .local)
        let stored = try #require(kept.last)
        #expect(kept.count == files)
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

    /// Segments of the conversation, in which the session's second 1 is hidden.
    private var hidingSegments: [Segment] {
        let words = [("it's", 2), ("####", 3), ("okay", 5)].map { text, second in
            SegmentWord(text, start: .seconds(second), end: .seconds(second + 1), confidence: 1)
        }
        return [Segment(id: ID("s"), text: "it's #### okay", start: .seconds(2), end: .seconds(6), words: words, engine: .local)]
    }

    @Test func `is silenced before the file of a killed gateway gets its place`() async throws {
        try await WaitingConversation.with(audioDays: 30, blobs: { FaultyBlobs($0) }) { waiting in
            let service = waiting.service, store = waiting.store, conversation = conversation, wasWithoutPlace = AtomicFlag()
            let blobs = try #require(service.audio as? FaultyBlobs)
            try await begin(in: service, hidingSegments)
            let name = try #require(SessionAudioName(id: "a", session: session, start: .zero).blob)
            try await service.audio.put(try noise(), as: name)
            blobs.beforeDrafts {
                if let kept = try? await store.audio(of: conversation, of: .local), kept.isEmpty { wasWithoutPlace.set() }
            }
            await service.takeUpAudio(before: service.now() + .seconds(1))
            #expect(wasWithoutPlace.isSet && blobs.files == 1)
            #expect(try await audible(in: service) == [true, false, true, true])
            let kept = try await store.audio(of: conversation, of: .local)
            #expect(try await kept.map(\.byteCount) == service.audio.all().map(\.byteCount))
        }
    }

    @Test func `is silenced before its file gets its place also where words are hidden meanwhile`() async throws {
        try await WaitingConversation.with(audioDays: 30, blobs: { FaultyBlobs($0) }) { waiting in
            let service = waiting.service, store = waiting.store, conversation = conversation, hadPlace = AtomicFlag()
            let blobs = try #require(service.audio as? FaultyBlobs)
            try await begin(in: service, hidingSegments)
            let name = try #require(SessionAudioName(id: "a", session: session, start: .zero).blob)
            try await service.audio.put(try noise(), as: name)
            // The session's second 3 is hidden while the file is written.
            var segments = hidingSegments
            segments[0].text = "it's #### ####"
            segments[0].words[2].text = "####"
            let update = ConversationUpdate(conversation, changed: segments)
            blobs.beforeDrafts {
                if let kept = try? await store.audio(of: conversation, of: .local), !kept.isEmpty { hadPlace.set() }
                _ = try? await store.write(update, of: .local)
            }
            await service.takeUpAudio(before: service.now() + .seconds(1))
            #expect(!hadPlace.isSet && blobs.files == 2)
            #expect(try await audible(in: service) == [true, false, true, false])
        }
    }

    @Test func `is not written again in a silent file without a place`() async throws {
        try await WaitingConversation.with(audioDays: 30, blobs: { FaultyBlobs($0) }) { waiting in
            let service = waiting.service, path = folder.path(of: "noise.opus")
            let blobs = try #require(service.audio as? FaultyBlobs)
            try await begin(in: service, hidingSegments)
            let name = try #require(SessionAudioName(id: "a", session: session, start: .zero).blob)
            _ = try noise()
            _ = try OggOpusCut.silence(path, [second(1)], of: path)
            let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
            try await service.audio.put(bytes, as: name)
            await service.takeUpAudio(before: service.now() + .seconds(1))
            #expect(try await audible(in: service) == [true, false, true, true])
            #expect(blobs.files == 0)
        }
    }

    @Test func `is not written again where it is silent already`() async throws {
        try await WaitingConversation.with(audioDays: 30, blobs: { FaultyBlobs($0) }) { waiting in
            let service = waiting.service, stored = transcript(hides: true, "####", "[card_number],", "okay")
            let blobs = try #require(service.audio as? FaultyBlobs)
            try await begin(in: service)
            try await keepNoise(in: service)
            #expect(await service.take(stored))
            let silenced = try await service.store.audio(of: conversation, of: .local).map(\.file)
            #expect(blobs.files == 1)
            #expect(await service.take(stored))
            #expect(try await service.store.audio(of: conversation, of: .local).map(\.file) == silenced)
            #expect(blobs.files == 1)
            #expect(await service.silence(second(5), of: conversation, of: .local) == 1)
            #expect(try await audible(in: service) == [true, false, false, false])
        }
    }

    @Test func `is silenced in a file that took the place of another one meanwhile`() async throws {
        try await WaitingConversation.with(audioDays: 30, blobs: { FaultyBlobs($0) }) { waiting in
            let service = waiting.service, conversation = conversation, other = second(3)
            let blobs = try #require(service.audio as? FaultyBlobs)
            try await begin(in: service)
            try await keepNoise(in: service)
            blobs.interrupt { _ = await service.silence(other, of: conversation, of: .local) }
            #expect(await service.silence(second(4), of: conversation, of: .local) == 1)
            #expect(try await audible(in: service) == [true, false, false, true])
        }
    }

    @Test func `is silenced by a later attempt where the storage was away`() async throws {
        try await WaitingConversation.with(audioDays: 30, blobs: { FaultyBlobs($0) }) { waiting in
            let service = waiting.service
            let blobs = try #require(service.audio as? FaultyBlobs)
            try await begin(in: service)
            try await keepNoise(in: service)
            blobs.refuse(1)
            #expect(await service.silence([second(3)], of: conversation, of: .local) == nil)
            #expect(try await audible(in: service) == [true, true, true, true])
            blobs.refuse(2)
            #expect(await service.silence([second(3)], of: conversation, of: .local, waits: [.zero, .zero]) == 1)
            #expect(try await audible(in: service) == [true, false, true, true])
            blobs.refuse(1)
            let times = [second(2)]
            #expect(await !service.silence(times, ofSession: session, of: .local))
            blobs.refuse(1)
            #expect(await service.silence(times, ofSession: session, of: .local, waits: [.zero]))
            #expect(try await audible(in: service) == [true, false, false, true])
        }
    }

    @Test(arguments: [(EMFILE, true), (ENFILE, true), (ENOMEM, true), (EINTR, true), (EAGAIN, true), (EIO, false)])
    func `is silenced by a later attempt after a shortage of files or memory`(code: Int32, mayPass: Bool) async throws {
        try await WaitingConversation.with(audioDays: 30, blobs: { FaultyBlobs($0) }) { waiting in
            let service = waiting.service
            let blobs = try #require(service.audio as? FaultyBlobs)
            try await begin(in: service)
            try await keepNoise(in: service)
            blobs.refuse(1, with: .failure(blobs.location, code))
            #expect(await service.silence([second(3)], of: conversation, of: .local, waits: [.zero]) == (mayPass ? 1 : nil))
            #expect(try await audible(in: service) == [true, !mayPass, true, true])
        }
    }

    @Test func `is silenced also behind a file that is damaged, which is not tried again`() async throws {
        try await WaitingConversation.with(audioDays: 30) { waiting in
            let service = waiting.service
            try await begin(in: service)
            try await keep(Array("damaged".utf8), in: service, of: conversation, as: "damaged.opus", from: .zero)
            try await keepNoise(in: service)
            #expect(await service.take(transcript(hides: true, "####", "[card_number],", "okay")), "another attempt would not help")
            #expect(try await audible(in: service, files: 2) == [true, false, false, true])
            #expect(await service.silence(second(3), of: conversation, of: .local) == nil)
        }
    }

    /// Begins the conversation in which the session speaks from its second 1.5 on.
    private func beginNext(in service: ConversationService) async throws -> ID<Conversation> {
        let next = ID<Conversation>("c2"), day = UnixTime(milliseconds: 86_400_000)
        let begun = Conversation(id: next, user: .local, status: .inProgress, source: "test", started: day, finished: day)
        #expect(try await service.store.begin(begun))
        let part = SessionPart(session: session, conversation: next, begins: .milliseconds(1_500), shift: .milliseconds(-1_500))
        _ = try await service.store.join(part, of: .local)
        return next
    }

    @Test func `is silenced on both sides of the border of two conversations`() async throws {
        try await WaitingConversation.with(audioDays: 30) { waiting in
            let service = waiting.service
            try await begin(in: service)
            try await keepNoise(in: service)
            let next = try await beginNext(in: service)
            try await keepNoise(in: service, of: next, as: "next.opus", from: .zero)
            #expect(await service.silence([second(1)], ofSession: session, of: .local))
            #expect(try await audible(in: service) == [true, false, true, true])
            #expect(try await audible(in: service, of: next) == [false, true, true, true])
        }
    }

    /// Times of the session, in milliseconds, and whether they have sound of the conversation before and behind the border at 1.5 s.
    private static let timesAtBorder: [(time: Range<Int>, before: Bool, behind: Bool)] = [
        (1_000..<1_500, true, false), (1_500..<1_700, false, true), (1_499..<1_501, true, true),
        (1_403..<1_403, true, false), (1_500..<1_500, false, false), (1_603..<1_603, false, true),
    ]

    @Test(arguments: timesAtBorder)
    func `is silenced in the conversation in which its time lies`(time: Range<Int>, before: Bool, behind: Bool) async throws {
        try await WaitingConversation.with(audioDays: 30) { waiting in
            let service = waiting.service
            try await begin(in: service)
            try await keepNoise(in: service)
            let next = try await beginNext(in: service)
            // The conversation has sound of another session before the border.
            try await keepNoise(in: service, of: next, as: "next.opus", from: .seconds(-1))
            let hidden = Duration.milliseconds(time.lowerBound)..<Duration.milliseconds(time.upperBound)
            #expect(await service.silence([hidden], ofSession: session, of: .local))
            let files = try await service.store.audio(of: conversation, of: .local).map(\.file)
            let nextFiles = try await service.store.audio(of: next, of: .local).map(\.file)
            #expect((files == ["noise.opus"]) == !before)
            #expect((nextFiles == ["next.opus"]) == !behind)
        }
    }

    @Test func `stays as it is while a client waits for its seam`() async throws {
        try await WaitingConversation.with(audioDays: 30) { waiting in
            let service = waiting.service, stored = transcript(hides: true, "####")
            try await begin(in: service)
            try await keepNoise(in: service)
            #expect(await service.take(stored, silencing: false))
            #expect(try await service.store.conversation(conversation, of: .local)?.segments.isEmpty == false)
            #expect(try await audible(in: service) == [true, true, true, true])
            #expect(await service.take(stored))
            #expect(try await audible(in: service) == [true, false, true, true])
        }
    }

    /// Begins the session's work, which goes on until its items end. One further attempt is made to silence audio.
    private func beginWork(in service: ConversationService) async throws -> (AsyncStream<ConversationWork.Item>.Continuation, Task<Bool, Never>) {
        let isBegun = AtomicFlag()
        let work = ConversationWork(
            session: session, user: .local, request: ConversationRequest(), continued: nil, part: nil, service: service, audio: nil,
            rate: .speech, silencingWaits: [.zero]
        ) { event in
            if case .last = event { isBegun.set() }
        }
        let (items, giving) = AsyncStream.makeStream(of: ConversationWork.Item.self)
        let carrying = Task { await work.carryOut(items) }
        giving.yield(.last)
        try await until { isBegun.isSet }
        return (giving, carrying)
    }

    /// Returns the item that adds four seconds of noise to the conversation: the session's first ones.
    private func noiseItem(in service: ConversationService) async throws -> ConversationWork.Item {
        let bytes = try noise(), name = try #require(BlobName("noise.opus"))
        try await service.audio.put(bytes, as: name)
        let (files, closing) = AsyncStream.makeStream(of: ConversationAudio.Kept.self)
        closing.yield(ConversationAudio.Kept(file: name, start: .zero, count: SampleCount(64_000), byteCount: bytes.count))
        closing.finish()
        return .addAudio(conversation, start: .seconds(-2), file: files)
    }

    @Test func `is silenced where it is stored after they were recognized again`() async throws {
        try await WaitingConversation.with(audioDays: 30) { waiting in
            let service = waiting.service
            try await begin(in: service)
            let (giving, carrying) = try await beginWork(in: service)
            #expect(await service.take(transcript(hides: true, "####", "[card_number],", "okay")))
            let item = try await noiseItem(in: service)
            giving.yield(item)
            giving.finish()
            #expect(await carrying.value)
            #expect(try await audible(in: service) == [true, false, false, true])
        }
    }

    @Test(arguments: [false, true])
    func `is left to the next start where the storage stays away to the session's end`(isStoredAfterwards: Bool) async throws {
        try await WaitingConversation.with(audioDays: 30, blobs: { FaultyBlobs($0) }) { waiting in
            let service = waiting.service, stored = transcript(hides: true, "####", "[card_number],", "okay")
            let blobs = try #require(service.audio as? FaultyBlobs)
            try await begin(in: service)
            let (giving, carrying) = try await beginWork(in: service)
            let item: ConversationWork.Item
            if isStoredAfterwards {
                #expect(await service.take(stored))
                item = try await noiseItem(in: service)
            } else {
                try await keepNoise(in: service)
                item = .silence(SampleRange(SampleIndex(16_000), count: SampleCount(32_000)))
            }
            blobs.refuse(.max)
            giving.yield(item)
            giving.finish()
            #expect(await !carrying.value, "the journal has to keep the session")
            blobs.refuse(0)
            #expect(try await audible(in: service) == [true, true, true, true])
            #expect(await service.take(stored))
            #expect(try await audible(in: service) == [true, false, false, true])
        }
    }

    @Test func `is found late before the end of the work for the audio`() async throws {
        let audio = ConversationAudio(in: FolderBlobStore(folder.path), rate: .speech, channels: 1, newID: { "file" }, announce: { _, _ in })
        let second = SampleRange(.zero, count: SampleCount(16_000)), isLate = AtomicFlag()
        let work = AudioWork(audio: audio, log: Log(level: .error), taken: {}, late: { if $0 == second { isLate.set() } })
        let (items, giving) = AsyncStream.makeStream(of: AudioWork.Item.self)
        let carrying = Task { await work.carryOut(items) }
        let (file, closing) = AsyncStream.makeStream(of: ConversationAudio.Kept.self)
        let (end, ending) = AsyncStream.makeStream(of: Void.self)
        giving.yield(.audio([Int16](repeating: 1_000, count: 16_000), from: .zero))
        giving.yield(.close(closing))
        giving.yield(.silence(second))
        giving.yield(.discard)
        giving.yield(.end(ending))
        for await _ in end {}
        #expect(isLate.isSet)
        var kept = 0
        for await _ in file { kept += 1 }
        #expect(kept == 1)
        giving.finish()
        await carrying.value
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
