import Audio
import CLC3
import COpus
import Speech
import Testing

@Suite struct `Opus packets` {
    /// Packets of one channel, each of `frame` tenths of a millisecond.
    static func packets(of samples: [Int16], hertz: Int, frame: Int) throws -> [[UInt8]] {
        var error: Int32 = 0
        let encoder = try #require(opus_encoder_create(Int32(hertz), 1, OPUS_APPLICATION_VOIP, &error))
        defer { opus_encoder_destroy(encoder) }
        let size = hertz * frame / 10_000
        return stride(from: 0, to: samples.count - size + 1, by: size).map { start in
            var packet = [UInt8](repeating: 0, count: 4_000)
            let count = opus_encode(encoder, Array(samples[start..<start + size]), Int32(size), &packet, 4_000)
            return Array(packet.prefix(Int(count)))
        }
    }

    private static func decode(_ packets: [[UInt8]], hertz: Int) throws -> [Int16] {
        var stream = try OpusStream(rate: SampleRate(hertz: hertz))
        var output: [UInt8] = []
        for packet in packets { stream.append(packet.span.bytes, to: &output) }
        return numbers(output)
    }

    @Test(arguments: [8_000, 12_000, 16_000, 24_000, 48_000], [25, 50, 100, 200, 400, 600])
    func `of any length decode at any rate to as many samples as went in`(hertz: Int, frame: Int) throws {
        let samples = tone(300, seconds: 1.2, hertz: hertz).map { PCM.linear16($0) }
        let packets = try Self.packets(of: samples, hertz: hertz, frame: frame)
        let decoded = try Self.decode(packets, hertz: hertz)
        #expect(decoded.count == samples.count - hertz * 65 / 10_000)
    }

    @Test(arguments: [2, 3, 6])
    func `may hold several frames, up to 120 ms`(count: Int) throws {
        let samples = tone(300, seconds: 1.2, hertz: 16_000).map { PCM.linear16($0) }
        let single = try Self.packets(of: samples, hertz: 16_000, frame: 200)
        var joined: [[UInt8]] = []
        for start in stride(from: 0, to: single.count, by: count) {
            let repacketizer = try #require(opus_repacketizer_create())
            defer { opus_repacketizer_destroy(repacketizer) }
            // The frames must stay where they are until they are written.
            let frames = single[start..<min(start + count, single.count)].map { packet in
                let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: packet.count)
                _ = copy.initialize(from: packet)
                return copy
            }
            defer { for frame in frames { frame.deallocate() } }
            for frame in frames {
                let added = opus_repacketizer_cat(repacketizer, try #require(frame.baseAddress), Int32(frame.count))
                #expect(added == OPUS_OK)
            }
            var packet = [UInt8](repeating: 0, count: 8_000)
            let written = opus_repacketizer_out(repacketizer, &packet, 8_000)
            joined.append(Array(packet.prefix(Int(written))))
        }
        #expect(joined.count == (single.count + count - 1) / count)
        let apart = try Self.decode(single, hertz: 16_000), together = try Self.decode(joined, hertz: 16_000)
        #expect(together.count == samples.count - 104)
        #expect(together == apart)
    }

    @Test func `are given up when fifty in a row cannot be decoded, and not before`() throws {
        let good = try Self.packets(of: tone(300, seconds: 0.1, hertz: 16_000).map { PCM.linear16($0) }, hertz: 16_000, frame: 200)
        let broken = Array(repeating: [UInt8]([0xFF, 0xFF, 0xFF]), count: 49)
        let decoder = try StreamDecoder(.raw(.opus, .speech, channels: 1), channels: .mixed) {}
        var bytes = 0
        for packet in good + broken + good + broken { decoder.push(packet.span.bytes) { bytes += $0.byteCount } }
        #expect(decoder.next() == nil)
        #expect(bytes / 2 == 108 * 320 - 104)
        #expect(decoder.damagedMessages == 98)
        let last = broken[0]
        decoder.push(last.span.bytes) { bytes += $0.byteCount }
        guard case .failed(.undecodable)? = decoder.next() else {
            Issue.record("the fiftieth is taken")
            return
        }
    }
}

