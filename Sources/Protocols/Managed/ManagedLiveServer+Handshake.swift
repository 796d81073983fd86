import Framing
import Speech

extension ManagedLiveServer {
    package static let dialect = LiveDialect(
        name: "managed", paths: ["/ws/transcribe"], authentication: .opening, needsTLS: true, credential: { _ in nil },
        accept: { _, context in .success(LiveHandshake(.opening(ManagedOpening(context)))) },
        errorResponse: { error, _ in errorResponse(error) })

    /// Returns the error before the upgrade: the same object, with an HTTP status.
    private static func errorResponse(_ error: RequestError) -> ErrorResponse {
        let managed = ManagedError(error)
        let status: HTTPStatus =
            switch error {
            case .unauthenticated: .unauthorized
            case .forbidden, .otherKey: .forbidden
            case .outOfCredit, .limitReached: .paymentRequired
            case .tooManyRequests: .tooManyRequests
            case .notFound: .notFound
            case .methodNotAllowed: .methodNotAllowed
            case .tooLarge: .contentTooLarge
            case .incompleteBody, .badRequest, .invalidField, .unsupportedLanguage, .languageNotAllowed, .unknownModel, .remoteContent: .badRequest
            case .unavailable: .serviceUnavailable
            case .engine: .badGateway
            case .internalError: .internalServerError
            }
        var headers: HTTPHeaders = ["Content-Type": "application/json"]
        if case .methodNotAllowed(let allowed) = error { headers.add("Allow", allowed) }
        if case .tooManyRequests(let wait) = error { headers.setRetryAfter(wait) }
        return ErrorResponse(status: status, headers: headers, body: managed.wire.text)
    }
}
