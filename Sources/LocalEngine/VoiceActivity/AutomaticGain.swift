/// How much to raise quiet audio so that speech in it is as loud as usual. Follows the loudest of the last seconds, so that pauses stay quiet.
struct AutomaticGain: Sendable {
    /// Mean power of ordinary speech while it is loud: −26 dBFS.
    private static let target: Float = 2.5e-3
    /// At most 20 dB.
    private static let maximumPower: Float = 100
    /// What the level falls by in a window of 32 ms: 1 dB a second.
    private static let release: Float = 0.9926

    /// Starts as if ordinary speech had just been heard, so that nothing is raised before it is known to be quiet.
    private var level: Float = target

    /// The factor for a window's samples.
    ///
    /// - Parameter power: the mean of their squares.
    mutating func factor(forPower power: Float) -> Float {
        level = max(power, level * Self.release)
        return min(Self.maximumPower, max(1, Self.target / level)).squareRoot()
    }
}
