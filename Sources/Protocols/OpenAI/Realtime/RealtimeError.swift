import Framing
import Speech

/// The `error` object of the realtime protocol's events.
///
/// Source: OpenAI API reference, "Realtime", server events `error` and `conversation.item.input_audio_transcription.failed`.
package struct RealtimeError: Error, Sendable, Equatable {
    package enum Kind: String, Sendable {
        case invalidRequest = "invalid_request_error"
        case authentication = "authentication_error"
        case rateLimit = "rate_limit_error"
        case server = "server_error"
    }

    package var kind: Kind
    package var code: String?
    package var message: String
    /// Path of the invalid member; nil when none is to blame.
    package var parameter: String?

    package init(_ message: String, _ kind: Kind = .invalidRequest, code: String? = nil, parameter: String? = nil) {
        self.kind = kind
        self.code = code
        self.message = message
        self.parameter = parameter
    }

    static func invalid(_ parameter: String, _ message: String) -> RealtimeError {
        RealtimeError(message, code: "invalid_value", parameter: parameter)
    }

    /// The error for a member that nobody here knows, in the vendor's words.
    static func unknown(_ parameter: String) -> RealtimeError {
        RealtimeError("Unknown parameter: '\(parameter)'.", code: "unknown_parameter", parameter: parameter)
    }

    /// Describes why a session does not begin.
    init(_ error: RequestError) {
        switch error {
        case .unauthenticated: self.init("Incorrect API key provided.", .authentication, code: "invalid_api_key")
        case .forbidden(let reason), .otherKey(let reason): self.init(reason, .authentication, code: "forbidden")
        case .outOfCredit, .limitReached: self = .outOfCredit
        case .tooManyRequests: self.init("Too many sessions at once. Try again later.", .rateLimit, code: "rate_limit_exceeded")
        case .badRequest(let reason), .invalidField(let reason, _), .remoteContent(let reason), .notFound(let reason):
            self.init(reason, code: "invalid_value")
        case .unsupportedLanguage(_, let reason), .languageNotAllowed(let reason): self = .invalid(LanguageParameter.openAIRealtime.name, reason)
        case .unknownModel(let name):
            self.init("The model `\(name.prefix(bytes: 80))` does not exist or you do not have access to it.", code: "model_not_found")
        case .methodNotAllowed, .tooLarge, .incompleteBody: self.init("The request cannot be served.")
        case .unavailable(let reason): self.init(reason, .server, code: "service_unavailable")
        case .engine(let error, let engine, let payer): self.init(ProviderError(error, by: engine, payer: payer).error)
        case .internalError: self.init("Something went wrong in the gateway. Try again.", .server)
        }
    }

    /// Describes why a session broke off.
    init(_ error: EngineError) {
        switch error {
        case .unsupportedLanguage(.undetermined): self = .invalid(LanguageParameter.openAIRealtime.name, error.told)
        case .unsupportedLanguage(let language):
            self = .invalid(LanguageParameter.openAIRealtime.name, "No engine that this session may use has the language '\(language)'.")
        case .badRequest(let reason), .undecodable(let reason): self.init(reason, code: "invalid_value")
        case .rateLimited: self.init("The engine accepts no more streams for now.", .rateLimit, code: "rate_limit_exceeded")
        case .unauthorized, .quotaExhausted: self.init("The engine refused the gateway.", .server)
        case .unavailable(let reason), .timedOut(let reason), .protocolViolation(let reason): self.init(reason, .server)
        case .cancelled: self.init("The session was cancelled.", .server)
        }
    }

    static let outOfCredit = RealtimeError(
        "You exceeded your current quota, please check your plan and billing details.", .rateLimit, code: "insufficient_quota")
    static let keyIsOver = RealtimeError("The API key was revoked, or has expired.", .authentication, code: "invalid_api_key")
    static let expired = RealtimeError("Your session hit the maximum duration. Connect again.", code: "session_expired")

    /// - Parameter clientEvent: the `event_id` of the event that caused the error; without this argument the member is left out.
    func write(to json: inout JSONWriter, clientEvent: String?? = .none) {
        func member(_ name: StaticString, _ text: String?) {
            json.key(name)
            if let text { json.value(text) } else { json.null() }
        }
        json.beginObject()
        json.member("type", kind.rawValue)
        member("code", code)
        json.member("message", message)
        member("param", parameter)
        if let clientEvent { member("event_id", clientEvent) }
        json.endObject()
    }
}
