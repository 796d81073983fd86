import Speech

extension EngineError {
    /// The error in one line for the user of a command: what happened, and what to do.
    var advice: String {
        switch self {
        case .unauthorized: "\(explanation); give a valid key with --key or HARKEN_KEY"
        case .unsupportedLanguage: "\(explanation); the local engine has en, and vendors have others: give --engine, and set the vendor's key"
        case .quotaExhausted, .rateLimited, .badRequest, .undecodable, .unavailable, .timedOut, .protocolViolation, .cancelled: explanation
        }
    }
}
