internal import Speech

/// Detects a microphone that gives only zeros. A working microphone always has a little noise; this one is muted, or belongs to a headset that only
/// plays.
struct DeadInput {
    enum InputEvent: Equatable {
        /// The input has been only zeros for this duration.
        case dead(Duration)
        case alive
    }

    /// Time until a dead input is reported: sound systems begin with zeros.
    static let patience: Duration = .seconds(10)

    private var zeros = SampleCount.zero
    private var isDead = false

    /// Takes the next samples of the input. Returns the news when the input has died or come back, otherwise nil.
    ///
    /// - Parameter samples: 16-bit samples at the rate `SampleRate.speech`.
    mutating func heard(_ samples: RawSpan) -> InputEvent? {
        guard samples.withUnsafeBytes({ $0.allSatisfy { $0 == 0 } }) else {
            defer { isDead = false }
            zeros = .zero
            return isDead ? .alive : nil
        }
        zeros += SampleCount(samples.byteCount / 2)
        let time = zeros.duration(at: .speech)
        guard !isDead, time >= Self.patience else { return nil }
        isDead = true
        return .dead(time)
    }
}
