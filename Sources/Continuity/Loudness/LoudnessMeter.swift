package import Speech

/// Tells which audio is loud enough to be speech. Cheap enough for every frame of every session; in doubt, audio counts as loud.
///
/// A block of 20 ms is loud when it has four times the power of the quietest recent block. A voice has such blocks in every word; a hum has none. Blocks
/// follow each other from the first sample on, whatever the sizes of the frames in which the audio comes.
package struct LoudnessMeter: Sendable {
    /// Minimum power of a loud block (−67 dBFS): quieter audio is not speech, however quiet the rest is.
    private static let least: Float = 225
    /// Factor by which the remembered quietest power grows with each block: it doubles in about a second.
    private static let fading: Float = 1.014
    /// Factor by which the remembered loudest power falls with each block: it halves in about a second.
    private static let falling: Float = 0.986
    /// Part of the loudest recent power below which audio is quiet in a strict measurement: 23 dB.
    private static let softest: Float = 1 / 200

    private let block: Int
    private let channels: Int
    /// The quietest recent power of each channel.
    private var quietest: [Float]
    /// The loudest recent power of each channel; empty for a measurement that is not strict.
    private var loudest: [Float]
    /// The block that has begun: the squares' sum of each channel, its length so far, and its end.
    private var sums: [UInt64], filled = 0, end = SampleIndex.zero

    /// - Parameter isStrict: true if audio counts as quiet in doubt: at the start until louder audio comes, and where it is much quieter than the voice
    ///   before. Pauses are then heard before the noise is known, which takes some seconds.
    package init(rate: SampleRate, channels: Int, isStrict: Bool = false) {
        block = Self.block(at: rate)
        self.channels = max(1, channels)
        quietest = Array(repeating: isStrict ? .infinity : Self.least / 4, count: self.channels)
        loudest = isStrict ? Array(repeating: 0, count: self.channels) : []
        sums = Array(repeating: 0, count: self.channels)
    }

    private static func block(at rate: SampleRate) -> Int { max(1, rate.hertz / 50) }

    /// Returns the end of the last whole block that ends at or before `end`. What is loud behind it is known only later.
    static func measured(at end: SampleIndex, _ rate: SampleRate) -> SampleIndex { SampleIndex(end.samples - end.samples % Int64(block(at: rate))) }

    /// Measures audio.
    ///
    /// - Parameters:
    ///   - pcm: whole frames of 16-bit little-endian PCM, interleaved.
    ///   - start: the position of the first sample. A block that has begun is forgotten when it does not go on there.
    ///   - loud: called for each loud block that is whole, in order within each channel.
    package mutating func measure(_ pcm: RawSpan, from start: SampleIndex, loud: (ChannelIndex, SampleRange) -> Void) {
        if start != end { forgetBlock(before: start) }
        let frames = pcm.byteCount / (2 * channels)
        pcm.withUnsafeBytes { bytes in
            var first = 0
            while first < frames {
                let count = min(block - filled, frames - first)
                for channel in 0..<channels {
                    sums[channel] &+= Self.energy(bytes, from: first * channels + channel, count: count, stride: channels)
                }
                first += count
                filled += count
                guard filled == block else { break }
                let range = SampleRange(start + SampleCount(first - block), count: SampleCount(block))
                for channel in 0..<channels where isLoud(channel, power: Float(sums[channel]) / Float(block)) { loud(ChannelIndex(channel), range) }
                forgetBlock(before: range.end)
            }
        }
        end = start + SampleCount(frames)
    }

    private mutating func forgetBlock(before start: SampleIndex) {
        for channel in 0..<channels { sums[channel] = 0 }
        filled = 0
        end = start
    }

    private mutating func isLoud(_ channel: Int, power: Float) -> Bool {
        quietest[channel] = max(Self.least / 4, min(power, quietest[channel] * Self.fading))
        var least = max(4 * quietest[channel], Self.least)
        if !loudest.isEmpty {
            loudest[channel] = max(power, loudest[channel] * Self.falling)
            least = max(least, loudest[channel] * Self.softest)
        }
        return power > least
    }

    /// Returns the sum of the squares of `count` samples of 16-bit little-endian PCM: every `stride`-th one, from the sample at `first` on.
    ///
    /// - Precondition: `bytes` has all of these samples.
    static func energy(_ bytes: UnsafeRawBufferPointer, from first: Int, count: Int, stride: Int) -> UInt64 {
        func square(_ index: Int) -> UInt64 {
            let sample = Int32(Int16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2 &* (first &+ index &* stride), as: Int16.self)))
            return UInt64(UInt32(bitPattern: sample &* sample))
        }
        var sum: UInt64 = 0
        var index = 0
        if stride == 1, Int16(littleEndian: 1) == 1 {
            // Eight samples at a time. The sum of two squares fits into 32 bits without a sign, and is one instruction. The halves of these sums are
            // summed apart, so that 32 bits hold the sums of half a million samples.
            var low = SIMD4<UInt32>.zero, high = SIMD4<UInt32>.zero
            while count &- index >= 8 {
                let samples = bytes.loadUnaligned(fromByteOffset: 2 &* (first &+ index), as: SIMD8<Int16>.self)
                let even = SIMD4<Int32>(truncatingIfNeeded: samples.evenHalf), odd = SIMD4<Int32>(truncatingIfNeeded: samples.oddHalf)
                let squares = SIMD4<UInt32>(truncatingIfNeeded: even &* even &+ odd &* odd)
                low &+= squares & 0xFFFF
                high &+= squares &>> 16
                index &+= 8
            }
            for lane in 0..<4 { sum &+= UInt64(low[lane]) &+ UInt64(high[lane]) << 16 }
        }
        while index < count {
            sum &+= square(index)
            index &+= 1
        }
        return sum
    }
}
