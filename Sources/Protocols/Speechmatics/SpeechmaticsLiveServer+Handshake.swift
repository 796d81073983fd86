package import Framing
import Speech

extension SpeechmaticsLiveServer {
    package static let dialect = LiveDialect(
        name: "speechmatics", paths: ["/v2", "/v2/", "/v2/*"], credential: { credential(in: $0) }, accept: { accept($0, $1) },
        errorResponse: { error, _ in errorResponse(error) })

    /// Returns the key of `Authorization: Bearer KEY`; without that header, of `?jwt=KEY`, for browsers.
    package static func credential(in head: HTTPRequestHead) -> Credential? {
        if head.headers["Authorization"] != nil { return Credential.authorization(of: head, schemes: ["bearer"]) }
        return head.query.first("jwt").flatMap { $0.isEmpty ? nil : Credential($0, in: .query) }
    }

    /// Reads the handshake. Older clients name the language in the path: `/v2/en`.
    package static func accept(_ head: HTTPRequestHead, _ context: HandshakeContext) -> Result<LiveHandshake, ErrorResponse> {
        let parts = head.path.split(separator: "/")
        if parts.dropFirst().first == "agent" { return .failure(errorResponse(.notFound(SpeechmaticsAgentServer.profilesAreOver))) }
        let named = parts.count == 2 ? LanguageName(String(parts[1])) : nil
        guard parts.count < 2 || parts.count == 2 && named != nil else {
            return .failure(errorResponse(.notFound("There is nothing at this path. Real-time sessions are at /v2, or at /v2/LANGUAGE.")))
        }
        let language = named.map { $0 == .detected ? LanguageTag("auto") : $0.tag }
        let opening = SpeechmaticsOpening(
            sessionID: context.requestID, language: language, engines: EngineChoice.engines(of: head), models: context.models)
        return .success(LiveHandshake(.opening(opening)))
    }

    /// Returns the error before the upgrade, in the form of the vendor's HTTP services.
    static func errorResponse(_ error: RequestError) -> ErrorResponse {
        switch error {
        case .unauthenticated: answer(.unauthorized, "Permission Denied", "The API key is missing or not valid.")
        case .forbidden(let reason), .otherKey(let reason): answer(.forbidden, "Forbidden", reason)
        case .outOfCredit, .limitReached: answer(.forbidden, "Forbidden", "The key has no credit left.")
        case .tooManyRequests(let wait): answer(.tooManyRequests, "Too Many Requests", "Try again later.", retryAfter: wait)
        case .notFound(let what): answer(.notFound, "Path Not Found", what)
        case .methodNotAllowed(let allowed): answer(.methodNotAllowed, "Method Not Allowed", "Use \(allowed).", more: ["Allow": allowed])
        case .badRequest(let what), .invalidField(let what, _), .unsupportedLanguage(_, let what),
            .languageNotAllowed(let what), .remoteContent(let what):
            answer(.badRequest, "Malformed Request", what)
        case .unknownModel(let name): answer(.badRequest, "Malformed Request", "There is no model \"\(name.prefix(bytes: 80))\".")
        case .tooLarge, .incompleteBody: answer(.badRequest, "Malformed Request", "The body is incomplete.")
        case .unavailable(let reason): answer(.serviceUnavailable, "Service Unavailable", reason)
        case .engine: answer(.serviceUnavailable, "Service Unavailable", SpeechmaticsError(error).reason)
        case .internalError: answer(.internalServerError, "Internal Server Error", "The request can be tried again.")
        }
    }

    private static func answer(
        _ status: HTTPStatus, _ error: StaticString, _ detail: String, retryAfter: Duration? = nil, more: HTTPHeaders = [:]
    ) -> ErrorResponse {
        var json = JSONWriter()
        json.beginObject()
        json.member("code", status.code)
        json.member("error", literal: error)
        json.member("detail", detail)
        json.endObject()
        var headers: HTTPHeaders = ["Content-Type": "application/json"]
        headers.setRetryAfter(retryAfter)
        headers.append(more)
        return ErrorResponse(status: status, headers: headers, body: json.bytes)
    }
}
