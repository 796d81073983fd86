import Framing
import Speech

/// OpenAI's rejections, errors and close codes of live streams as engine errors.
enum OpenAIEngineErrors {
    static func rejected(status: Int?, headers: HTTPHeaders, body: [UInt8], language: LanguageTag?) -> EngineError {
        guard let status else { return .unavailable("OpenAI could not be reached.") }
        let error = complaint(in: body) ?? RealtimeComplaint(type: "", message: "status \(status)")
        switch status {
        case 401: return .unauthorized("OpenAI refused the key.")
        case 403: return .unauthorized("OpenAI's key does not allow this request.")
        case 408, 504: return .timedOut("OpenAI: \(said(error))")
        case 429 where error.code != quota:
            return .rateLimited(retryAfter: headers.retryAfter)
        // A server at this address that takes recordings only answers so.
        case 404, 405: return .unavailable("OpenAI has no live audio at this address: \(said(error))")
        default: return status < 500 ? engineError(error, language: language) : .unavailable("OpenAI is out of service: \(said(error))")
        }
    }

    /// Returns the error for an `error` event, or for an item that failed.
    static func engineError(_ error: RealtimeComplaint, language: LanguageTag?) -> EngineError {
        switch (error.type, error.code) {
        case (_, quota?): .quotaExhausted("OpenAI: the account's quota is used up.")
        case ("authentication_error", _), (_, "invalid_api_key"?): .unauthorized("OpenAI refused the key.")
        case (_, "session_expired"?): .unavailable("OpenAI ended the session, which had lasted as long as it may.")
        case ("rate_limit_error", _), (_, "rate_limit_exceeded"?): .rateLimited(retryAfter: nil)
        case (_, "model_not_found"?): .unavailable("OpenAI: \(said(error))")
        case ("invalid_request_error", _) where error.message.lowercased().contains("language"): .unsupportedLanguage(language ?? .undetermined)
        case ("invalid_request_error", _), ("", _): .badRequest("OpenAI refused the request: \(said(error))")
        default: .unavailable("OpenAI is out of service: \(said(error))")
        }
    }

    private static func complaint(in body: [UInt8]) -> RealtimeComplaint? {
        guard let document = try? JSONDocument(parsing: body, sizeLimit: 65_536), let said = document.root["error"]["message"].string else {
            return nil
        }
        return RealtimeComplaint(type: "", code: document.root["error"]["code"].string, message: said)
    }

    static func closed(code: UInt16?, reason: String) -> EngineError {
        guard let code else { return .unavailable("The connection to OpenAI broke.") }
        return .unavailable("OpenAI closed the stream with \(code): \(reason.isEmpty ? "no reason given" : reason.prefix(bytes: 200))")
    }

    private static let quota = "insufficient_quota"

    private static func said(_ error: RealtimeComplaint) -> String { error.message.prefix(bytes: 300) }
}
