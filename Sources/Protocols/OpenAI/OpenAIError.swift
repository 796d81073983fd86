import Framing
import Speech

/// The `error` object of OpenAI's answers and streams.
struct OpenAIError: Sendable, Equatable {
    var message: String
    var type: String
    /// The invalid field of the request; nil when no field is to blame.
    var parameter: String?
    var code: String?
    /// The engine's error behind this error. Its members are written next to `error`.
    var failure: ProviderError?

    init(_ message: String, type: String = "invalid_request_error", parameter: String? = nil, code: String? = nil) {
        self.message = message
        self.type = type
        self.parameter = parameter
        self.code = code
    }

    init(_ failure: ProviderError) {
        switch failure.error {
        case .undecodable(let reason):
            self.init("Audio file might be corrupted or unsupported: \(reason)", parameter: "file", code: "invalid_value")
        case .unsupportedLanguage(.undetermined): self.init(failure.error.told, parameter: "language", code: "invalid_value")
        case .unsupportedLanguage(let language):
            self.init(
                "No engine that this request may use has the language '\(language)'. Leave language out or choose another engine.",
                parameter: "language", code: "invalid_value")
        case .badRequest(let reason):
            self.init(reason)
        case .rateLimited:
            self.init("Rate limit reached. Try again later.", type: "requests", code: "rate_limit_exceeded")
        case .unauthorized(let reason), .quotaExhausted(let reason), .protocolViolation(let reason), .timedOut(let reason), .unavailable(let reason):
            self.init(reason, type: "server_error")
        case .cancelled:
            self.init("The request was cancelled.", type: "server_error")
        }
        self.failure = failure
        // `code` is the only member that the vendor's own client shows.
        code = code ?? failure.code.rawValue
    }

    /// Writes `{"error": {…}}` with all four members, and after it `provider` and `code` when an engine failed.
    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.key("error")
        json.beginObject()
        json.member("message", message)
        json.member("type", type)
        json.key("param")
        if let parameter { json.value(parameter) } else { json.null() }
        json.key("code")
        if let code { json.value(code) } else { json.null() }
        json.endObject()
        failure?.writeMembers(to: &json)
        json.endObject()
    }
}
