package import Framing
package import Protocols
package import RecordingAssembly
package import Speech
package import Store

/// Reason why an operation on a recording in chunks is rejected. The clients of these routes read the error as `{"detail", "code"}`, with `provider`
/// where an engine failed.
package struct ChunkedRecordingError: Error, Sendable, Equatable {
    package var status: HTTPStatus
    package var code: String
    package var detail: String
    package var retryAfter: Duration?
    /// The engine that failed; nil: no engine did.
    package var provider: EngineName?

    package init(_ status: HTTPStatus, _ code: String, _ detail: String, retryAfter: Duration? = nil) {
        self.status = status
        self.code = code
        self.detail = detail
        self.retryAfter = retryAfter
    }

    package init(_ error: RequestError) {
        let (status, code, message) = error.plain
        switch error {
        case .outOfCredit: self.init(.tooManyRequests, "credits_exhausted", "Transcription credits exhausted")
        case .tooManyRequests(let after): self.init(status, code, message, retryAfter: after)
        case .unsupportedLanguage, .languageNotAllowed: self.init(.unprocessableContent, "unsupported_language", message)
        case .engine(let error, let engine, let payer): self.init(ProviderError(error, by: engine, payer: payer), request: nil)
        case .unauthenticated, .forbidden, .otherKey, .notFound, .methodNotAllowed, .tooLarge, .incompleteBody, .badRequest, .invalidField,
            .unknownModel,
            .remoteContent, .unavailable, .internalError, .limitReached:
            self.init(status, code, message)
        }
    }

    package init(_ error: RoutingError) {
        switch error {
        case .ownKeyNotUsed: self.init(.unprocessableContent, "own_key_not_used", "\(error)")
        case .assemblyAIKeyMissing: self.init(.serviceUnavailable, "missing_assemblyai_api_key", "\(error)")
        case .noEngine: self.init(.serviceUnavailable, "no_usable_batch_provider", "\(error)")
        }
    }

    package init(_ error: StoreError) {
        let (status, code, message) = error.plain
        self.init(status, code, message, retryAfter: error.retryAfter)
    }

    /// Makes the error for an engine's failure. The vendor's own text stays in the log.
    ///
    /// - Parameter request: the request's id in the log; nil: none.
    package init(_ failure: ProviderError, request: String?) {
        let code = failure.code.rawValue
        let status: HTTPStatus =
            switch failure.code {
            // The request causes these failures, and would fail again.
            case .audioNotUsable, .unsupportedLanguage: .unprocessableContent
            // The caller's own key and account are a part of the request too.
            case .keyRejected, .quotaExhausted: failure.status.code < 500 ? failure.status : .internalServerError
            // Clients of these routes retry after a status of 5xx, and 500 is the one that they know.
            case .rateLimited, .failure, .timeout: .internalServerError
            case .interrupted: .serviceUnavailable
            }
        let why = failure.payer == .user && (failure.code == .keyRejected || failure.code == .quotaExhausted) ? ": \(failure.error.told)" : ""
        self.init(status, code, "Transcription failed: \(code)\(why)\(request.map { " (request \($0))" } ?? "")")
        provider = failure.provider
    }

    package static let notFound = ChunkedRecordingError(.notFound, "conversation_not_found", "Conversation not found")

    /// Runs `body` and converts its error.
    package static func heard<Value>(_ body: () async throws(RequestError) -> Value) async throws(ChunkedRecordingError) -> Value {
        do throws(RequestError) { return try await body() } catch { throw ChunkedRecordingError(error) }
    }

    /// Returns the store's answer. Throws an error when the store fails.
    package static func stored<Value>(_ body: () async throws(StoreError) -> Value) async throws(ChunkedRecordingError) -> Value {
        do throws(StoreError) { return try await body() } catch { throw ChunkedRecordingError(error) }
    }

    package var response: ErrorResponse {
        var json = JSONWriter()
        json.beginObject()
        // This is the quota of the gateway's user, not of a vendor's account.
        if status == .paymentRequired, provider == nil {
            json.member("error", "quota_exceeded")
            json.member("plan_type", "basic")
        }
        json.member("detail", detail)
        json.member("code", code)
        if let provider { json.member("provider", provider.rawValue) }
        json.endObject()
        var headers: HTTPHeaders = ["Content-Type": "application/json"]
        headers.setRetryAfter(retryAfter)
        return ErrorResponse(status: status, headers: headers, body: json.bytes)
    }
}
