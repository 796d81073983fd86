import Glibc

/// One triangular band of a mel filter bank after Slaney: linear up to 1 kHz, logarithmic above, all bands of equal area.
struct MelFilter: Sendable {
    private let firstBin: Int
    private let weights: [Float]

    func energy(in powers: [PowerSpectrum.Lanes]) -> PowerSpectrum.Lanes {
        var sum = PowerSpectrum.Lanes.zero
        for (offset, weight) in weights.enumerated() { sum += powers[firstBin + offset] * weight }
        return sum
    }

    /// Makes `count` bands from 0 to half the sample rate.
    static func bank(count: Int, bins: Int, rate: Double) -> [MelFilter] {
        let top = mel(rate / 2)
        let edges = (0...(count + 1)).map { frequency(ofMel: top * Double($0) / Double(count + 1)) }
        return (0..<count).map { band in
            let (low, center, high) = (edges[band], edges[band + 1], edges[band + 2])
            let weights = (0..<bins).map { bin in
                let frequency = rate / 2 * Double(bin) / Double(bins - 1)
                let rise = (frequency - low) / (center - low), fall = (high - frequency) / (high - center)
                return Float(max(0, min(rise, fall)) * 2 / (high - low))
            }
            let first = weights.firstIndex { $0 > 0 } ?? 0
            let last = weights.lastIndex { $0 > 0 } ?? first
            return MelFilter(firstBin: first, weights: Array(weights[first...last]))
        }
    }

    private static let linearStep = 200.0 / 3
    private static let logStep = log(6.4) / 27

    private static func mel(_ frequency: Double) -> Double {
        frequency < 1_000 ? frequency / linearStep : 1_000 / linearStep + log(frequency / 1_000) / logStep
    }

    private static func frequency(ofMel mel: Double) -> Double {
        mel < 1_000 / linearStep ? mel * linearStep : 1_000 * exp((mel - 1_000 / linearStep) * logStep)
    }
}
