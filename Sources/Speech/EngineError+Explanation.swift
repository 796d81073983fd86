extension EngineError {
    /// The error in one line for people: what happened. For metrics see `label`.
    package var explanation: String {
        switch self {
        case .unauthorized(let what), .badRequest(let what), .unavailable(let what): what
        case .quotaExhausted(let what): "the quota is used up: \(what)"
        case .rateLimited(nil): "too many requests; try again in a moment"
        case .rateLimited(let time?): "too many requests; try again in \(time.components.seconds) s"
        case .unsupportedLanguage(.undetermined): "the speech is in a language that no available engine has"
        case .unsupportedLanguage(let language): "no available engine has the language \(language)"
        case .undecodable(let what): "not audio that can be decoded: \(what)"
        case .timedOut(let what): "timed out: \(what)"
        case .protocolViolation(let what): "the other side violated the protocol: \(what)"
        case .cancelled: "interrupted"
        }
    }
}

extension DefaultStringInterpolation {
    /// Writes the error in words, so that messages and logs do not have its Swift form. Traces that compare errors use `String(describing:)`.
    package mutating func appendInterpolation(_ error: EngineError) { appendLiteral(error.explanation) }
}
