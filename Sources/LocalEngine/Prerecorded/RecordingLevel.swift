/// How loud a recording's speech is around a block, so that quiet recordings can be raised before they are listened to. Looks ahead, so that the
/// beginning is raised as well as the rest.
package struct RecordingLevel: Sendable {
    /// Mean power of ordinary speech while it is loud: −26 dBFS.
    private static let target: Float = 2.5e-3
    /// At most 40 dB.
    private static let highestFactor: Float = 100
    /// Quieter than this (−75 dBFS) is a line without a voice; raising it would give noise.
    private static let lowestPower: Float = 3e-8
    /// Windows of 32 ms in which the power is measured.
    private static let window = 512

    /// How many blocks count, before and after the one at hand.
    package static let reach = 15

    private var peaks: [Float] = []

    package init() {}

    /// Takes the next block: the power of its loud windows is what counts.
    package mutating func add(_ samples: [Float]) {
        var powers: [Float] = []
        for start in stride(from: 0, to: samples.count, by: Self.window) {
            let part = samples[start..<min(start + Self.window, samples.count)]
            powers.append(part.reduce(0) { $0 + $1 * $1 } / Float(part.count))
        }
        powers.sort()
        // Nine of ten are below: a click is not speech.
        peaks.append(powers.isEmpty ? 0 : powers[powers.count * 9 / 10])
    }

    /// Blocks that were added.
    package var count: Int { peaks.count }

    /// What to multiply the samples of block `index` by; 1 for audio of ordinary loudness.
    package func factor(ofBlock index: Int) -> Float {
        let around = peaks[max(0, index - Self.reach)..<min(peaks.count, index + Self.reach + 1)]
        guard let loudest = around.max(), loudest > Self.lowestPower else { return 1 }
        return min(Self.highestFactor, max(1, (Self.target / loudest).squareRoot()))
    }
}
