import Audio
import COpus
import Foundation
import HarkenTesting
import Speech
import Testing

@Suite struct `Live decoding of raw samples` {
    @Test func `16-bit PCM is handed through without a copy`() throws {
        let decoder = try StreamDecoder(.linear16(.speech), channels: .mixed) {}
        #expect(decoder.isPassThrough)
        let input = bytes([1, 2, 3, 4])
        input.withUnsafeBytes { given in
            var calls = 0
            decoder.push(RawSpan(_unsafeBytes: given)) { span in
                calls += 1
                span.withUnsafeBytes { #expect($0.baseAddress == given.baseAddress && $0.count == 8) }
            }
            #expect(calls == 1)
        }
    }

    @Test(arguments: [1, 2, 3, 5, 7], [1, 2, 3])
    func `a frame that is cut in two comes out whole`(size: Int, channels: Int) async throws {
        let input = bytes((0..<60).map { Int16($0 * 321 - 9_000) })
        let format = AudioFormat.raw(.linear16, .speech, channels: channels)
        let decoder = try StreamDecoder(format, channels: .separate) {}
        var output: [UInt8] = []
        for start in stride(from: 0, to: input.count, by: size) {
            let piece = Array(input[start..<min(start + size, input.count)])
            decoder.push(piece.span.bytes) { span in
                #expect(span.byteCount % (2 * channels) == 0 && !span.isEmpty)
                span.withUnsafeBytes { output.append(contentsOf: $0) }
            }
        }
        #expect(output == input)
        #expect(try await Decoded(input + [7], as: format, channels: .separate, by: [size]).pcm == input)
    }

    @Test func `telephone codes and 32-bit samples become 16-bit at their own rate`() async throws {
        #expect(numbers(try await Decoded([0x80, 0xFF, 0x00], as: .raw(.mulaw, .telephone, channels: 1)).pcm) == [32_124, 0, -32_124])
        #expect(numbers(try await Decoded([0xAA, 0xD5], as: .raw(.alaw, .telephone, channels: 1)).pcm) == [32_256, 8])
        #expect(numbers(try await Decoded([0, 0, 5, 0, 0, 0, 6, 0, 1], as: .raw(.linear32, .opus, channels: 1), by: [3]).pcm) == [5, 6])
        #expect(StreamDecoder.sessionRate(for: .raw(.mulaw, .telephone, channels: 1)) == .telephone)
        #expect(StreamDecoder.sessionRate(for: .raw(.opus, .opus, channels: 1)) == .speech)
        #expect(StreamDecoder.sessionRate(for: .container) == .speech)
    }

    @Test func `channels are mixed when one is wanted`() async throws {
        let format = AudioFormat.raw(.linear16, .speech, channels: 2)
        let mixed = try await Decoded(bytes([100, 300, -7, -9]), as: format, by: [3])
        #expect(numbers(mixed.pcm) == [200, -8])
        #expect(mixed.channels == 1)
        let mulaw = try await Decoded([0x80, 0x00, 0x80, 0x80], as: .raw(.mulaw, .telephone, channels: 2))
        #expect(numbers(mulaw.pcm) == [0, 32_124])
        #expect(try StreamDecoder(format, channels: .separate) {}.channelCount == 2)
    }

    @Test func `the end is told, once`() async throws {
        #expect(try await Decoded([], as: .linear16(.speech)).end == .ended)
    }

    @Test(arguments: [(SampleRate(hertz: 0), 1), (SampleRate(hertz: -5), 1), (.speech, 0), (.speech, 4_000), (SampleRate(hertz: .max), 1)])
    func `an absurd format is rejected`(rate: SampleRate, channels: Int) {
        for encoding in AudioEncoding.allCases {
            #expect(throws: MediaError.self) { try StreamDecoder(.raw(encoding, rate, channels: channels), channels: .separate) {} }
        }
    }
}

@Suite struct `Live decoding of Opus packets` {
    /// 20 ms packets of `samples` at 16 kHz.
    static func packets(of samples: [Int16], channels: Int32 = 1) throws -> [[UInt8]] {
        var error: Int32 = 0
        let encoder = try #require(opus_encoder_create(16_000, channels, OPUS_APPLICATION_VOIP, &error))
        defer { opus_encoder_destroy(encoder) }
        return stride(from: 0, to: samples.count - 319, by: 320 * Int(channels)).map { start in
            let frame = Array(samples[start..<(start + 320 * Int(channels))])
            var packet = [UInt8](repeating: 0, count: 1_500)
            let count = opus_encode(encoder, frame, 320, &packet, 1_500)
            return Array(packet.prefix(Int(max(0, count))))
        }
    }

