/// Amplification of quiet audio, so that speech in it has the usual loudness. Follows the loudest part of the last seconds, so that pauses stay
/// quiet.
struct AutomaticGain: Sendable {
    /// Mean power of ordinary speech while it is loud: −26 dBFS.
    private static let target: Float = 2.5e-3
    /// Maximum gain as a ratio of powers: 20 dB.
    private static let maximumPower: Float = 100
    /// Factor by which the level falls in a window of 32 ms: 1 dB a second.
    private static let release: Float = 0.9926

    /// The level starts at ordinary speech, so that audio is not amplified before it is known to be quiet.
    private var level: Float = target

    /// Returns the factor for a window's samples.
    ///
    /// - Parameter power: the mean of the squares of the window's samples.
    mutating func factor(forPower power: Float) -> Float {
        level = max(power, level * Self.release)
        return min(Self.maximumPower, max(1, Self.target / level)).squareRoot()
    }
}
