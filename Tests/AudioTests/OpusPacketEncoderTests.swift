import Audio
import Speech
import Testing

@Suite struct `Made Opus packets` {
    /// Half a second of silence, half a second of a tone, and silence to the end of `seconds`.
    private static func samples(_ seconds: Double, hertz: Int) -> [Int16] {
        let sound = tone(440, seconds: 0.5, hertz: hertz).map { PCM.linear16($0 * 0.5) }
        let silence = [Int16](repeating: 0, count: hertz / 2)
        let rest = [Int16](repeating: 0, count: Int(seconds * Double(hertz)) - silence.count - sound.count)
        return silence + sound + rest
    }

    private static func packets(of samples: [Int16], hertz: Int, portion: Int) throws -> [[UInt8]] {
        var encoder = try OpusPacketEncoder(rate: SampleRate(hertz: hertz))
        var packets: [[UInt8]] = []
        for start in stride(from: 0, to: samples.count, by: portion) {
            encoder.append(bytes(Array(samples[start..<min(start + portion, samples.count)]))) { packet in
                packets.append(packet.withUnsafeBytes { Array($0) })
            }
        }
        encoder.finish { packet in packets.append(packet.withUnsafeBytes { Array($0) }) }
        return packets
    }

    @Test(arguments: [8_000, 16_000, 48_000])
    func `decode to the same audio at the same place`(hertz: Int) throws {
        let samples = Self.samples(1.507, hertz: hertz)
        var stream = try OpusStream(rate: SampleRate(hertz: hertz))
        var output: [UInt8] = []
        for packet in try Self.packets(of: samples, hertz: hertz, portion: hertz / 15) { stream.append(packet.span.bytes, to: &output) }
        let decoded = numbers(output)
        #expect((samples.count...samples.count + hertz / 50).contains(decoded.count))
        let loud = decoded.indices.filter { abs(Int(decoded[$0])) > 3_000 }
        let first = try #require(loud.first), last = try #require(loud.last)
        #expect(abs(first - hertz / 2) < hertz / 100)
        #expect(abs(last - hertz) < hertz / 100)
        // Sample by sample: a shift by a quarter of the tone's period makes this nothing.
        let tone = (hertz * 6 / 10)..<(hertz * 9 / 10)
        let together = tone.reduce(0.0) { $0 + Double(samples[$1]) * Double(decoded[$1]) }
        let energy = tone.reduce(0.0) { $0 + Double(samples[$1]) * Double(samples[$1]) }
        #expect(together / energy > 0.8)
    }

    @Test func `are of 20 ms, however the audio comes`() throws {
        let samples = Self.samples(2, hertz: 16_000)
        let whole = try Self.packets(of: samples, hertz: 16_000, portion: samples.count)
        // The look-ahead takes one more.
        #expect(whole.count == 101)
        #expect(try Self.packets(of: samples, hertz: 16_000, portion: 777) == whole)
    }

    @Test func `are rejected for rates that Opus does not have`() {
        #expect(throws: MediaError.self) { _ = try OpusPacketEncoder(rate: SampleRate(hertz: 44_100)) }
    }
}
