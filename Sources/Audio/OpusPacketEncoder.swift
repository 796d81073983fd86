private import COpus
package import Speech

/// Encodes speech of one channel as bare Opus packets, each of 20 ms and about 60 bytes (24 kbit/s).
///
/// `OpusStream` removes this encoder's look-ahead: sample *n* of the input is sample *n* of the decoded audio.
package struct OpusPacketEncoder: ~Copyable {
    private let encoder: OpaquePointer
    /// Number of samples in a packet.
    private let frame: Int
    /// Number of samples by which the decoded audio lags.
    private let lookahead: Int
    private var samples: [Int16] = []
    private var packet = [UInt8](repeating: 0, count: longestPacket)

    private static let longestPacket = 1_275
    private static let bitsPerSecond: Int32 = 24_000
    /// Complexity on a scale to ten: half the work of the best setting, with hardly any audible difference in speech.
    private static let complexity: Int32 = 5

    /// - Parameter rate: sample rate of the input: 8, 12, 16, 24 or 48 kHz.
    package init(rate: SampleRate = .speech) throws(MediaError) {
        var error: Int32 = 0
        guard let encoder = opus_encoder_create(Int32(rate.hertz), 1, OPUS_APPLICATION_VOIP, &error), error == OPUS_OK else {
            throw .unreadable("audio of \(rate.hertz) Hz cannot be encoded as Opus; use 8, 12, 16, 24 or 48 kHz")
        }
        _ = harken_opus_set_bitrate(encoder, Self.bitsPerSecond)
        _ = harken_opus_set_complexity(encoder, Self.complexity)
        _ = harken_opus_set_speech(encoder)
        self.encoder = encoder
        frame = rate.hertz / 50
        lookahead = rate.hertz * 65 / 10_000
    }

    deinit { opus_encoder_destroy(encoder) }

    /// Takes audio, and passes each full packet to `give`.
    ///
    /// - Parameter pcm: 16-bit little-endian samples, without a partial sample.
    package mutating func append(_ pcm: [UInt8], packet give: (RawSpan) -> Void) {
        samples.reserveCapacity(samples.count + pcm.count / 2)
        for index in stride(from: 0, to: pcm.count - 1, by: 2) {
            samples.append(Int16(truncatingIfNeeded: Int(pcm[index]) | Int(pcm[index + 1]) << 8))
        }
        encode(give)
    }

    /// Passes the remaining audio to `give`, padded with silence. Audio that is appended later follows it.
    package mutating func finish(packet give: (RawSpan) -> Void) {
        let count = samples.count + lookahead
        samples += repeatElement(0, count: (count + frame - 1) / frame * frame - samples.count)
        encode(give)
    }

    private mutating func encode(_ give: (RawSpan) -> Void) {
        var start = 0
        while start + frame <= samples.count {
            let count = samples.withUnsafeBufferPointer { samples in
                packet.withUnsafeMutableBufferPointer { packet in
                    guard let input = samples.baseAddress, let output = packet.baseAddress else { return Int32(0) }
                    return opus_encode(encoder, input + start, Int32(frame), output, Int32(packet.count))
                }
            }
            // The encoder cannot reject whole frames of 16-bit samples.
            if count > 0 { give(packet.span.bytes.extracting(first: Int(count))) }
            start += frame
        }
        samples.removeFirst(start)
    }
}
