package import Speech

/// Says where audio is loud enough to be speech: cheap enough for every frame of every session, and rather too often than not.
///
/// A block of 20 ms is loud when it has four times the power of the quietest that came lately; a voice has such blocks in every word, a hum has none.
package struct LoudnessMeter: Sendable {
    /// Quieter than this (−67 dBFS) is no voice, however quiet the rest.
    private static let least: Float = 225
    /// Factor by which the memory of the quietest block grows with each block: the memory doubles in a second.
    private static let fading: Float = 1.014

    private let block: Int
    private let channels: Int
    /// The quietest power of each channel. At first nothing is known, and all that can be heard counts.
    private var quietest: [Float]

    package init(rate: SampleRate, channels: Int) {
        block = max(1, rate.hertz / 50)
        self.channels = max(1, channels)
        quietest = Array(repeating: Self.least / 4, count: self.channels)
    }

    /// - Parameters:
    ///   - pcm: whole frames of 16-bit little-endian PCM, interleaved.
    ///   - start: the position of the first sample.
    ///   - loud: told what is loud, in order within each channel.
    package mutating func measure(_ pcm: RawSpan, from start: SampleIndex, loud: (ChannelIndex, SampleRange) -> Void) {
        let frames = pcm.byteCount / (2 * channels)
        pcm.withUnsafeBytes { bytes in
            for channel in 0..<channels {
                var first = 0
                while first < frames {
                    let count = min(block, frames - first)
                    // Whole numbers, which the compiler may add up side by side.
                    var sum: Int64 = 0
                    for frame in first..<first + count {
                        let bits = bytes.loadUnaligned(fromByteOffset: 2 * (frame * channels + channel), as: Int16.self)
                        let sample = Int32(Int16(littleEndian: bits))
                        sum &+= Int64(sample &* sample)
                    }
                    let power = Float(sum) / Float(count)
                    // Its length decides how far a block moves the memory, so that a client's frames do not.
                    let growth = 1 + (Self.fading - 1) * Float(count) / Float(block)
                    quietest[channel] = max(Self.least / 4, min(power, quietest[channel] * growth))
                    if power > 4 * quietest[channel], power > Self.least {
                        loud(ChannelIndex(channel), SampleRange(start + SampleCount(first), count: SampleCount(count)))
                    }
                    first += count
                }
            }
        }
    }
}