    private func decode(_ packets: [[UInt8]], channels: Int = 1) throws -> (pcm: [Int16], end: StreamDecoderEvent?) {
        let decoder = try StreamDecoder(.raw(.opus, .opus, channels: channels), channels: .separate) {}
        var pcm: [UInt8] = []
        for packet in packets { decoder.push(packet.span.bytes) { span in span.withUnsafeBytes { pcm.append(contentsOf: $0) } } }
        decoder.finish()
        return (numbers(pcm), decoder.next())
    }

    @Test func `what was said comes out where it was said`() throws {
        // Half a second of silence, then a burst.
        let samples = [Int16](repeating: 0, count: 8_000) + sweep(from: 200, to: 3_000, seconds: 0.3, hertz: 16_000).map { PCM.linear16($0) }
        let (pcm, end) = try decode(try Self.packets(of: samples))
        #expect(end == .ended)
        #expect(pcm.count == samples.count - 104)
        // Where the best match of the tone with the output lies.
        let shifts = (-60...60).map { shift -> (Int, Int) in
            (shift, (8_100..<12_000).reduce(0) { $0 + Int(samples[$1]) * Int(pcm[$1 + shift]) })
        }
        let best = try #require(shifts.max { $0.1 < $1.1 })
        #expect(abs(best.0) <= 2)
    }

    @Test func `damaged and missing packets take the time of the one before`() throws {
        var packets = try Self.packets(of: tone(300, seconds: 1, hertz: 16_000).map { PCM.linear16($0) })
        packets[10] = []
        packets[20] = [0xFF, 0xFF, 0xFF]
        let (pcm, end) = try decode(packets)
        #expect(pcm.count == 16_000 - 104)
        #expect(end == .ended)
    }

    @Test func `two channels stay two`() throws {
        let samples: [Int16] = tone(300, seconds: 0.2, hertz: 16_000).flatMap { [PCM.linear16($0), Int16(0)] }
        let (pcm, _) = try decode(try Self.packets(of: samples, channels: 2), channels: 2)
        #expect(pcm.count == samples.count - 208)
    }

    @Test func `what never was Opus ends the stream with a reason`() throws {
        let (_, end) = try decode(Array(repeating: [0xFF, 0xFF, 0xFF], count: 60))
        guard case .failed(.undecodable)? = end else {
            Issue.record("\(String(describing: end))")
            return
        }
    }
}

@Suite(.hangLimit) struct `Live decoding of containers` {
    static let indexAtTheEnd =
        "an MP4 or MOV whose index comes after its audio cannot be decoded while it streams; send it fragmented or with the index first (fast start)"

    @Test(arguments: [[1], [7, 1, 333], [4_096], [1_000_000]])
    func `a streamed WAV decodes as its file does`(sizes: [Int]) async throws {
        let wav = WAV(samples: .signed16(tone(440, seconds: 0.5, hertz: 8_000).map { PCM.linear16($0) }), hertz: 8_000, claimedSize: .max)
        let file = try TemporaryFile(wav.bytes)
        var expected: [UInt8] = []
        PCM.appendLinear16(interleaving: try allSamples(of: MediaFile(Recording(path: file.path))), to: &expected)
        let decoded = try await Decoded(wav.bytes, as: .container, by: sizes)
        #expect(decoded.end == .ended)
        #expect(decoded.channels == 1)
        let isSame = decoded.pcm == expected
        #expect(isSame)
    }

