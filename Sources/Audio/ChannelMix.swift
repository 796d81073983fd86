package import Speech

/// Mixes the channels of a recording or a stream to one: their mean, in which no channel cancels another one.
///
/// Two channels may have the same voice with opposite signs: one microphone is wired the wrong way round, or a headset makes a balanced signal. A plain
/// mean has no voice then. So a channel that moves against another one is turned around. Whether it does is found in the last tenth of a second, for
/// each pair of channels, and holds from the next hundredth of a second on. Where another sound is louder than the voice in one of them, narrow bands
/// show it: see `ChannelBands`. The samples alone decide, not the messages in which they come, so a stream is mixed as the file is.
package struct ChannelMix: Sendable {
    /// Correlation, −1…1, from which on two channels have the same sound, with equal or opposite signs.
    private static let sameSound: Float = 0.5
    /// Energy of a block below which a channel is silent, per sample.
    private static let silence: Float = 1e-9
    /// Share of the former blocks' energies that a block leaves: a tenth of a second counts.
    private static let memory: Float = 0.9

    package let channelCount: Int
    /// Number of frames in a block: a hundredth of a second.
    private let blockLength: Int
    /// Number of frames of the present block so far.
    private var filled = 0
    /// Signs of the channels when the present block began, and those that they reach at its end, −1 or 1.
    private var gains: [Float], targets: [Float]
    /// Sums of products for each pair of channels: of the former blocks, and of the present one.
    private var products: [Float], present: [Float]
    private var bands: ChannelBands

    /// - Parameters:
    ///   - channelCount: number of channels, at least 1.
    ///   - rate: rate of the samples.
    package init(channelCount: Int, rate: SampleRate) {
        self.channelCount = max(1, channelCount)
        blockLength = max(1, rate.hertz / 100)
        gains = Array(repeating: 1, count: self.channelCount)
        targets = gains
        products = Array(repeating: 0, count: self.channelCount * self.channelCount)
        present = products
        bands = ChannelBands(channelCount: self.channelCount, blockLength: blockLength, rate: rate)
    }

    /// Returns the mix of the next samples. All channels have the same number of samples, −1…1. Channels beyond `channelCount` are left out.
    package mutating func mix(_ channels: [[Float]]) -> [Float] {
        var mixed: [Float] = []
        let count = channels.count < channelCount ? 0 : channels[..<channelCount].map(\.count).min() ?? 0
        mixed.reserveCapacity(count)
        mix(count, sample: { channels[$1][$0] }, into: { mixed.append($0) })
        return mixed
    }

    /// Appends the mix of interleaved 16-bit little-endian samples. An incomplete last frame is dropped.
    package mutating func append(linear16 bytes: RawSpan, to output: inout [UInt8]) {
        let channels = channelCount, frame = channels * 2, count = bytes.byteCount / frame
        output.reserveCapacity(output.count + count * 2)
        bytes.withUnsafeBytes { bytes in
            mix(count) { index, channel in
                Float(Int16(littleEndian: bytes.loadUnaligned(fromByteOffset: index * frame + channel * 2, as: Int16.self))) / 32_768
            } into: { sample in
                PCM.append(PCM.linear16(sample), to: &output)
            }
        }
    }

    @inline(__always)
    private mutating func mix(_ count: Int, sample: (_ frame: Int, _ channel: Int) -> Float, into append: (Float) -> Void) {
        let scale = 1 / Float(channelCount)
        for frame in 0..<count {
            let place = Float(filled + 1) / Float(blockLength)
            var sum: Float = 0
            for channel in 0..<channelCount {
                let value = sample(frame, channel)
                sum += value * (gains[channel] + (targets[channel] - gains[channel]) * place)
                bands.add(value, channel, at: filled)
                for other in channel..<channelCount { present[channel * channelCount + other] += value * sample(frame, other) }
            }
            append(sum * scale)
            filled += 1
            if filled == blockLength { endBlock() }
        }
    }

    private mutating func endBlock() {
        filled = 0
        gains = targets
        for index in products.indices {
            // A sample that is no number must not stay for ever.
            let sum = products[index] * Self.memory + present[index]
            products[index] = sum.isFinite ? sum : 0
            present[index] = 0
        }
        guard channelCount > 1 else { return }
        bands.endBlock(memory: Self.memory)
        let least = Self.silence * Float(blockLength)
        let order = (0..<channelCount).filter { energy($0) > least }.sorted { (energy($0), $1) > (energy($1), $0) }
        for (place, channel) in order.enumerated() {
            if let model = likeness(of: channel, to: order[..<place]) { targets[channel] = model.sign * targets[model.channel] }
        }
    }

    /// Returns the louder channel that has the same sound as a channel, and the sign with which it has this sound; nil if no channel has.
    private func likeness(of channel: Int, to louder: ArraySlice<Int>) -> (channel: Int, sign: Float)? {
        var nearest: (channel: Int, correlation: Float)?
        for other in louder {
            let product = products[min(channel, other) * channelCount + max(channel, other)]
            let correlation = product / (energy(channel) * energy(other)).squareRoot()
            if abs(correlation) > abs(nearest?.correlation ?? 0) { nearest = (other, correlation) }
        }
        if let nearest, abs(nearest.correlation) >= Self.sameSound { return (nearest.channel, nearest.correlation < 0 ? -1 : 1) }
        for other in louder { if let sign = bands.sign(channel, other) { return (other, sign) } }
        return nil
    }

    private func energy(_ channel: Int) -> Float { products[channel * channelCount + channel] }
}
