import Speech

/// An error in the form that Soniox sends through the socket: a code like an HTTP status, and a text.
///
/// Source: Soniox "Real-time API" reference, error responses.
package struct SonioxFault: Error, Sendable, Equatable {
    package var code: Int
    package var message: String

    package init(_ code: Int, _ message: String) {
        self.code = code
        self.message = message
    }

    package static let malformedStart = SonioxFault(400, "Start request is malformed.")
    package static let startIsNotText = SonioxFault(400, "Start request must be a text message.")
    package static let invalidModel = SonioxFault(400, "Invalid model specified.")
    package static let noFormat = SonioxFault(400, "Missing audio format. Specify a valid audio format or use auto.")
    package static let noSampleRate = SonioxFault(400, "Audio data sample rate must be specified for PCM formats")
    package static let noChannels = SonioxFault(400, "Audio data channels must be specified for PCM formats")
    package static let invalidHint = SonioxFault(400, "Invalid language hint.")
    package static let repeatedHints = SonioxFault(400, "Language hints must be unique.")
    package static let longContext = SonioxFault(400, "Context is too long (max length 10000).")
    package static let longReference = SonioxFault(400, "Client reference ID is too long (max length 256)")
    package static let malformedControl = SonioxFault(400, "Control request is malformed.")
    package static let unknownControl = SonioxFault(400, "Control request invalid type.")
    package static let noAudio = SonioxFault(400, "No audio received.")
    package static let tooLong = SonioxFault(400, "Audio is too long.")
    package static let noKey = SonioxFault(401, "Missing API key.")
    package static let wrongKey = SonioxFault(401, "Invalid API key.")
    package static let startTimeout = SonioxFault(408, "Start request timeout")
    package static let firstAudioTimeout = SonioxFault(408, "Timed out while waiting for the first audio chunk")
    package static let timeout = SonioxFault(408, "Request timeout.")
    package static let restart = SonioxFault(503, "Cannot continue request (code 1). Please restart the request.")
}

// MARK: What the gateway says

extension SonioxFault {
    /// - Parameter hasKey: true if the client sent a key.
    init(_ cause: RefusalCause, hasKey: Bool) {
        switch cause {
        case .unauthenticated: self = hasKey ? .wrongKey : .noKey
        case .forbidden(let reason), .otherKey(let reason): self = SonioxFault(401, reason)
        case .outOfCredit, .limitReached: self = SonioxFault(402, "Organization balance exhausted. Add credit to go on.")
        case .tooManyRequests: self = SonioxFault(429, "Rate limit exceeded. Try again later.")
        case .notFound(let what), .methodNotAllowed(let what), .badRequest(let what), .unsupportedLanguage(_, let what), .remoteContent(let what):
            self = SonioxFault(400, what)
        case .tooLarge, .incompleteBody: self = .tooLong
        case .unknownModel: self = .invalidModel
        case .unavailable(let reason): self = SonioxFault(503, "\(Self.restart.message) \(reason)")
        case .engine(let error, let engine, let payer): self = SonioxFault(ProviderError(error, by: engine, payer: payer).error)
        case .internalFault: self = SonioxFault(500, "Something went wrong in the gateway. The request can be tried again.")
        }
    }

    /// Returns the error that ends a session whose engine failed. Only errors that the client can correct have a client's code.
    init(_ error: EngineError) {
        switch error {
        case .undecodable: self = SonioxFault(400, "Audio decode error")
        case .badRequest(let reason): self = SonioxFault(400, reason)
        case .unsupportedLanguage: self = .invalidHint
        case .rateLimited: self = SonioxFault(429, "The engine accepts no more streams for now. Try again later.")
        case .unauthorized(let reason), .quotaExhausted(let reason), .unavailable(let reason), .timedOut(let reason), .protocolViolation(let reason):
            self = SonioxFault(503, "\(Self.restart.message) \(reason)")
        case .cancelled: self = SonioxFault(503, "\(Self.restart.message) The session was cancelled.")
        }
    }

    /// Close code of the socket after the error.
    var closeCode: UInt16 { code >= 500 ? 1011 : 1008 }
}

// MARK: What the vendor says

extension SonioxFault {
    /// Returns the engine error for this error.
    func engineError(language: LanguageTag?) -> EngineError {
        let said = "Soniox: \(message.prefix(300))"
        switch code {
        case 401, 403: return .unauthorized(said)
        case 402: return .quotaExhausted(said)
        case 408: return .timedOut(said)
        case 429: return .rateLimited(retryAfter: nil)
        case 400 where message.hasPrefix("Invalid language hint"): return .unsupportedLanguage(language ?? .english)
        case 400 where message.hasPrefix("Audio decode error"): return .undecodable(said)
        case 400..<500: return .badRequest(said)
        default: return .unavailable(said)
        }
    }
}
