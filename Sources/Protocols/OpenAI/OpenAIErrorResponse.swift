import Framing
import Speech

/// OpenAI's error answers: HTTP answers with an `error` object that always has all four members.
///
/// Source: OpenAI API reference, "Error codes".
package enum OpenAIErrorResponse {
    package static func make(_ error: RequestError, requestID: String) -> ErrorResponse {
        switch error {
        case .unauthenticated:
            response(.unauthorized, OpenAIError("Incorrect API key provided.", code: "invalid_api_key"), requestID)
        case .forbidden(let reason), .otherKey(let reason):
            response(.forbidden, OpenAIError(reason), requestID)
        case .outOfCredit, .limitReached:
            response(
                .tooManyRequests,
                OpenAIError(
                    "You exceeded your current quota, please check your plan and billing details.", type: "insufficient_quota",
                    code: "insufficient_quota"), requestID)
        case .tooManyRequests(let wait):
            tooMany(wait, requestID)
        case .notFound(let what):
            response(.notFound, OpenAIError(what), requestID)
        case .methodNotAllowed(let allowed):
            response(.methodNotAllowed, OpenAIError("Use \(allowed)."), requestID, more: ["Allow": allowed])
        case .tooLarge(let limit, let received):
            response(
                .contentTooLarge, OpenAIError("Maximum content size limit (\(limit)) exceeded (\(received) bytes read)", type: "server_error"),
                requestID)
        case .incompleteBody:
            response(.badRequest, OpenAIError("The upload was cut off before its end."), requestID)
        case .badRequest(let reason):
            response(.badRequest, OpenAIError(reason), requestID)
        case .unsupportedLanguage(_, let reason), .languageNotAllowed(let reason):
            invalid(reason, parameter: LanguageParameter.openAIRecorded.name, requestID: requestID)
        case .invalidField(let reason, let name):
            invalid(reason, parameter: name, code: "invalid_value", requestID: requestID)
        case .unknownModel(let name):
            response(
                .notFound,
                OpenAIError(
                    "The model `\(name.prefix(bytes: 80))` does not exist or you do not have access to it. GET /v1/models lists the models.",
                    parameter: "model", code: "model_not_found"),
                requestID)
        case .remoteContent(let reason):
            response(.badRequest, OpenAIError(reason), requestID)
        case .unavailable(let reason):
            response(.serviceUnavailable, OpenAIError(reason, type: "server_error"), requestID)
        case .engine(let error, let engine, let payer):
            response(ProviderError(error, by: engine, payer: payer), requestID)
        case .internalError:
            response(
                .internalServerError,
                OpenAIError("Something went wrong in the gateway. The request can be tried again.", type: "server_error"), requestID)
        }
    }

    /// Returns the answer to a request for a temporary key whose settings are refused.
    package static func invalid(_ error: RealtimeError, requestID: String) -> ErrorResponse {
        response(.badRequest, OpenAIError(error.message, parameter: error.parameter, code: error.code), requestID)
    }

    /// Returns the answer to an invalid field of the form.
    static func invalid(_ message: String, parameter: String, code: String? = nil, requestID: String) -> ErrorResponse {
        response(.badRequest, OpenAIError(message, parameter: parameter, code: code), requestID)
    }

    private static func response(_ failure: ProviderError, _ requestID: String) -> ErrorResponse {
        if case .rateLimited(let wait) = failure.error { return tooMany(wait, requestID, failure) }
        return response(failure.status, OpenAIError(failure), requestID)
    }

    private static func tooMany(_ wait: Duration?, _ requestID: String, _ failure: ProviderError? = nil) -> ErrorResponse {
        var error = OpenAIError("Rate limit reached. Try again later.", type: "requests", code: "rate_limit_exceeded")
        error.failure = failure
        var headers = HTTPHeaders()
        headers.setRetryAfter(wait)
        return response(.tooManyRequests, error, requestID, more: headers)
    }

    private static func response(_ status: HTTPStatus, _ error: OpenAIError, _ requestID: String, more: HTTPHeaders = [:]) -> ErrorResponse {
        var json = JSONWriter()
        error.write(to: &json)
        var headers: HTTPHeaders = ["Content-Type": "application/json", "x-request-id": requestID]
        headers.append(more)
        return ErrorResponse(status: status, headers: headers, body: json.bytes)
    }
}
