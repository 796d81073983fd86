import Speech

/// An error in the form that Speechmatics sends before it closes the socket.
///
/// Source: Speechmatics "Real-time API" reference, messages `Error`; the types of Agent STT alone: speechmatics/docs, `spec/agent-stt.yaml`, schema
/// `Error`, September 2026. No source has the close codes of those two: they are those of their nearest neighbours.
package struct SpeechmaticsError: Error, Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case invalidMessage = "invalid_message"
        case invalidModel = "invalid_model"
        /// Agent STT only.
        case invalidLanguage = "invalid_language"
        case invalidConfig = "invalid_config"
        case invalidAudioType = "invalid_audio_type"
        case invalidOutputFormat = "invalid_output_format"
        case notAuthorized = "not_authorised"
        case insufficientFunds = "insufficient_funds"
        case notAllowed = "not_allowed"
        case jobError = "job_error"
        case dataError = "data_error"
        case bufferError = "buffer_error"
        case protocolError = "protocol_error"
        case quotaExceeded = "quota_exceeded"
        case timeLimitExceeded = "timelimit_exceeded"
        case idleTimeout = "idle_timeout"
        case sessionTimeout = "session_timeout"
        case sessionTransfer = "session_transfer"
        /// Agent STT only.
        case startRecognitionTimeout = "start_recognition_timeout"
        case unknownError = "unknown_error"
    }

    package var kind: Kind
    package var reason: String

    package init(_ kind: Kind, _ reason: String) {
        self.kind = kind
        self.reason = reason
    }

    /// Close code of the socket after the error.
    package var closeCode: UInt16 {
        switch kind {
        case .invalidMessage, .invalidConfig, .invalidAudioType, .invalidOutputFormat, .dataError, .protocolError: 1003
        case .idleTimeout, .sessionTimeout, .startRecognitionTimeout: 1008
        case .bufferError, .unknownError, .sessionTransfer: 1011
        case .notAuthorized: 4001
        case .notAllowed: 4003
        case .invalidModel, .invalidLanguage: 4004
        case .quotaExceeded, .insufficientFunds: 4005
        case .timeLimitExceeded: 4006
        case .jobError: 4013
        }
    }
}

// MARK: What the gateway says

extension SpeechmaticsError {
    static let goingDown = SpeechmaticsError(.sessionTransfer, "The server is going down. Connect again.")

    init(_ error: RequestError) {
        switch error {
        case .unauthenticated: self = SpeechmaticsError(.notAuthorized, "The API key is not valid.")
        case .forbidden(let reason), .otherKey(let reason): self = SpeechmaticsError(.notAllowed, reason)
        case .outOfCredit, .limitReached: self = SpeechmaticsError(.insufficientFunds, "The key has no credit left.")
        case .tooManyRequests: self = SpeechmaticsError(.quotaExceeded, "Too many sessions at once. Try again later.")
        case .unknownModel(let name): self = SpeechmaticsError(.invalidModel, "There is no model \"\(name.prefix(bytes: 80))\".")
        case .notFound(let what), .methodNotAllowed(let what), .badRequest(let what), .invalidField(let what, _), .unsupportedLanguage(_, let what),
            .languageNotAllowed(let what),
            .remoteContent(let what):
            self = SpeechmaticsError(.invalidConfig, what)
        case .tooLarge, .incompleteBody: self = SpeechmaticsError(.dataError, "The audio is incomplete.")
        case .unavailable(let reason): self = SpeechmaticsError(.jobError, reason)
        case .engine(let error, let engine, let payer): self = SpeechmaticsError(ProviderError(error, by: engine, payer: payer).error)
        case .internalError: self = SpeechmaticsError(.unknownError, "Something went wrong in the gateway. The session can be tried again.")
        }
    }

    /// Returns the error that ends a session whose engine failed.
    init(_ error: EngineError) {
        switch error {
        case .undecodable(let reason): self = SpeechmaticsError(.dataError, "The audio cannot be decoded. \(reason)")
        case .badRequest(let reason): self = SpeechmaticsError(.invalidConfig, reason)
        case .unsupportedLanguage(let language):
            self = SpeechmaticsError(.invalidModel, "No engine that this session may use has the language \"\(language)\".")
        case .rateLimited: self = SpeechmaticsError(.quotaExceeded, "The engine accepts no more streams for now. Try again later.")
        case .unauthorized(let reason), .quotaExhausted(let reason), .unavailable(let reason), .timedOut(let reason), .protocolViolation(let reason):
            self = SpeechmaticsError(.jobError, reason)
        case .cancelled: self = SpeechmaticsError(.jobError, "The session was cancelled.")
        }
    }
}

// MARK: What the vendor says

extension SpeechmaticsError {
    /// Returns the engine error for an `Error` message; an unknown type counts as the vendor's own fault.
    static func engineError(type: String, reason: String, language: LanguageTag?) -> EngineError {
        let said = "Speechmatics: \(type.prefix(bytes: 64)): \(reason.prefix(bytes: 300))"
        switch Kind(rawValue: type) {
        case .notAuthorized, .notAllowed: return .unauthorized(said)
        case .insufficientFunds, .timeLimitExceeded: return .quotaExhausted(said)
        case .quotaExceeded: return .rateLimited(retryAfter: nil)
        case .invalidLanguage: return .unsupportedLanguage(language ?? .english)
        case .invalidModel where reason.lowercased().contains("language"): return .unsupportedLanguage(language ?? .english)
        case .invalidModel, .invalidMessage, .invalidConfig, .invalidAudioType, .invalidOutputFormat, .protocolError: return .badRequest(said)
        case .dataError: return .undecodable(said)
        case .idleTimeout, .sessionTimeout, .startRecognitionTimeout: return .timedOut(said)
        case .jobError, .bufferError, .sessionTransfer, .unknownError, nil: return .unavailable(said)
        }
    }

    /// Returns the engine error for a close without an `Error` before it.
    static func engineError(closeCode: UInt16?, reason: String) -> EngineError {
        let said = "Speechmatics closed the stream with \(closeCode ?? 0): \(reason.isEmpty ? "no reason given" : reason.prefix(bytes: 200))"
        return switch closeCode {
        case nil: .unavailable("The connection to Speechmatics broke.")
        case 1003, 4004: .badRequest(said)
        case 1008: .timedOut(said)
        case 4001, 4003: .unauthorized(said)
        case 4005: .rateLimited(retryAfter: nil)
        case 4006: .quotaExhausted(said)
        case .some: .unavailable(said)
        }
    }

    /// Returns the engine error for a rejected upgrade.
    static func engineError(status: Int?, retryAfter: Duration?, said: String) -> EngineError {
        guard let status else { return .unavailable("Speechmatics could not be reached.") }
        let said = "Speechmatics refused the connection with \(status): \(said.prefix(bytes: 300))"
        return switch status {
        case 401, 403: .unauthorized(said)
        case 402: .quotaExhausted(said)
        case 408, 504: .timedOut(said)
        case 429: .rateLimited(retryAfter: retryAfter)
        case 400..<500: .badRequest(said)
        default: .unavailable(said)
        }
    }
}
