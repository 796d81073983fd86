/// The loudness of a recording's speech around a block, so that quiet recordings can be amplified before recognition. Looks ahead, so that the
/// beginning is amplified like the rest.
package struct RecordingLevel: Sendable {
    /// Mean power of ordinary speech while it is loud: −26 dBFS.
    private static let target: Float = 2.5e-3
    /// Maximum factor, 40 dB.
    private static let highestFactor: Float = 100
    /// Minimum power, −75 dBFS: quieter audio is a line without a voice, and amplification would give noise.
    private static let lowestPower: Float = 3e-8
    /// Length of the windows in which the power is measured: 32 ms.
    private static let window = 512

    /// Number of blocks that count on either side of a block.
    package static let reach = 15

    private var peaks: [Float] = []

    package init() {}

    /// Takes the next block. The power of the block's loud windows counts.
    package mutating func add(_ samples: [Float]) {
        var powers: [Float] = []
        for start in stride(from: 0, to: samples.count, by: Self.window) {
            let part = samples[start..<min(start + Self.window, samples.count)]
            powers.append(part.reduce(0) { $0 + $1 * $1 } / Float(part.count))
        }
        powers.sort()
        // The power that nine of ten windows stay below: a click is not speech.
        peaks.append(powers.isEmpty ? 0 : powers[powers.count * 9 / 10])
    }

    /// Number of blocks that were added.
    package var count: Int { peaks.count }

    /// Returns the factor for the samples of block `index`; 1 for audio of ordinary loudness.
    package func factor(ofBlock index: Int) -> Float {
        let around = peaks[max(0, index - Self.reach)..<min(peaks.count, index + Self.reach + 1)]
        guard let loudest = around.max(), loudest > Self.lowestPower else { return 1 }
        return min(Self.highestFactor, max(1, (Self.target / loudest).squareRoot()))
    }
}
