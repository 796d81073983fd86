import Framing
import Speech

/// Deepgram's error answers: HTTP answers with `err_code`, `err_msg` and `request_id`.
///
/// Source: Deepgram "Errors" reference.
package enum DeepgramErrorResponse {
    package static func make(_ error: RequestError, requestID: String) -> ErrorResponse {
        switch error {
        case .unauthenticated:
            answer(.unauthorized, "INVALID_AUTH", "Invalid credentials.", requestID)
        case .forbidden(let reason), .otherKey(let reason):
            answer(.forbidden, "INSUFFICIENT_PERMISSIONS", reason, requestID)
        case .outOfCredit, .limitReached:
            answer(
                .paymentRequired, "ASR_PAYMENT_REQUIRED",
                "Project does not have enough credits for an ASR request and does not have an overage agreement.", requestID)
        case .tooManyRequests(let wait):
            answer(.tooManyRequests, "TOO_MANY_REQUESTS", "Too many requests. Please try again later.", requestID, retryAfter: wait)
        case .notFound(let what):
            answer(.notFound, "NOT_FOUND", what, requestID)
        case .methodNotAllowed(let allowed):
            answer(.methodNotAllowed, "METHOD_NOT_ALLOWED", "Use \(allowed).", requestID, more: ["Allow": allowed])
        case .tooLarge(let limit, _):
            answer(
                .contentTooLarge, "PAYLOAD_TOO_LARGE", "The audio is larger than \(limit) bytes. Send a shorter file.", requestID)
        case .incompleteBody:
            answer(.unprocessableContent, "ASR_UNPROCESSABLE_ENTITY", "The upload was cut off before its end.", requestID)
        case .badRequest(let reason), .invalidField(let reason, _), .unsupportedLanguage(_, let reason), .languageNotAllowed(let reason):
            answer(.badRequest, "Bad Request", "Bad Request: \(reason)", requestID)
        case .unknownModel(let name):
            answer(
                .badRequest, "Bad Request",
                "Bad Request: No such model/language/tier combination found. There is no model \"\(name.prefix(bytes: 80))\".", requestID)
        case .remoteContent(let reason):
            answer(.badRequest, "REMOTE_CONTENT_ERROR", reason, requestID)
        case .unavailable(let reason):
            answer(.serviceUnavailable, "SERVICE_UNAVAILABLE", reason, requestID)
        case .engine(let error, let engine, let payer):
            response(ProviderError(error, by: engine, payer: payer), requestID)
        case .internalError:
            answer(.internalServerError, "INTERNAL_SERVER_ERROR", "Something went wrong in the gateway. The request can be tried again.", requestID)
        }
    }

    private static func response(_ failure: ProviderError, _ requestID: String) -> ErrorResponse {
        func answer(_ code: StaticString, _ message: String, retryAfter: Duration? = nil) -> ErrorResponse {
            self.answer(failure.status, code, message, requestID, retryAfter: retryAfter, failure: failure)
        }
        switch failure.error {
        case .undecodable(let reason):
            return answer("Bad Request", "Bad Request: failed to process audio: corrupt or unsupported data. \(reason)")
        case .unsupportedLanguage(.undetermined): return answer("Bad Request", "Bad Request: \(failure.error.told)")
        case .unsupportedLanguage(let language):
            return answer(
                "Bad Request",
                "Bad Request: No such model/language/tier combination found. No engine that this request may use has the language \"\(language)\".")
        case .badRequest(let reason): return answer("Bad Request", "Bad Request: \(reason)")
        case .rateLimited(let wait): return answer("TOO_MANY_REQUESTS", "Too many requests. Please try again later.", retryAfter: wait)
        case .timedOut(let reason): return answer("TIMEOUT", reason)
        case .unauthorized(let reason), .quotaExhausted(let reason), .protocolViolation(let reason): return answer("ENGINE_FAILED", reason)
        case .unavailable(let reason): return answer("SERVICE_UNAVAILABLE", reason)
        case .cancelled: return answer("SERVICE_UNAVAILABLE", "The request was cancelled.")
        }
    }

    private static func answer(
        _ status: HTTPStatus, _ code: StaticString, _ message: String, _ requestID: String, retryAfter: Duration? = nil, more: HTTPHeaders = [:],
        failure: ProviderError? = nil
    ) -> ErrorResponse {
        var json = JSONWriter()
        json.beginObject()
        json.member("err_code", literal: code)
        json.member("err_msg", message)
        json.member("request_id", requestID)
        failure?.writeMembers(to: &json)
        json.endObject()
        var headers: HTTPHeaders = ["Content-Type": "application/json", "dg-request-id": requestID, "dg-error": HeaderText.safe(message)]
        headers.setRetryAfter(retryAfter)
        headers.append(more)
        return ErrorResponse(status: status, headers: headers, body: json.bytes)
    }
}
