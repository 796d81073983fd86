import Speech

/// An error in the form that Soniox sends through the socket: a code like an HTTP status, and a text.
///
/// Source: Soniox "Real-time API" reference, error responses.
package struct SonioxError: Error, Sendable, Equatable {
    package var code: Int
    package var message: String

    package init(_ code: Int, _ message: String) {
        self.code = code
        self.message = message
    }

    package static let malformedStart = SonioxError(400, "Start request is malformed.")
    package static let startIsNotText = SonioxError(400, "Start request must be a text message.")
    package static let invalidModel = SonioxError(400, "Invalid model specified.")
    package static let noFormat = SonioxError(400, "Missing audio format. Specify a valid audio format or use auto.")
    package static let noSampleRate = SonioxError(400, "Audio data sample rate must be specified for PCM formats")
    package static let noChannels = SonioxError(400, "Audio data channels must be specified for PCM formats")
    package static let invalidHint = SonioxError(400, "Invalid language hint.")
    package static let repeatedHints = SonioxError(400, "Language hints must be unique.")
    package static let longContext = SonioxError(400, "Context is too long (max length 10000).")
    package static let longReference = SonioxError(400, "Client reference ID is too long (max length 256)")
    package static let malformedControl = SonioxError(400, "Control request is malformed.")
    package static let unknownControl = SonioxError(400, "Control request invalid type.")
    package static let noAudio = SonioxError(400, "No audio received.")
    package static let tooLong = SonioxError(400, "Audio is too long.")
    package static let noSpeakers = SonioxError(400, "Speaker diarization is not available: \(RequestError.speakersAreUntold).")
    package static let noKey = SonioxError(401, "Missing API key.")
    package static let wrongKey = SonioxError(401, "Invalid API key.")
    package static let startTimeout = SonioxError(408, "Start request timeout")
    package static let firstAudioTimeout = SonioxError(408, "Timed out while waiting for the first audio chunk")
    package static let timeout = SonioxError(408, "Request timeout.")
    package static let restart = SonioxError(503, "Cannot continue request (code 1). Please restart the request.")
}

// MARK: What the gateway says

extension SonioxError {
    /// - Parameter hasKey: true if the client sent a key.
    init(_ error: RequestError, hasKey: Bool) {
        switch error {
        case .unauthenticated: self = hasKey ? .wrongKey : .noKey
        case .forbidden(let reason), .otherKey(let reason): self = SonioxError(401, reason)
        case .outOfCredit, .limitReached: self = SonioxError(402, "Organization balance exhausted. Add credit to go on.")
        case .tooManyRequests: self = SonioxError(429, "Rate limit exceeded. Try again later.")
        case .notFound(let what), .methodNotAllowed(let what), .badRequest(let what), .invalidField(let what, _), .unsupportedLanguage(_, let what),
            .languageNotAllowed(let what),
            .remoteContent(let what):
            self = SonioxError(400, what)
        case .tooLarge, .incompleteBody: self = .tooLong
        case .unknownModel: self = .invalidModel
        case .unavailable(let reason): self = SonioxError(503, "\(Self.restart.message) \(reason)")
        case .engine(let error, let engine, let payer): self = SonioxError(ProviderError(error, by: engine, payer: payer).error)
        case .internalError: self = SonioxError(500, "Something went wrong in the gateway. The request can be tried again.")
        }
    }

    /// Returns the error that ends a session whose engine failed. Only errors that the client can correct have a client's code.
    init(_ error: EngineError) {
        switch error {
        case .undecodable: self = SonioxError(400, "Audio decode error")
        case .badRequest(let reason): self = SonioxError(400, reason)
        case .unsupportedLanguage: self = .invalidHint
        case .rateLimited: self = SonioxError(429, "The engine accepts no more streams for now. Try again later.")
        case .unauthorized(let reason), .quotaExhausted(let reason), .unavailable(let reason), .timedOut(let reason), .protocolViolation(let reason):
            self = SonioxError(503, "\(Self.restart.message) \(reason)")
        case .cancelled: self = SonioxError(503, "\(Self.restart.message) The session was cancelled.")
        }
    }

    init(_ fault: LanguageFault) { self = SonioxError(400, "\(Self.invalidHint.message) \(fault.message)") }

    /// Close code of the socket after the error.
    var closeCode: UInt16 { code >= 500 ? 1011 : 1008 }
}

// MARK: What the vendor says

extension SonioxError {
    /// Returns the engine error for this error.
    func engineError(language: LanguageTag?) -> EngineError {
        let said = "Soniox: \(message.prefix(bytes: 300))"
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
