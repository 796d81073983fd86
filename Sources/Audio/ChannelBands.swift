#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif
internal import Speech

/// Products of channels in narrow bands of sound, over the last tenth of a second: they show whether two channels have the same voice with equal or
/// opposite signs although one of them has a louder sound beside it.
///
/// A tone fills two or three bands, and a noise is spread over all bands while a voice is strong in some. So the bands in which the voice is the louder
/// one still follow the other channel. In ordinary stereo a sound reaches the channels at different times, and the signs differ from band to band.
struct ChannelBands: Sendable {
    /// Rate to which the samples are thinned out, at least. It has all bands.
    private static let thinnedRate = 8_000
    /// Numbers of the bands, of 100 Hz each: the sound of voices.
    private static let bands = 2..<34
    /// Correlation, −1…1, from which on two channels have the same sound in a band, with equal or opposite signs.
    private static let sameSound: Float = 0.5
    /// Minimum number of bands with the same sound.
    private static let minBands = 6
    /// Minimum share of these bands in the sound of the quieter channel.
    private static let minShare: Float = 0.5
    /// Share of these bands' products that must have one sign.
    private static let agreement: Float = 0.98

    private let channelCount: Int
    /// Number of samples in a point, and of points in a block.
    private let pointLength: Int, pointCount: Int
    private let bands: Range<Int>
    /// A period of a cosine and of a sine, one value for each point of a block.
    private let cosines: [Float], sines: [Float]
    /// Points of the present block, one channel after the other.
    private var points: [Float]
    /// Sums of products, for each pair of channels and each band.
    private var products: [Float]

    /// - Parameter blockLength: number of frames in a block: a hundredth of a second.
    init(channelCount: Int, blockLength: Int, rate: SampleRate) {
        self.channelCount = channelCount
        pointLength = max(1, rate.hertz / Self.thinnedRate)
        let pointCount = blockLength / pointLength
        self.pointCount = pointCount
        // A band needs both of its neighbors.
        bands = Self.bands.clamped(to: 0..<max(0, pointCount / 2))
        let step = 2 * Double.pi / Double(max(1, pointCount))
        cosines = (0..<pointCount).map { point in Float(cos(Double(point) * step)) }
        sines = (0..<pointCount).map { point in Float(sin(Double(point) * step)) }
        points = Array(repeating: 0, count: channelCount * pointCount)
        products = Array(repeating: 0, count: channelCount * channelCount * Self.bands.count)
    }

    /// Takes a sample of the present block.
    mutating func add(_ value: Float, _ channel: Int, at frame: Int) {
        let point = frame / pointLength
        if point < pointCount { points[channel * pointCount + point] += value }
    }

    /// - Parameter memory: share of the former blocks' products that the present block leaves.
    mutating func endBlock(memory: Float) {
        let spectra = (0..<channelCount).map { spectrum(of: $0) }
        for channel in 0..<channelCount {
            for other in channel..<channelCount {
                for band in bands {
                    let one = spectra[channel][band - bands.lowerBound], two = spectra[other][band - bands.lowerBound]
                    let index = place(channel, other, band)
                    let product: Float = one.x * two.x + one.y * two.y
                    let sum: Float = products[index] * memory + product
                    products[index] = sum.isFinite ? sum : 0
                }
            }
        }
        for index in points.indices { points[index] = 0 }
    }

    /// Returns −1 if two channels have the same voice with opposite signs, 1 if with equal signs; nil if they have no sound in common.
    ///
    /// - Parameter quiet: the channel with less energy.
    func sign(_ quiet: Int, _ loud: Int) -> Float? {
        var common: Float = 0, all: Float = 0, sum: Float = 0, size: Float = 0, count = 0
        for band in bands {
            let energy = products[place(quiet, quiet, band)], product = products[place(min(quiet, loud), max(quiet, loud), band)]
            all += energy
            guard abs(product) >= Self.sameSound * (energy * products[place(loud, loud, band)]).squareRoot(), product != 0 else { continue }
            count += 1
            common += energy
            sum += product
            size += abs(product)
        }
        guard count >= Self.minBands, common >= Self.minShare * all, abs(sum) >= Self.agreement * size else { return nil }
        return sum < 0 ? -1 : 1
    }

    private func place(_ channel: Int, _ other: Int, _ band: Int) -> Int {
        (channel * channelCount + other) * Self.bands.count + band - Self.bands.lowerBound
    }

    /// Returns the present block's sound in each band. The neighbors of a band are taken from it, so that a tone stays in its bands.
    private func spectrum(of channel: Int) -> [SIMD2<Float>] {
        guard !bands.isEmpty else { return [] }
        let wide = (bands.lowerBound - 1...bands.upperBound).map { band -> SIMD2<Float> in
            var sum = SIMD2<Float>.zero, angle = 0
            for point in 0..<pointCount {
                let value = points[channel * pointCount + point]
                sum.x += value * cosines[angle]
                sum.y += value * sines[angle]
                angle += band
                if angle >= pointCount { angle -= pointCount }
            }
            return sum
        }
        return (1..<wide.count - 1).map { band -> SIMD2<Float> in
            let neighbors: SIMD2<Float> = wide[band - 1] + wide[band + 1]
            return wide[band] - neighbors * Float(0.5)
        }
    }
}
