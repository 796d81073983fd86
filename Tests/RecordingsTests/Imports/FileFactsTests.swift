import Audio
import Conversations
import HarkenTesting
import Observability
import Protocols
@testable import Recordings
import Speech
import Store
import Synchronization
import Testing

/// Decodes files in this process, gives them a date, and counts the openings. With an error, it decodes nothing.
private final class DatedMedia: MediaSource {
    private let date: UnixTime?
    private let error: MediaError?
    private let turns = Mutex(0)

    init(_ date: UnixTime? = nil, failing error: MediaError? = nil) {
        self.date = date
        self.error = error
    }

    /// Number of times that a file was opened, or was to be.
    var count: Int { turns.withLock { $0 } }

    func turn(for recording: Recording) async throws(MediaError) -> any MediaTurn {
        turns.withLock { $0 += 1 }
        if let error { throw error }
        return Turn(recording: recording, date: date)
    }

    private struct Turn: MediaTurn {
        let recording: Recording
        let date: UnixTime?

        func open(rate: SampleRate, channels: ChannelTreatment) throws(MediaError) -> sending any DecodedMedia {
            Sound(file: try MediaFile(recording, rate: rate, channels: channels), recorded: date)
        }
    }

    private final class Sound: DecodedMedia {
        let file: MediaFile
        let recorded: UnixTime?

        init(file: MediaFile, recorded: UnixTime?) {
            self.file = file
            self.recorded = recorded
        }

        var rate: SampleRate { file.rate }
        var channelCount: Int { file.channelCount }
        var length: SampleCount? { file.length }
        var isLengthGuessed: Bool { file.isLengthGuessed }
        var skippedPackets: Int { file.skippedPackets }
        var isPlain: Bool { file.isPlain }
        var notices: [RecordingNotice] { file.notices }
        func next(_ count: SampleCount) throws(MediaError) -> AudioBlock? { try file.next(count) }
    }
}

/// Waits until the work is cancelled.
private final class BusyMedia: MediaSource {
    private let asked = Mutex(false)

    var isAsked: Bool { asked.withLock { $0 } }

    func turn(for recording: Recording) async throws(MediaError) -> any MediaTurn {
        asked.withLock { $0 = true }
        try? await until { false }
        throw .cancelled
    }
}

@Suite(.hangLimit) struct `The facts about an imported file` {
    private let date: UnixTime
    /// The words come from the engine, which opens no file.
    private let engine = ChunkEngine(.local) { (_, _) async throws(EngineError) in [.at(1, "Hello.")] }

