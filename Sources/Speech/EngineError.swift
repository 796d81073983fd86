/// The failure of an engine to recognize audio. All engines' failures map to these cases, and the case decides what happens next.
public enum EngineError: Error, Sendable, Equatable {
    /// The key is missing, unknown or revoked.
    case unauthorized(String)
    case quotaExhausted(String)
    case rateLimited(retryAfter: Duration?)
    /// The request can never succeed unchanged. The text says what to change.
    case badRequest(String)
    /// The engine does not support this language.
    case unsupportedLanguage(LanguageTag)
    /// The bytes are not audio that can be decoded.
    case undecodable(String)
    /// The engine is out of service for now. The text says what is missing or broken.
    case unavailable(String)
    case timedOut(String)
    /// The engine broke its own protocol.
    case protocolViolation(String)
    case cancelled

    /// The error's kind in a few words, for metrics, spans and usage. Never contains text from an engine.
    package var label: String {
        switch self {
        case .unauthorized: "unauthorised"
        case .quotaExhausted: "quota_exhausted"
        case .rateLimited: "rate_limited"
        case .badRequest: "bad_request"
        case .unsupportedLanguage: "unsupported_language"
        case .undecodable: "undecodable"
        case .unavailable: "unavailable"
        case .timedOut: "timed_out"
        case .protocolViolation: "protocol_violation"
        case .cancelled: "cancelled"
        }
    }

    /// True if another engine may do better with the same audio.
    package var isEnginesOwn: Bool {
        switch self {
        case .unauthorized, .quotaExhausted, .rateLimited, .unavailable, .timedOut, .protocolViolation, .unsupportedLanguage: true
        case .badRequest, .undecodable, .cancelled: false
        }
    }
}
