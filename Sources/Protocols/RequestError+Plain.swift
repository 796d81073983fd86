package import Framing
import Speech

extension RequestError {
    /// Status, code and message for Harken's own routes.
    package var plain: (status: HTTPStatus, code: String, message: String) {
        switch self {
        case .unauthenticated: (.unauthorized, "unauthenticated", "A valid key or user token is needed: Authorization: Bearer KEY.")
        case .forbidden(let reason): (.forbidden, "forbidden", reason)
        case .otherKey(let reason): (.forbidden, "own_key_mismatch", reason)
        case .outOfCredit: (.paymentRequired, "out_of_credit", "The key has no credit left.")
        case .limitReached(let words): (.paymentRequired, "quota_exceeded", words)
        case .tooManyRequests: (.tooManyRequests, "too_many_requests", "Too many requests at once; try again later.")
        case .notFound(let reason): (.notFound, "not_found", reason)
        case .methodNotAllowed(let allowed): (.methodNotAllowed, "method_not_allowed", "Allowed here: \(allowed).")
        case .tooLarge(let limit, _): (.contentTooLarge, "too_large", "The body is longer than \(limit) bytes.")
        case .incompleteBody: (.badRequest, "incomplete_body", "The upload ended early.")
        case .badRequest(let reason), .invalidField(let reason, _), .unsupportedLanguage(_, let reason),
            .languageNotAllowed(let reason):
            (.badRequest, "bad_request", reason)
        case .unknownModel(let model): (.badRequest, "unknown_model", "There is no model \"\(model.prefix(bytes: 80))\".")
        case .remoteContent(let reason): (.badRequest, "remote_content", reason)
        case .unavailable(let reason): (.serviceUnavailable, "unavailable", reason)
        case .engine(let error, let engine, let payer): ProviderError(error, by: engine, payer: payer).plain
        case .internalError: (.internalServerError, "internal", "The gateway has failed; its log has the error.")
        }
    }
}

extension ProviderError {
    fileprivate var plain: (status: HTTPStatus, code: String, message: String) { (status, code.rawValue, error.told) }
}