@Suite struct `LC3 frames` {
    /// Frames of 10 ms and 30 bytes.
    static func frames(of samples: [Int16], hertz: Int) throws -> [[UInt8]] {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: Int(lc3_encoder_size(10_000, Int32(hertz))), alignment: 16)
        defer { memory.deallocate() }
        let encoder = try #require(lc3_setup_encoder(10_000, Int32(hertz), 0, memory))
        let size = hertz / 100
        return stride(from: 0, to: samples.count - size + 1, by: size).map { start in
            var frame = [UInt8](repeating: 0, count: 30)
            _ = lc3_encode(encoder, LC3_PCM_FORMAT_S16, Array(samples[start..<start + size]), 1, 30, &frame)
            return frame
        }
    }

    @Test(arguments: [8_000, 16_000, 24_000, 32_000, 48_000])
    func `decode at their own rate, where they were said`(hertz: Int) throws {
        let samples = [Int16](repeating: 0, count: hertz / 2) + sweep(from: 200, to: 3_000, seconds: 0.3, hertz: hertz).map { PCM.linear16($0) }
        let frames = try Self.frames(of: samples, hertz: hertz)
        #expect(StreamDecoder.sessionRate(for: .raw(.lc3, SampleRate(hertz: hertz), channels: 1)).hertz == hertz)
        let decoder = try StreamDecoder(.raw(.lc3, SampleRate(hertz: hertz), channels: 1), channels: .mixed) {}
        var output: [UInt8] = []
        for frame in frames { decoder.push(frame.span.bytes) { span in span.withUnsafeBytes { output.append(contentsOf: $0) } } }
        let pcm = numbers(output)
        #expect(pcm.count == samples.count - Int(lc3_delay_samples(10_000, Int32(hertz))))
        let window = (hertz / 2 + 100)..<(pcm.count - 100)
        let shifts = (-60...60).map { shift in (shift, window.reduce(0) { $0 + Int(samples[$1]) * Int(pcm[$1 + shift]) }) }
        let best = try #require(shifts.max { $0.1 < $1.1 })
        #expect(abs(best.0) <= 2)
    }

    @Test func `may come several in a message, and what is none takes a frame's time`() throws {
        let frames = try Self.frames(of: tone(300, seconds: 0.3, hertz: 16_000).map { PCM.linear16($0) }, hertz: 16_000)
        var stream = try LC3Stream(rate: .speech)
        var output: [UInt8] = []
        let two = frames[0] + frames[1], short = Array(frames[2].prefix(29)), whole = frames[3]
        stream.append(two.span.bytes, to: &output)
        let delay = Int(lc3_delay_samples(10_000, 16_000))
        #expect(output.count / 2 == 320 - delay)
        stream.append(short.span.bytes, to: &output)
        #expect(output.count / 2 == 480 - delay)
        #expect(stream.damagedInRow == 1)
        stream.append(whole.span.bytes, to: &output)
        #expect(stream.damagedInRow == 0)
    }
}

@Suite struct `AAC frames` {
    @Test func `are given up when fifty messages in a row are none`() throws {
        let decoder = try StreamDecoder(.raw(.aac, .speech, channels: 1), channels: .mixed) {}
        let message = [UInt8](repeating: 7, count: 200)
        for _ in 0..<49 { decoder.push(message.span.bytes) { _ in } }
        #expect(decoder.next() == nil && decoder.damagedMessages == 49)
        decoder.push(message.span.bytes) { _ in }
        guard case .failed(.undecodable)? = decoder.next() else {
            Issue.record("the fiftieth is taken")
            return
        }
    }
}

@Suite struct `Samples of 8 bits` {
    @Test func `are unsigned: 128 is silence`() async throws {
        let decoded = try await Decoded([128, 0, 255, 127], as: .raw(.unsigned8, .telephone, channels: 1), by: [1])
        #expect(numbers(decoded.pcm) == [0, -32_768, 32_512, -256])
    }

    private static func end(_ bytes: [UInt8], by size: Int = 321) throws -> StreamDecoderEvent? {
        let decoder = try StreamDecoder(.raw(.unsigned8, .telephone, channels: 1), channels: .mixed) {}
        for start in stride(from: 0, to: bytes.count, by: size) {
            let piece = Array(bytes[start..<min(start + size, bytes.count)])
            decoder.push(piece.span.bytes) { _ in }
        }
        return decoder.next()
    }

    @Test(arguments: [0.9, 0.3, 0.01, 0.001])
    func `of 16 bits are found in the first second`(level: Float) throws {
        let wide = bytes(tone(300, seconds: 1, hertz: 8_000).map { PCM.linear16($0 * 0.4 * level) })
        guard case .failed(.undecodable(let reason))? = try Self.end(wide) else {
            Issue.record("taken")
            return
        }
        #expect(reason.contains("16"))
    }

    @Test(arguments: [1.9, 1, 0.3, 0])
    func `stay what they are, however loud`(level: Float) throws {
        let narrow = tone(300, seconds: 3, hertz: 8_000).map { UInt8(clamping: Int(128 + $0 * level * 127)) }
        #expect(try Self.end(narrow) == nil)
    }

    @Test func `are not judged by digital silence`() throws {
        #expect(try Self.end([UInt8](repeating: 0, count: 80_000)) == nil)
    }
}
