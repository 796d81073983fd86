import Framing
import Speech

extension ManagedLiveServer {
    package static let dialect = LiveDialect(
        name: "managed", paths: ["/ws/transcribe"], authentication: .opening, needsTLS: true, credential: { _ in nil },
        accept: { _, context in .success(LiveHandshake(.opening(ManagedOpening(context)))) },
        refuse: { cause, _ in refusal(cause) })

    /// Returns the refusal before the upgrade: the same error object, with an HTTP status.
    private static func refusal(_ cause: RefusalCause) -> Refusal {
        let error = ManagedError(cause)
        let status: HTTPStatus =
            switch cause {
            case .unauthenticated: .unauthorized
            case .forbidden, .otherKey: .forbidden
            case .outOfCredit, .limitReached: .paymentRequired
            case .tooManyRequests: .tooManyRequests
            case .notFound: .notFound
            case .methodNotAllowed: .methodNotAllowed
            case .tooLarge: .contentTooLarge
            case .incompleteBody, .badRequest, .unsupportedLanguage, .unknownModel, .remoteContent: .badRequest
            case .unavailable: .serviceUnavailable
            case .engine: .badGateway
            case .internalFault: .internalServerError
            }
        var headers: HTTPHeaders = ["Content-Type": "application/json"]
        if case .methodNotAllowed(let allowed) = cause { headers.add("Allow", allowed) }
        if case .tooManyRequests(let wait?) = cause { headers.add("Retry-After", "\(max(1, wait.wholeSecondsUp))") }
        return Refusal(status: status, headers: headers, body: error.wire.text)
    }
}
