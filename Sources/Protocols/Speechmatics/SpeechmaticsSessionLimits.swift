import Speech

/// The time limits of a session with either service: its length, and the time without audio. Each warns before its end.
struct SpeechmaticsSessionLimits: Sendable {
    enum Step: Sendable {
        case warning(type: String, reason: String)
        /// The session is over.
        case over(SpeechmaticsError)
    }

    private var idle: SpeechmaticsTimeLimit
    private var length: SpeechmaticsTimeLimit

    private static let maxIdle: Duration = .seconds(3_600)
    private static let maxLength: Duration = .seconds(48 * 3_600)

    init(since now: Instant) {
        idle = SpeechmaticsTimeLimit(Self.maxIdle, since: now)
        length = SpeechmaticsTimeLimit(Self.maxLength, since: now)
    }

    /// Notes that audio came, or that the client may not send any.
    mutating func heard(_ now: Instant) { idle.restart(now) }

    /// Time of the next step.
    var due: Instant { min(idle.due, length.due) }

    /// Returns what is to be said at this time, in order. The end of the session is the last step.
    mutating func steps(_ now: Instant) -> [Step] {
        var steps: [Step] = []
        switch length.step(now) {
        case .warning(let minutes):
            steps.append(.warning(type: "session_timeout", reason: "The session will be ended in \(minutes) minutes, at its longest length."))
        case .over: return [.over(SpeechmaticsError(.sessionTimeout, "The session reached its longest length, 48 hours."))]
        case nil: break
        }
        switch idle.step(now) {
        case .warning(let minutes):
            steps.append(.warning(type: "idle_timeout", reason: "Without audio the session will be ended in \(minutes) minutes."))
        case .over: steps.append(.over(SpeechmaticsError(.idleTimeout, "No audio came for an hour.")))
        case nil: break
        }
        return steps
    }
}
