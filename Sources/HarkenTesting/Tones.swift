/// The finder of tones in sound, and the judge of their places.
package enum Tones {
    /// Number of samples that are looked at together.
    private static let window = 80
    /// Number of quiet windows, 0.3 s, behind which a loud one begins a tone.
    private static let pause = 60

    /// Returns the seconds at which tones begin.
    ///
    /// - Parameter samples: mono, 16 kHz, in −1…1. Above a tenth is loud.
    package static func starts(in samples: [Float]) -> [Double] {
        var starts: [Double] = [], quiet = pause
        for start in stride(from: 0, to: samples.count - window, by: window) {
            let isLoud = samples[start..<start + window].contains { abs($0) > 0.1 }
            if isLoud, quiet >= pause { starts.append(Double(start) / 16_000) }
            quiet = isLoud ? 0 : quiet + 1
        }
        return starts
    }

    /// Returns true if there are as many tones as wanted, each within 50 ms of its place.
    ///
    /// - Parameters:
    ///   - found: seconds at which tones begin.
    ///   - wanted: seconds at which they should begin.
    package static func isNear(_ found: [Double], _ wanted: [Double]) -> Bool {
        found.count == wanted.count && zip(found, wanted).allSatisfy { abs($0 - $1) <= 0.05 }
    }
}
