package import Speech

/// An `error` message of the managed proxy, and its effect on the session.
///
/// Source: Harken's own definition of `/ws/transcribe`, table of errors.
package struct ManagedError: Error, Sendable, Equatable {
    package enum Code: String, Sendable, CaseIterable {
        case authFailed = "auth_failed"
        case authTimeout = "auth_timeout"
        case badMessage = "bad_message"
        case badConfig = "bad_config"
        case badAudio = "bad_audio"
        case noCredits = "no_credits"
        case tooManySessions = "too_many_sessions"
        case rateExceeded = "rate_exceeded"
        case notReady = "not_ready"
        case upstream = "upstream_error"
        case `internal` = "internal"

        /// Close code of the socket when the error is fatal.
        package var closeCode: UInt16 {
            switch self {
            case .authFailed: 4401
            case .authTimeout: 4408
            case .badMessage, .badConfig, .badAudio: 4400
            case .noCredits: 4402
            case .tooManySessions, .rateExceeded: 4429
            case .notReady: 1013
            case .upstream, .internal: 1011
            }
        }
    }

    package var code: Code
    /// Text for people: the error, and what to do about it.
    package var message: String
    /// True if the error ends the session.
    package var isFatal: Bool

    package init(_ code: Code, _ message: String, isFatal: Bool = true) {
        self.code = code
        self.message = message
        self.isFatal = isFatal
    }

    /// Reason of the close frame: at most 123 bytes.
    var reason: String { code.rawValue }

    /// The error as a message on the wire.
    var wire: ManagedServerMessage { .error(code: code.rawValue, message: message, isFatal: isFatal) }

    /// Describes why a session does not begin.
    package init(_ error: RequestError) {
        switch error {
        case .unauthenticated: self.init(.authFailed, "The token is not valid. Sign in again.")
        case .forbidden(let reason), .otherKey(let reason): self.init(.authFailed, reason)
        case .outOfCredit, .limitReached: self.init(.noCredits, "No credits are left.")
        case .tooManyRequests: self.init(.tooManySessions, "Too many sessions at once. End one, or try again later.")
        case .badRequest(let reason), .invalidField(let reason, _), .unsupportedLanguage(_, let reason),
            .languageNotAllowed(let reason), .remoteContent(let reason),
            .notFound(let reason):
            self.init(.badConfig, reason)
        case .unknownModel: self.init(.badConfig, "model is not known.")
        case .methodNotAllowed, .tooLarge, .incompleteBody: self.init(.badMessage, "The request cannot be served.")
        case .unavailable(let reason): self.init(.notReady, reason)
        case .engine(let error, let engine, let payer): self.init(ProviderError(error, by: engine, payer: payer).error, isReady: false)
        case .internalError: self.init(.internal, "Something went wrong in the gateway. Try again.")
        }
    }

    /// Describes why a session broke off.
    ///
    /// - Parameter isReady: true if `ready` was sent.
    package init(_ error: EngineError, isReady: Bool) {
        switch error {
        case .unsupportedLanguage(.undetermined): self.init(.badConfig, error.told)
        case .unsupportedLanguage(let language): self.init(.badConfig, "language \"\(language)\" is not available.")
        case .badRequest(let reason): self.init(.badConfig, reason)
        case .undecodable(let reason): self.init(.badAudio, "The audio cannot be decoded. \(reason)")
        case .unavailable(let reason), .timedOut(let reason): self.init(isReady ? .upstream : .notReady, reason)
        case .rateLimited: self.init(isReady ? .upstream : .notReady, "The engine accepts no more streams for now.")
        case .unauthorized, .quotaExhausted: self.init(.upstream, "The engine refused the gateway.")
        case .protocolViolation(let reason): self.init(.upstream, reason)
        case .cancelled: self.init(.internal, "The session was cancelled.")
        }
    }
}
