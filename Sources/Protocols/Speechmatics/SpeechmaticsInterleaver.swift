import Speech

/// Joins separately received channels into one interleaved stream, as far as all of them have come. A channel that has ended is silent from then on.
struct SpeechmaticsInterleaver: Sendable {
    private struct Channel: Sendable {
        var bytes: [UInt8] = []
        var isOver = false
    }

    /// Maximum time by which one channel may be ahead of another.
    static let maxAhead: Duration = .seconds(60)

    private let sampleBytes: Int
    private let silence: UInt8
    private let most: Int
    private var channels: [Channel]

    /// - Parameter format: a raw format whose samples all have the same size.
    init?(_ format: AudioFormat) {
        guard case .raw(let encoding, let rate, let count) = format, let size = encoding.bytesPerSample else { return nil }
        sampleBytes = size
        // In the two companded encodings, silence is not a zero byte.
        silence = encoding == .mulaw ? 0xFF : encoding == .alaw ? 0xD5 : 0
        most = size * Int(SampleCount(Self.maxAhead, at: rate).samples)
        channels = Array(repeating: Channel(), count: max(1, count))
    }

    var isOver: Bool { channels.allSatisfy(\.isOver) }

    func isOver(_ channel: Int) -> Bool { channels[channel].isOver }

    /// - Returns: the interleaved bytes that are ready; nil when the channel is too far ahead of another one.
    mutating func add(_ bytes: [UInt8], to channel: Int) -> [UInt8]? {
        channels[channel].bytes += bytes
        let ready = take()
        return channels[channel].bytes.count > most ? nil : ready
    }

    /// Ends this channel.
    ///
    /// - Returns: the interleaved bytes that are ready now.
    mutating func end(_ channel: Int) -> [UInt8] {
        channels[channel].isOver = true
        return take()
    }

    private mutating func take() -> [UInt8] {
        let lengths = channels.filter { !$0.isOver }.map(\.bytes.count)
        // After the end of all channels the longest one counts; an incomplete sample is dropped.
        let ready = lengths.min() ?? channels.map(\.bytes.count).max() ?? 0
        let samples = ready / sampleBytes
        guard samples > 0 else { return [] }
        var interleaved: [UInt8] = []
        interleaved.reserveCapacity(samples * sampleBytes * channels.count)
        for sample in 0..<samples {
            for channel in channels {
                for byte in sample * sampleBytes..<(sample + 1) * sampleBytes {
                    interleaved.append(byte < channel.bytes.count ? channel.bytes[byte] : silence)
                }
            }
        }
        for index in channels.indices { channels[index].bytes.removeFirst(min(samples * sampleBytes, channels[index].bytes.count)) }
        return interleaved
    }
}
