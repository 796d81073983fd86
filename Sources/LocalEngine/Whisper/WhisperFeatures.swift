import Glibc

/// The input of Whisper's encoder: the logarithm of the power in mel bands, in frames of 10 ms.
struct WhisperFeatures: Sendable {
    private static let hop = 160
    private static let edge = 200

    let bands: Int
    private let spectrum = PowerSpectrum()
    private let filters: [MelFilter]

    init(bands: Int) {
        self.bands = bands
        filters = MelFilter.bank(count: bands, bins: PowerSpectrum.bins, rate: 16_000)
    }

    /// Returns the number of frames for a window of this length: whole groups that are computed at once, and no more than the model takes.
    ///
    /// - Parameter seconds: length of the window.
    static func frames(seconds: Double) -> Int {
        let lanes = PowerSpectrum.Lanes.scalarCount
        let count = (Int(seconds * 100) + lanes - 1) / lanes * lanes
        return min(max(count, lanes), WhisperFacts.maxFrames)
    }

    /// Returns the features of `samples` (mono, 16 kHz) with silence behind them: `bands` rows of `frames` values. Audio beyond the frames is left out.
    func features(of samples: Span<Float>, frames: Int) -> [Float] {
        let padded = Self.padded(samples, count: frames * Self.hop)
        var features = [Float](repeating: 0, count: bands * frames)
        var loudest = -Float.infinity
        var powers = [PowerSpectrum.Lanes](repeating: .zero, count: PowerSpectrum.bins)
        let lanes = PowerSpectrum.Lanes.scalarCount
        for first in stride(from: 0, to: frames, by: lanes) {
            spectrum.powers(of: padded.span, from: first * Self.hop, hop: Self.hop, into: &powers)
            for (band, filter) in filters.enumerated() {
                let energy = filter.energy(in: powers)
                for lane in 0..<min(lanes, frames - first) {
                    let level = log10(max(energy[lane], 1e-10))
                    loudest = max(loudest, level)
                    features[band * frames + first + lane] = level
                }
            }
        }
        let floor = loudest - 8
        for index in features.indices { features[index] = (max(features[index], floor) + 4) / 4 }
        return features
    }

    /// Returns the samples with silence behind them, and with half a frame mirrored at both ends.
    private static func padded(_ samples: Span<Float>, count: Int) -> [Float] {
        [Float](unsafeUninitializedCapacity: count + 2 * edge) { buffer, initialized in
            buffer.initialize(repeating: 0)
            for index in 0..<min(samples.count, count) { buffer[edge + index] = samples[index] }
            for index in 0..<edge {
                buffer[index] = buffer[2 * edge - index]
                buffer[edge + count + index] = buffer[edge + count - 2 - index]
            }
            initialized = count + 2 * edge
        }
    }
}
