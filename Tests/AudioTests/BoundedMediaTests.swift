import Audio
import HarkenTesting
import Speech
import Testing

/// Decodes files, and says that they are ten seconds long.
private struct LongMedia: MediaSource, MediaTurn {
    let isGuessed: Bool
    var recording = Recording(path: "")

    func turn(for recording: Recording) async throws(MediaError) -> any MediaTurn { Self(isGuessed: isGuessed, recording: recording) }

    func open(rate: SampleRate, channels: ChannelTreatment) throws(MediaError) -> sending any DecodedMedia {
        Blocks(file: try MediaFile(recording, rate: rate, channels: channels), isLengthGuessed: isGuessed)
    }

    private final class Blocks: DecodedMedia {
        let file: MediaFile
        let isLengthGuessed: Bool

        init(file: MediaFile, isLengthGuessed: Bool) {
            self.file = file
            self.isLengthGuessed = isLengthGuessed
        }

        var rate: SampleRate { file.rate }
        var channelCount: Int { file.channelCount }
        var length: SampleCount? { SampleCount(.seconds(10), at: file.rate) }
        var skippedPackets: Int { file.skippedPackets }
        var isPlain: Bool { file.isPlain }
        var notices: [RecordingNotice] { file.notices }
        var recorded: UnixTime? { file.recorded }
        func next(_ count: SampleCount) throws(MediaError) -> AudioBlock? { try file.next(count) }
    }
}

@Suite struct `A limit of decoded audio` {
    private let folder = TemporaryFolder()

    private func read(_ samples: Int, longest: Duration, by count: Int = 16_000) async throws -> Int {
        let path = try folder.write([UInt8](repeating: 0, count: 2 * samples), as: "silence")
        let media = try await BoundedMedia(InProcessMedia(), longest: longest).open(Recording(path: path, format: .linear16(.speech)))
        var read = 0
        while let block = try media.next(SampleCount(count)) { read += block.samples.count }
        return read
    }

    @Test(arguments: [16_000, 700, 1_000_000])
    func `takes what is as long as the limit, and no sample more`(count: Int) async throws {
        #expect(try await read(32_000, longest: .seconds(2), by: count) == 32_000)
        await #expect(throws: MediaError.tooLong(.seconds(2))) { _ = try await read(32_001, longest: .seconds(2), by: count) }
    }

    @Test func `rejects at once what says itself that it is longer`() async throws {
        let path = try folder.write(WAV(samples: .signed16(Array(repeating: 0, count: 16_000))).bytes, as: "a.wav")
        let long = BoundedMedia(LongMedia(isGuessed: false), longest: .seconds(5))
        await #expect(throws: MediaError.tooLong(.seconds(5))) { _ = try await long.open(Recording(path: path)) }
        // A bit rate of the first packets proves nothing.
        let guessed = try await BoundedMedia(LongMedia(isGuessed: true), longest: .seconds(5)).open(Recording(path: path))
        #expect(try guessed.next()?.count.samples == 16_000)
    }

    @Test(arguments: [(Duration.seconds(86_400), "24 hours"), (.seconds(3_600), "1 hour"), (.seconds(5_400), "5400 seconds")])
    func `is named in the rejection`(limit: Duration, text: String) {
        let error = EngineError(MediaError.tooLong(limit))
        #expect(error == .badRequest("The recording is longer than \(text), the longest that this gateway decodes. Send it in parts."))
    }
}
