import Glibc

/// The input of the end-of-turn model: 80 mel bands of 8 s of audio, in 800 frames of 10 ms, as Whisper's feature extractor makes them.
package struct MelSpectrogram: Sendable {
    package static let sampleCount = 128_000
    package static let bands = 80
    package static let frames = 800
    static let frameLength = 400
    static let hop = 160

    private let spectrum = PowerSpectrum()
    private let filters = MelFilter.bank(count: bands, bins: PowerSpectrum.bins, rate: 16_000)

    package init() {}

    /// Returns the features of the last 8 s of `samples` (mono, 16 kHz): 80 bands of 800 frames each. Shorter audio is preceded by silence.
    package func features(of samples: Span<Float>) -> [Float] {
        let padded = Self.padded(samples)
        var features = [Float](repeating: 0, count: Self.bands * Self.frames)
        var loudest = -Float.infinity
        var powers = [PowerSpectrum.Lanes](repeating: .zero, count: PowerSpectrum.bins)
        let lanes = PowerSpectrum.Lanes.scalarCount
        for first in stride(from: 0, to: Self.frames, by: lanes) {
            spectrum.powers(of: padded.span, from: first * Self.hop, hop: Self.hop, into: &powers)
            for (band, filter) in filters.enumerated() {
                let energy = filter.energy(in: powers)
                for lane in 0..<lanes {
                    let level = log10(max(energy[lane], 1e-10))
                    loudest = max(loudest, level)
                    features[band * Self.frames + first + lane] = level
                }
            }
        }
        let floor = loudest - 8
        for index in features.indices { features[index] = (max(features[index], floor) + 4) / 4 }
        return features
    }

    /// Returns the samples after three steps: zeros in front, then mean 0 and variance 1, then half a frame mirrored at both ends.
    private static func padded(_ samples: Span<Float>) -> [Float] {
        let taken = min(samples.count, sampleCount)
        let skipped = samples.count - taken
        var sum = 0.0, squares = 0.0
        for index in skipped..<samples.count {
            let value = Double(samples[index])
            sum += value
            squares += value * value
        }
        let mean = sum / Double(sampleCount)
        let deviation = (max(0, squares / Double(sampleCount) - mean * mean) + 1e-7).squareRoot()
        let scale = Float(1 / deviation), shift = Float(-mean / deviation)
        let edge = frameLength / 2
        // The mirrored samples at the end belong to the last frame, which is dropped, and to the frames before it.
        return [Float](unsafeUninitializedCapacity: sampleCount + 2 * edge) { buffer, count in
            buffer.initialize(repeating: shift)
            let start = edge + sampleCount - taken
            for index in 0..<taken { buffer[start + index] = samples[skipped + index] * scale + shift }
            for index in 0..<edge {
                buffer[index] = buffer[2 * edge - index]
                buffer[edge + sampleCount + index] = buffer[edge + sampleCount - 2 - index]
            }
            count = sampleCount + 2 * edge
        }
    }
}
