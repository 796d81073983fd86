internal import Background
internal import Framing
internal import Protocols
internal import Speech
internal import Store

/// Why something of a recording in chunks is not done: `{"detail", "code"}`, as the clients of these routes read it.
struct BackgroundRefusal: Error, Sendable, Equatable {
    var status: HTTPStatus
    var code: String
    var detail: String
    var retryAfter: Duration?

    init(_ status: HTTPStatus, _ code: String, _ detail: String, retryAfter: Duration? = nil) {
        self.status = status
        self.code = code
        self.detail = detail
        self.retryAfter = retryAfter
    }

    init(_ cause: RefusalCause) {
        let (status, code, message) = cause.plain
        switch cause {
        case .outOfCredit: self.init(.tooManyRequests, "credits_exhausted", "Transcription credits exhausted")
        case .tooManyRequests(let after): self.init(status, code, message, retryAfter: after)
        case .unsupportedLanguage: self.init(.unprocessableContent, "unsupported_language", message)
        case .unauthenticated, .forbidden, .otherKey, .notFound, .methodNotAllowed, .tooLarge, .incompleteBody, .badRequest, .unknownModel,
            .remoteContent,
            .unavailable, .engine, .internalFault, .limitReached:
            self.init(status, code, message)
        }
    }

    init(_ refusal: RoutingRefusal) {
        switch refusal {
        case .ownKeyNotUsed: self.init(.unprocessableContent, "own_key_not_used", "\(refusal)")
        case .assemblyAIKeyMissing: self.init(.serviceUnavailable, "missing_assemblyai_api_key", "\(refusal)")
        case .noEngine: self.init(.serviceUnavailable, "no_usable_batch_provider", "\(refusal)")
        }
    }

    init(_ error: StoreError) {
        let failure = APIFailure(error)
        self.init(failure.status, failure.code, failure.message)
    }

    /// The vendor's words stay in the log.
    static func failed(_ error: EngineError, request: String) -> BackgroundRefusal {
        let code =
            switch error {
            case .unauthorised: "provider_key_refused"
            case .quotaExhausted: "provider_quota_exhausted"
            case .rateLimited: "provider_rate_limited"
            case .badRequest, .undecodable: "audio_not_usable"
            case .unsupportedLanguage: "unsupported_language"
            case .unavailable, .protocolViolation: "provider_failure"
            case .timedOut: "provider_timeout"
            case .cancelled: "interrupted"
            }
        return BackgroundRefusal(.internalServerError, code, "Transcription failed: \(code) (request \(request))")
    }

    static let notFound = BackgroundRefusal(.notFound, "conversation_not_found", "Conversation not found")

    /// What the store says.
    static func stored<Value>(_ body: () async throws(StoreError) -> Value) async throws(BackgroundRefusal) -> Value {
        do throws(StoreError) { return try await body() } catch { throw BackgroundRefusal(error) }
    }

    var refusal: Refusal {
        var json = JSONWriter()
        json.beginObject()
        if status == .paymentRequired {
            json.member("error", "quota_exceeded")
            json.member("plan_type", "basic")
        }
        json.member("detail", detail)
        json.member("code", code)
        json.endObject()
        var headers: HTTPHeaders = ["Content-Type": "application/json"]
        if let retryAfter { headers.set("Retry-After", String(max(1, Int((retryAfter / .seconds(1)).rounded(.up))))) }
        return Refusal(status: status, headers: headers, body: json.bytes)
    }
}