    @Test func `channels stay apart when that is wanted`() async throws {
        let wav = WAV(samples: .signed16((0..<4_000).flatMap { [Int16($0), Int16(-500)] }), channels: 2)
        let decoded = try await Decoded(wav.bytes, as: .container, channels: .separate)
        #expect(decoded.channels == 2)
        #expect(Array(numbers(decoded.pcm).suffix(4)) == [3_998, -500, 3_999, -500])
    }

    @Test(arguments: Files.bad.indices.filter { !Files.bad[$0].bytes.isEmpty })
    func `what is no media fails with a reason`(index: Int) async throws {
        for format in [AudioFormat.container, .raw(.flac, .speech, channels: 1), .raw(.oggOpus, .opus, channels: 1)] {
            guard case .failed(.undecodable)? = try await Decoded(Files.bad[index].bytes, as: format, by: [100]).end else {
                Issue.record("\(Files.bad[index].name) as \(format)")
                return
            }
        }
    }

    @Test(arguments: [AudioFormat.container, .raw(.flac, .speech, channels: 1), .raw(.oggOpus, .opus, channels: 1), .raw(.aac, .speech, channels: 1)])
    func `a container without a byte is a stream without audio`(format: AudioFormat) async throws {
        let decoded = try await Decoded([], as: format)
        #expect(decoded.end == .ended && decoded.pcm.isEmpty)
        let decoder = try StreamDecoder(format, channels: .mixed) {}
        decoder.push([UInt8]().span.bytes) { _ in }
        decoder.finish()
        #expect(decoder.next() == .ended)
    }

    @Test func `a decoder that is let go of ends its thread`() async throws {
        for isPushed in [true, false] {
            let decoder = try StreamDecoder(.container, channels: .mixed) {}
            if isPushed { decoder.push(WAV(samples: .signed16(Array(repeating: 5, count: 900_000))).bytes.span.bytes) { _ in } }
            decoder.cancel()
            #expect(decoder.next() == nil)
        }
    }

    /// A second of frames that say nothing, with the mark of an AMR file and bare.
    @Test(arguments: [(AudioEncoding.amrNarrowband, UInt8(0x04), 13, "#!AMR\n"), (.amrWideband, 0x04, 18, "#!AMR-WB\n")])
    func `AMR is decoded with its mark and without`(encoding: AudioEncoding, mode: UInt8, frame: Int, mark: String) async throws {
        let frames = (0..<50).flatMap { _ in [mode] + [UInt8](repeating: 0, count: frame - 1) }
        let format = AudioFormat.raw(encoding, encoding == .amrNarrowband ? .telephone : .speech, channels: 1)
        for input in [Array(mark.utf8) + frames, frames] {
            let decoded = try await Decoded(input, as: format, by: [frame])
            #expect(decoded.end == .ended)
            #expect(decoded.pcm.count == 32_000)
        }
    }

    @Test func `what follows the samples of a WAV is no audio`() async throws {
        let wav = WAV(samples: .signed16(Array(repeating: 99, count: 3_000)))
        let tail = Array("LIST".utf8) + [4, 0, 0, 0] + Array("INFO".utf8) + [UInt8](repeating: 0x55, count: 70_000)
        for sizes in [[1, 500], [3_000], [1_000_000]] {
            let decoded = try await Decoded(wav.bytes + tail, as: .container, by: sizes)
            #expect(decoded.end == .ended)
            #expect(numbers(decoded.pcm) == Array(repeating: 99, count: 3_000))
        }
    }

    @Test func `a writer that waits is told when all it wrote has been read, though nothing came out`() async throws {
        let (wakes, ready) = AsyncStream.makeStream(of: Void.self)
        let decoder = try StreamDecoder(.container, channels: .mixed) { ready.yield() }
        // A chunk that is no audio, before the one that is.
        let junk = Array("RIFF".utf8) + [0xFF, 0xFF, 0xFF, 0x7F] + Array("WAVEJUNK".utf8) + [0, 0, 0x10, 0] + [UInt8](repeating: 0, count: 80_000)
        decoder.push(junk.span.bytes) { _ in }
        var iterator = wakes.makeAsyncIterator()
        while decoder.bufferedBytes > 0 { await iterator.next() }
        #expect(decoder.next() == nil)
        decoder.cancel()
    }

