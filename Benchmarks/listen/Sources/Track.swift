import Audio
import Speech

/// What somebody's day sounds like to a device: clips of speech, and a quiet room after each; as PCM and as Opus packets of 20 ms.
struct Track: Sendable {
    /// Seconds of quiet after each clip.
    private static let quiet = 12
    static let packetMilliseconds = 20

    let pcm: [Float]
    let packets: [[UInt8]]
    /// Of the track that the clips are, 0…1.
    let speechShare: Double

    init(clips: [String]) throws {
        var pcm: [Float] = []
        var speech = 0
        var random = Noise()
        for clip in clips {
            let file = try MediaFile(Recording(path: clip))
            while let block = try file.next() {
                pcm += block.samples
                speech += block.samples.count
            }
            // The noise of a quiet room, about −60 dBFS.
            for _ in 0..<Self.quiet * SampleRate.speech.hertz { pcm.append(random.next() * 0.002) }
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(2 * pcm.count)
        for sample in pcm {
            let value = UInt16(bitPattern: Int16(max(-1, min(1, sample)) * 32_767))
            bytes.append(UInt8(truncatingIfNeeded: value))
            bytes.append(UInt8(value >> 8))
        }
        var packets: [[UInt8]] = []
        var encoder = try OpusPacketEncoder()
        encoder.append(bytes) { packet in packets.append(packet.withUnsafeBytes { Array($0) }) }
        self.pcm = pcm
        self.packets = packets
        speechShare = Double(speech) / Double(max(1, pcm.count))
    }

    /// The same each time.
    private struct Noise {
        private var state: UInt32 = 1

        /// −1…1.
        mutating func next() -> Float {
            state = state &* 1_664_525 &+ 1_013_904_223
            return Float(Int32(bitPattern: state)) / 2_147_483_648
        }
    }
}
