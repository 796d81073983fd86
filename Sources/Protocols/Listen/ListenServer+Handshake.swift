import Framing
import Speech

extension ListenServer {
    package static let dialect = dialect("listen", .device, ["/listen", "/v3/listen", "/v4/listen"])
    package static let pushToTalkDialect = dialect("listen-push-to-talk", .pushToTalk, ["/v2/voice-message/transcribe-stream"])

    package static let webDialect = LiveDialect(
        name: "listen-web", paths: ["/v4/web/listen"], authentication: .opening, asksForUser: true, resumes: true,
        maxMessageBytes: ListenClientMessage.sizeLimit, credential: { _ in nil }, accept: { .success(accept($0, $1, .web)) },
        errorResponse: { error, _ in errorResponse(error) },
        inBandError: { inBand($0, $1) })

    private static func dialect(_ name: String, _ route: ListenRoute, _ paths: [String]) -> LiveDialect {
        LiveDialect(
            name: name, paths: paths, asksForUser: true, resumes: true, maxMessageBytes: ListenClientMessage.sizeLimit,
            credential: { HarkenCredential.find(in: $0) ?? SubprotocolCredential.find(in: $0) },
            accept: { .success(accept($0, $1, route)) }, errorResponse: { error, _ in errorResponse(error) },
            inBandError: { inBand($0, $1) })
    }

    private static func accept(_ head: HTTPRequestHead, _ context: HandshakeContext, _ route: ListenRoute) -> LiveHandshake {
        let subprotocol = SubprotocolCredential.selected(of: head)
        do throws(ListenError) {
            let options = try ListenOptions(head.query, route: route, now: context.now)
            let machine = ListenServer(options, context)
            let start: LiveHandshake.Start = route == .web ? .opening(ListenOpening(machine)) : .session(machine)
            var headers = HTTPHeaders()
            if let names = IgnoredOptions.value(options.ignored(in: head.query, engines: context.engines)) {
                headers.set(IgnoredOptions.header, names)
            }
            return LiveHandshake(start, subprotocol: subprotocol, headers: headers)
        } catch {
            // The error is sent in the open socket, where clients look for it.
            let opening = RejectedOpening(InBandError(messages: [], code: error.code, reason: error.reason))
            return LiveHandshake(.opening(opening), subprotocol: subprotocol)
        }
    }

    /// Returns the error that is sent in the socket; nil for callers without access, who get an HTTP status instead of the upgrade,
    /// unless they are pages that return to a session.
    private static func inBand(_ error: RequestError, _ context: HandshakeContext) -> InBandError? {
        switch error {
        case .unauthenticated where context.isPageThatReturns: inBandError(error)
        case .unauthenticated, .forbidden, .tooManyRequests, .notFound, .methodNotAllowed, .tooLarge, .incompleteBody: nil
        case .outOfCredit, .limitReached, .otherKey, .badRequest, .invalidField, .unsupportedLanguage,
            .languageNotAllowed, .unknownModel, .remoteContent, .unavailable,
            .engine,
            .internalError:
            inBandError(error)
        }
    }

    /// Returns the reason for which a session does not begin.
    static func inBandError(_ error: RequestError) -> InBandError {
        switch error {
        case .outOfCredit, .limitReached:
            let messages = ListenServerMessage.freemium(.zero).map(\.text)
            return told(.noCredit, messages, pause: lastPause)
        case .unsupportedLanguage(let language, _), .engine(.unsupportedLanguage(let language), _, _): return told(.language(language.rawValue))
        case .badRequest(let reason), .invalidField(let reason, _), .languageNotAllowed(let reason), .remoteContent(let reason),
            .notFound(let reason), .forbidden(let reason):
            return told(.policy(reason))
        case .otherKey(let reason): return told(ListenError(code: 4003, reason: reason))
        case .unknownModel: return told(.policy("The model does not exist."))
        case .unauthenticated: return told(.badToken)
        case .methodNotAllowed, .tooLarge, .incompleteBody: return told(.policy("The request cannot be served."))
        case .tooManyRequests(let wait): return failed(.rateLimited(retryAfter: wait))
        case .unavailable(let reason): return failed(.unavailable(reason))
        case .engine(let error, _, _): return failed(error)
        case .internalError: return failed(.unavailable("the gateway"))
        }
    }

    private static func failed(_ error: EngineError) -> InBandError {
        told(.unavailable, [ListenServerMessage.status(ListenStatus(error, wasReady: false)).text])
    }

    private static func told(_ error: ListenError, _ messages: [[UInt8]] = [], pause: Duration = .zero) -> InBandError {
        InBandError(messages: messages, code: error.code, reason: error.reason, pause: pause)
    }

    /// Returns the error before the upgrade: Harken's own object.
    private static func errorResponse(_ error: RequestError) -> ErrorResponse {
        let (status, code, message): (HTTPStatus, String, String) =
            switch error {
            case .unauthenticated: (.unauthorized, "unauthenticated", "Show a valid key: Authorization: Bearer KEY.")
            case .forbidden(let reason), .otherKey(let reason): (.forbidden, "forbidden", reason)
            case .outOfCredit, .limitReached: (.paymentRequired, "out_of_credit", "The key has no credit left.")
            case .tooManyRequests: (.tooManyRequests, "too_many_requests", "Too many sessions at once. Try again later.")
            case .notFound(let what): (.notFound, "not_found", what)
            case .methodNotAllowed: (.methodNotAllowed, "method_not_allowed", "This route is a WebSocket: use GET.")
            case .tooLarge: (.contentTooLarge, "too_large", "The request is too large.")
            case .badRequest(let reason), .invalidField(let reason, _), .unsupportedLanguage(_, let reason),
                .languageNotAllowed(let reason), .remoteContent(let reason):
                (.badRequest, "bad_request", reason)
            case .incompleteBody, .unknownModel: (.badRequest, "bad_request", "The request cannot be served.")
            case .unavailable(let reason): (.serviceUnavailable, "unavailable", reason)
            case .engine: (.badGateway, "engine", "The engine failed.")
            case .internalError: (.internalServerError, "internal", "Something went wrong in the gateway. Try again.")
            }
        var json = JSONWriter()
        json.beginObject()
        json.error(code: code, message: message)
        json.endObject()
        var headers: HTTPHeaders = ["Content-Type": "application/json"]
        if case .methodNotAllowed(let allowed) = error { headers.add("Allow", allowed) }
        if case .tooManyRequests(let wait) = error { headers.setRetryAfter(wait) }
        return ErrorResponse(status: status, headers: headers, body: json.bytes)
    }
}
