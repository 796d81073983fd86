import Glibc

/// Tells telephone speech, which has nothing above 4 kHz, from speech with the whole band.
enum SpeechBand {
    /// Share of the power above 4.5 kHz below which speech is telephone speech: −42 dB. On the development recordings, speech with the whole band has at
    /// least −33 dB, and speech at 8 kHz at most −50 dB.
    private static let share: Float = 6.3e-5

    /// A filter that lets frequencies above 4.5 kHz pass, at 16 kHz: 33 values, the same in both directions.
    private static let filter: [Float] = (-16...16).map { offset in
        let cutoff = 2 * 4_500.0 / 16_000, x = Double.pi * cutoff * Double(offset)
        let low = (offset == 0 ? cutoff : cutoff * sin(x) / x) * (0.54 + 0.46 * cos(Double.pi * Double(offset) / 16.5))
        return Float((offset == 0 ? 1 : 0) - low)
    }

    /// - Parameter samples: speech at 16 kHz.
    static func isTelephone(_ samples: Span<Float>) -> Bool {
        let filter = filter
        var high: Float = 0, all: Float = 0
        guard samples.count > filter.count else { return false }
        for start in 0...(samples.count - filter.count) {
            var value: Float = 0
            for index in filter.indices { value += filter[index] * samples[start + index] }
            high += value * value
            all += samples[start] * samples[start]
        }
        return high < share * all
    }
}