    init() throws { date = try #require(UnixTime(rfc3339: "2025-03-04T05:06:07Z")) }

    @Test func `are its date and the mix of its channels, read at one opening`() async throws {
        let media = DatedMedia(date)
        try await TestRecordings.with([engine], media: media) { recordings in
            let (job, order) = try await recordings.orderImport(of: RecordingFile.call(seconds: 3))
            let report = try await recordings.report(of: job)
            #expect(report.failed == [] && report.notices == [[.mixedChannels(count: 2)]])
            #expect(media.count == 1)
            let conversation = try #require(try await recordings.store.conversation(order.conversation, of: .local))
            #expect(conversation.started == date && conversation.texts == ["Hello."])
        }
    }

    @Test func `are read only where they are asked for`() async throws {
        let media = DatedMedia(date)
        try await TestRecordings.with([engine], media: media) { recordings in
            let file = try await recordings.spooled(RecordingFile.call(seconds: 3)), recording = Recording(path: file.path)
            let services = recordings.services
            let mix = try await services.facts(about: recording, readsStart: false, readsMix: true, for: ID("job"))
            #expect(mix == FileFacts(mix: .mixedChannels(count: 2)))
            let start = try await services.facts(about: recording, readsStart: true, readsMix: false, for: ID("job"))
            #expect(start == FileFacts(started: date) && media.count == 2)
            withExtendedLifetime(file) {}
            var choices = ImportOrder.Choices()
            choices.started = date
            choices.separatesChannels = true
            let (job, _) = try await recordings.orderImport(of: RecordingFile.call(seconds: 3), choices)
            #expect(try await recordings.report(of: job).notices == [[]] && media.count == 2)
        }
    }

    @Test func `have no mix of tracks that are heard apart, or of one channel`() async throws {
        try await TestRecordings.with([engine], media: DatedMedia()) { recordings in
            var choices = ImportOrder.Choices()
            choices.tracks = .all
            let (call, _) = try await recordings.orderImport(of: RecordingFile.call(seconds: 3), choices)
            let (mono, _) = try await recordings.orderImport(of: RecordingFile.tone(seconds: 3))
            for job in [call, mono] { #expect(try await recordings.report(of: job).notices == [[]]) }
        }
    }

    @Test(arguments: [
        (MediaError.unreadable("no such disk"), "no such disk"), (.undecodable("no such codec"), "no such codec"),
        (.tooLong(.seconds(3_600)), "1 hour"),
    ])
    func `are missing where the file cannot be decoded, and the log says once why`(error: MediaError, reason: String) async throws {
        let lines = SharedLog(), log = Log(level: .info, write: { lines.append($0) })
        try await TestRecordings.with([engine], media: DatedMedia(failing: error), log: log) { recordings in
            var choices = ImportOrder.Choices()
            choices.modified = date
            let (job, order) = try await recordings.orderImport(of: RecordingFile.call(seconds: 3), choices)
            #expect(try await recordings.report(of: job).failed == [])
            // The file's own date is the end of its sound: the engine hears 15 seconds.
            #expect(try await recordings.store.conversation(order.conversation, of: .local)?.started == date + .seconds(-15))
            let said = lines.entries.filter { $0.contains("date and channels cannot be read") }
            #expect(said.count == 1 && said.allSatisfy { $0.contains(reason) && $0.contains(job.id.rawValue) }, "\(lines.entries)")
        }
    }

    @Test(arguments: [-2_082_844_800_000, 0, 32_503_680_000_000] as [Int64])
    func `have no date that cannot be right, and the log says once why`(milliseconds: Int64) async throws {
        let lines = SharedLog(), log = Log(level: .info, write: { lines.append($0) })
        try await TestRecordings.with([engine], media: DatedMedia(UnixTime(milliseconds: milliseconds)), log: log) { recordings in
            let file = try await recordings.spooled(RecordingFile.call(seconds: 3))
            let facts = try await recordings.services.facts(
                about: Recording(path: file.path), readsStart: true, readsMix: true, for: ID("job"))
            #expect(facts == FileFacts(mix: .mixedChannels(count: 2)))
            #expect(lines.entries.count { $0.contains("date cannot be right") } == 1, "\(lines.entries)")
            withExtendedLifetime(file) {}
        }
    }

    @Test(arguments: [(MediaError.unavailable("No decoder can be started."), "provider_failure"), (.cancelled, "interrupted")])
    func `fail the import as its words do when nothing can be decoded now`(error: MediaError, code: String) async throws {
        try await TestRecordings.with([engine], media: DatedMedia(failing: error)) { recordings in
            let (job, order) = try await recordings.orderImport(of: RecordingFile.call(seconds: 3))
            let report = try await recordings.report(of: job)
            #expect(report.failed.map { $0.tag?.code } == [code] && report.failed.first?.words == EngineError(error).told)
            #expect(engine.count == 0)
            // Nothing was begun, and the file is kept for another order.
            #expect(try await recordings.store.status(of: order.conversation, of: .local) == nil)
            #expect(try await recordings.services.runner.uploads.has(job.audio, of: .local))
        }
    }

    @Test func `are read again after a restart that interrupts their reading`() async throws {
        let folder = TemporaryFolder(), media = BusyMedia()
        var ordered: TranscriptionJob?, conversation: ID<Conversation>?
        try await TestRecordings.with([engine], media: media, in: folder) { recordings in
            let (job, order) = try await recordings.orderImport(of: RecordingFile.call(seconds: 3))
            ordered = job
            conversation = order.conversation
            try await until { media.isAsked }
            await recordings.services.runner.stop()
            #expect(try await recordings.status(of: job.id) == .queued && engine.count == 0)
            #expect(try await recordings.store.status(of: order.conversation, of: .local) == nil)
        }
        let job = try #require(ordered), begun = try #require(conversation)
        try await TestRecordings.with([engine], media: DatedMedia(date), in: folder) { recordings in
            await recordings.services.runner.start(recordings.services)
            let report = try await recordings.report(of: job), conversation = try await recordings.store.conversation(begun, of: .local)
            #expect(report.failed == [] && engine.count == 1)
            #expect(conversation?.started == date)
        }
    }
}
