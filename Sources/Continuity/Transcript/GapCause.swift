package import Speech

/// The reason why the words of an interval are not known, for people and programs that read a transcript.
package enum GapCause: String, Sendable, Equatable, CaseIterable {
    /// The gateway ended before the interval was recognised.
    case interrupted
    /// The client left before the interval was recognised.
    case abandoned
    case unauthorized = "unauthorised"
    case quotaExhausted = "quota_exhausted"
    case rateLimited = "rate_limited"
    case badRequest = "bad_request"
    case unsupportedLanguage = "unsupported_language"
    case undecodable
    case unavailable
    case timedOut = "timed_out"
    case protocolViolation = "protocol_violation"
    /// No engine that may have the audio can recognise recordings.
    case noEngine = "no_engine"
    /// The audio is not in the journal: there was no room when it came, or the journal's limit has removed it.
    case audioLost = "audio_lost"

    package init(_ error: EngineError) {
        switch error {
        case .unauthorized: self = .unauthorized
        case .quotaExhausted: self = .quotaExhausted
        case .rateLimited: self = .rateLimited
        case .badRequest: self = .badRequest
        case .unsupportedLanguage: self = .unsupportedLanguage
        case .undecodable: self = .undecodable
        case .unavailable: self = .unavailable
        case .timedOut: self = .timedOut
        case .protocolViolation: self = .protocolViolation
        case .cancelled: self = .abandoned
        }
    }
}