    /// How much must have come before the first PCM does.
    @Test(
        .enabled(if: Corpus.isThere, "the development recordings (../shared/audio) are not here"),
        arguments: ["wav16k.wav", "opus24k.ogg", "opus16k.webm", "mp3-64k.mp3", "aac.aac", "flac24-48k.flac", "vorbis.ogg", "aac-frag.mp4"])
    func `PCM comes soon after the first bytes`(suffix: String) async throws {
        let entry = try #require(Corpus.whole.first { $0.file.hasSuffix(suffix) })
        let input = [UInt8](try Data(contentsOf: URL(filePath: entry.recording.path)))
        let seconds = try #require(entry.duration_s)
        let (wakes, ready) = AsyncStream.makeStream(of: Void.self)
        let decoder = try StreamDecoder(.container, channels: .mixed) { ready.yield() }
        _ = wakes
        var pushed = 0, made = 0
        while made == 0 && pushed < input.count {
            let piece = Array(input[pushed..<min(pushed + 256, input.count)])
            decoder.push(piece.span.bytes) { _ in }
            pushed += piece.count
            try await until { decoder.isWaiting }
            while let event = decoder.next() { if case .pcm(let bytes) = event { made += bytes.count } }
        }
        let waited = seconds * Double(pushed) / Double(input.count)
        // Ogg pages of a second come whole or not at all; libav's FLAC parser wants ten frames.
        let limit = suffix.hasSuffix("ogg") ? 1.6 : suffix.hasSuffix("flac") ? 1.2 : suffix.hasSuffix("wav") ? 0.15 : 0.5
        #expect(made > 0)
        #expect(waited < limit, "\(waited) s of audio before the first PCM")
        decoder.cancel()
    }

    @Test func `audio that nobody takes waits in the input, not decoded`() async throws {
        let wav = WAV(samples: .unsigned8(Array(repeating: 200, count: 4_000_000)), hertz: 8_000).bytes
        let (wakes, ready) = AsyncStream.makeStream(of: Void.self)
        let decoder = try StreamDecoder(.container, channels: .mixed) { ready.yield() }
        decoder.push(wav.span.bytes) { _ in }
        decoder.finish()
        var iterator = wakes.makeAsyncIterator()
        try await until { decoder.isFull }
        var count = 0, isOver = false
        while !isOver {
            // Four bytes are made of each: at most 2 MB are not taken.
            #expect(4 * (wav.count - decoder.bufferedBytes) - count < 2_000_000)
            switch decoder.next() {
            case .pcm(let bytes)?: count += bytes.count
            case .opened?, .notice?: break
            case .ended?, .failed?: isOver = true
            case nil: await iterator.next()
            }
        }
        #expect(count == 16_000_000)
    }

    @Test(.enabled(if: Corpus.isThere, "the development recordings (../shared/audio) are not here"), arguments: Corpus.whole)
    func `every format decodes as its file does, in whatever pieces it comes`(entry: Corpus.Entry) async throws {
        guard entry.recording.format == .container else { return }
        var expected: [UInt8] = []
        PCM.appendLinear16(interleaving: try allSamples(of: MediaFile(entry.recording)), to: &expected)
        let input = [UInt8](try Data(contentsOf: URL(filePath: entry.recording.path)))
        for sizes in [[1, 2, 3, 1_021], [777], [65_536]] {
            let decoded = try await Decoded(input, as: .container, by: sizes)
            guard !entry.file.hasSuffix("m4a") else {
                #expect(decoded.end == .failed(.undecodable(Self.indexAtTheEnd)))
                continue
            }
            #expect(decoded.end == .ended)
            // The padding at the end of an MP3 cannot be told from audio while it streams.
            let isMP3 = entry.file.contains("mp3")
            let isSame = isMP3 ? decoded.pcm.starts(with: expected.dropLast(1_000)) : decoded.pcm == expected
            #expect(isSame)
            #expect((0...(isMP3 ? 1_200 : 0)).contains(decoded.pcm.count - expected.count))
        }
    }
}
