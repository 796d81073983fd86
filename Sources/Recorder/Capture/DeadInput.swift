internal import Speech

/// Notices a microphone that gives nothing but zeros: one that works hisses, if ever so little. It is muted, or a headset that plays and does not listen.
struct DeadInput {
    enum News: Equatable {
        /// Nothing but zeros for so long.
        case dead(Duration)
        case alive
    }

    /// Before it is told: sound systems begin with zeros.
    static let patience: Duration = .seconds(10)

    private var zeros = SampleCount.zero
    private var isDead = false

    /// - Parameter samples: 16-bit, `SampleRate.speech`.
    mutating func heard(_ samples: RawSpan) -> News? {
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
