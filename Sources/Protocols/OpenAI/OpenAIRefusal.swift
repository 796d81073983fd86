import Framing
import Speech

/// OpenAI's error answers: HTTP answers with an `error` object that always has all four members.
///
/// Source: OpenAI API reference, "Error codes".
package enum OpenAIRefusal {
    package static func make(_ cause: RefusalCause, requestID: String) -> Refusal {
        switch cause {
        case .unauthenticated:
            refusal(.unauthorized, OpenAIError("Incorrect API key provided.", code: "invalid_api_key"), requestID)
        case .forbidden(let reason), .otherKey(let reason):
            refusal(.forbidden, OpenAIError(reason), requestID)
        case .outOfCredit, .limitReached:
            refusal(
                .tooManyRequests,
                OpenAIError(
                    "You exceeded your current quota, please check your plan and billing details.", type: "insufficient_quota",
                    code: "insufficient_quota"), requestID)
        case .tooManyRequests(let wait):
            tooMany(wait, requestID)
        case .notFound(let what):
            refusal(.notFound, OpenAIError(what), requestID)
        case .methodNotAllowed(let allowed):
            refusal(.methodNotAllowed, OpenAIError("Use \(allowed)."), requestID, more: ["Allow": allowed])
        case .tooLarge(let limit, let received):
            refusal(
                .contentTooLarge, OpenAIError("Maximum content size limit (\(limit)) exceeded (\(received) bytes read)", type: "server_error"),
                requestID)
        case .incompleteBody:
            refusal(.badRequest, OpenAIError("The upload was cut off before its end."), requestID)
        case .badRequest(let reason), .unsupportedLanguage(_, let reason):
            refusal(.badRequest, OpenAIError(reason), requestID)
        case .unknownModel(let name):
            refusal(
                .notFound,
                OpenAIError(
                    "The model `\(name.prefix(80))` does not exist or you do not have access to it.", parameter: "model", code: "model_not_found"),
                requestID)
        case .remoteContent(let reason):
            refusal(.badRequest, OpenAIError(reason), requestID)
        case .unavailable(let reason):
            refusal(.serviceUnavailable, OpenAIError(reason, type: "server_error"), requestID)
        case .engine(let error, let engine, let payer):
            refusal(ProviderError(error, by: engine, payer: payer), requestID)
        case .internalFault:
            refusal(
                .internalServerError,
                OpenAIError("Something went wrong in the gateway. The request can be tried again.", type: "server_error"), requestID)
        }
    }

    /// Returns the refusal of an invalid field of the form.
    static func invalid(_ message: String, parameter: String, code: String? = nil, requestID: String) -> Refusal {
        refusal(.badRequest, OpenAIError(message, parameter: parameter, code: code), requestID)
    }

    private static func refusal(_ failure: ProviderError, _ requestID: String) -> Refusal {
        if case .rateLimited(let wait) = failure.error { return tooMany(wait, requestID, failure) }
        return refusal(failure.status, OpenAIError(failure), requestID)
    }

    private static func tooMany(_ wait: Duration?, _ requestID: String, _ failure: ProviderError? = nil) -> Refusal {
        var error = OpenAIError("Rate limit reached. Try again later.", type: "requests", code: "rate_limit_exceeded")
        error.failure = failure
        return refusal(.tooManyRequests, error, requestID, more: wait.map { ["Retry-After": "\(max(1, $0.wholeSecondsUp))"] } ?? [:])
    }

    private static func refusal(_ status: HTTPStatus, _ error: OpenAIError, _ requestID: String, more: HTTPHeaders = [:]) -> Refusal {
        var json = JSONWriter()
        error.write(to: &json)
        var headers: HTTPHeaders = ["Content-Type": "application/json", "x-request-id": requestID]
        headers.append(more)
        return Refusal(status: status, headers: headers, body: json.bytes)
    }
}
