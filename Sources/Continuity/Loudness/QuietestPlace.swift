package import Speech

/// The quietest place of a recording: the middle of the 50 ms with the least power, all channels together. Of several, the first.
package struct QuietestPlace: Sendable {
    /// Number of samples in 50 ms.
    package let block: Int
    private var least: UInt64?
    /// The place; nil before the first block.
    package private(set) var place: SampleIndex?

    package init(rate: SampleRate) { block = max(1, rate.hertz / 20) }

    /// Measures audio. A rest at its end that is shorter than a block is left out.
    ///
    /// - Parameters:
    ///   - channels: 16-bit little-endian PCM of each channel.
    ///   - start: the position of the first sample.
    package mutating func measure(_ channels: [[UInt8]], from start: SampleIndex) {
        let frames = (channels.map(\.count).min() ?? 0) / 2
        for first in stride(from: 0, through: frames - block, by: block) {
            let power = channels.reduce(into: UInt64(0)) { sum, pcm in
                sum += pcm.withUnsafeBytes { LoudnessMeter.energy($0, from: first, count: block, stride: 1) }
            }
            if let least, least <= power { continue }
            least = power
            place = start + SampleCount(first + block / 2)
        }
    }
}
