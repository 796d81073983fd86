import Framing
import Speech

/// AssemblyAI's error answers: `{"error": …}`, and on the live socket an `Error` frame with the code with which the socket closes.
///
/// Source: AssemblyAI "Universal-Streaming" reference, errors and close codes.
package enum AssemblyAIErrorResponse {
    package static func make(_ error: RequestError, requestID: String) -> ErrorResponse {
        let (status, retryAfter, text) = words(error)
        var json = JSONWriter()
        json.beginObject()
        json.member("error", text)
        ProviderError(error)?.writeMembers(to: &json)
        json.endObject()
        var headers: HTTPHeaders = ["Content-Type": "application/json", "x-request-id": requestID]
        headers.setRetryAfter(retryAfter)
        if case .methodNotAllowed(let allowed) = error { headers.add("Allow", allowed) }
        return ErrorResponse(status: status, headers: headers, body: json.bytes)
    }

    /// Returns the error that is sent after the upgrade; nil for errors of requests that are not upgrades.
    package static func inBand(_ error: RequestError) -> InBandError? {
        switch error {
        case .unauthenticated: inBand(1008, "Unauthorized Connection: Missing or invalid API key")
        case .forbidden(let reason), .otherKey(let reason): inBand(1008, "Unauthorized Connection: \(reason)")
        case .outOfCredit: inBand(1008, "Unauthorized Connection: Insufficient account balance")
        // Behind the vendor's words, because this account can be used again tomorrow.
        case .limitReached(let words): inBand(1008, "Unauthorized Connection: Insufficient account balance. \(words)")
        case .tooManyRequests: inBand(3009, "Unauthorized Connection: Too many concurrent sessions")
        case .badRequest(let reason), .invalidField(let reason, _), .unsupportedLanguage(_, let reason),
            .languageNotAllowed(let reason):
            inBand(3006, "Invalid Message: \(reason)")
        case .unknownModel(let name): inBand(3006, "Invalid Message: there is no speech_model \"\(name.prefix(bytes: 80))\".")
        case .unavailable(let reason): inBand(3005, "Session Cancelled: \(reason)")
        case .engine(let error, let engine, let payer): inBand(code(of: error), text(of: ProviderError(error, by: engine, payer: payer).error))
        case .internalError: inBand(1011, "Session Cancelled: An error occurred")
        case .notFound, .methodNotAllowed, .tooLarge, .incompleteBody, .remoteContent: nil
        }
    }

    static func inBand(_ code: UInt16, _ text: String) -> InBandError {
        InBandError(messages: [AssemblyAIServerMessage.error(code: Int(code), message: text).text], code: code, reason: text)
    }

    /// Returns the close code of a session that an engine's error ended.
    static func code(of error: EngineError) -> UInt16 {
        switch error {
        case .badRequest, .unsupportedLanguage, .undecodable: 3006
        case .unauthorized, .quotaExhausted, .rateLimited, .unavailable, .timedOut, .protocolViolation, .cancelled: 3005
        }
    }

    static func text(of error: EngineError) -> String {
        switch error {
        case .badRequest(let reason): "Invalid Message: \(reason)"
        case .undecodable(let reason): "Invalid Message: the audio cannot be decoded. \(reason)"
        case .unsupportedLanguage(.undetermined): "Invalid Message: \(error.told)"
        case .unsupportedLanguage(let language): "Invalid Message: no engine that this session may use has the language \"\(language)\"."
        case .unauthorized(let reason), .quotaExhausted(let reason), .unavailable(let reason), .timedOut(let reason), .protocolViolation(let reason):
            "Session Cancelled: An error occurred. \(reason)"
        case .rateLimited: "Session Cancelled: An error occurred. The engine accepts no more streams for now."
        case .cancelled: "Session Cancelled: An error occurred. The stream was cancelled."
        }
    }

    private static func words(_ error: RequestError) -> (status: HTTPStatus, retryAfter: Duration?, text: String) {
        switch error {
        case .unauthenticated: (.unauthorized, nil, "Authentication error, API token missing/invalid")
        case .forbidden(let reason), .otherKey(let reason): (.forbidden, nil, reason)
        case .outOfCredit: (.paymentRequired, nil, "Your current account balance is too low")
        case .limitReached(let words): (.paymentRequired, nil, "Your current account balance is too low. \(words)")
        case .tooManyRequests(let wait): (.tooManyRequests, wait ?? .seconds(1), "Too many requests")
        case .notFound(let reason): (.notFound, nil, reason)
        case .methodNotAllowed(let allowed): (.methodNotAllowed, nil, "Allowed here: \(allowed)")
        case .tooLarge(let limit, _): (.contentTooLarge, nil, "The body is larger than the \(limit) bytes that are accepted")
        case .incompleteBody: (.badRequest, nil, "The body was cut off before its end")
        case .badRequest(let reason), .invalidField(let reason, _), .unsupportedLanguage(_, let reason),
            .languageNotAllowed(let reason):
            (.badRequest, nil, reason)
        case .unknownModel(let name): (.badRequest, nil, "There is no speech model \"\(name.prefix(bytes: 80))\"")
        case .remoteContent(let reason): (.badRequest, nil, reason)
        case .unavailable(let reason): (.serviceUnavailable, nil, reason)
        case .engine(let error, let name, let payer): engine(ProviderError(error, by: name, payer: payer))
        case .internalError: (.internalServerError, nil, "Something went wrong in the gateway. The request can be tried again")
        }
    }

    private static func engine(_ failure: ProviderError) -> (status: HTTPStatus, retryAfter: Duration?, text: String) {
        let wait: Duration? = if case .rateLimited(let wait) = failure.error { wait } else { nil }
        return (failure.status, wait, text(of: failure.error))
    }
}
