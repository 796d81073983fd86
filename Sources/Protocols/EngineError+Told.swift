package import Speech

extension EngineError {
    /// The error in words for the person who submitted the recording.
    package var told: String {
        switch self {
        case .unauthorized(let why), .quotaExhausted(let why), .badRequest(let why), .undecodable(let why), .unavailable(let why),
            .timedOut(let why), .protocolViolation(let why):
            why
        case .rateLimited: "The engine takes no more work for now; try again later."
        case .unsupportedLanguage(.undetermined):
            "The speech is in a language that no engine of this request has. Name the language, or choose another engine."
        case .unsupportedLanguage(let language): "No engine that this request may use has the language \"\(language)\"."
        case .cancelled: "The work was cancelled."
        }
    }
}
