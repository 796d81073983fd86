import Speech

extension EngineError {
    /// The error in one line for the user: what happened, and what to do.
    var explanation: String {
        switch self {
        case .unauthorized(let what): "\(what); give a valid key with --key or HARKEN_KEY"
        case .quotaExhausted(let what): "the quota is used up: \(what)"
        case .rateLimited(nil): "too many requests; try again in a moment"
        case .rateLimited(let time?): "too many requests; try again in \(time.components.seconds) s"
        case .badRequest(let what): what
        case .unsupportedLanguage(let language): "no available engine has the language \(language); the local engine has en"
        case .undecodable(let what): "not audio that can be decoded: \(what)"
        case .unavailable(let what): what
        case .timedOut(let what): "timed out: \(what)"
        case .protocolViolation(let what): "the other side violated the protocol: \(what)"
        case .cancelled: "interrupted"
        }
    }
}
