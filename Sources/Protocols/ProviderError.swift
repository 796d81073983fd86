package import Framing
package import Speech

/// A failed recognition, as reported to the caller: the engine's name, a stable code, an HTTP status and a text.
///
/// Only this type maps `EngineError` to an error for callers; each dialect writes it in its own form.
package struct ProviderError: Sendable, Equatable {
    /// The error's code, which is the same on every route and in stored jobs.
    package enum Code: String, Sendable, CaseIterable {
        case keyRejected = "provider_key_refused"
        case quotaExhausted = "provider_quota_exhausted"
        case rateLimited = "provider_rate_limited"
        /// The engine is out of service, or breaks its own protocol.
        case failure = "provider_failure"
        case timeout = "provider_timeout"
        case audioNotUsable = "audio_not_usable"
        case unsupportedLanguage = "unsupported_language"
        /// The caller interrupted the work, or the gateway ended.
        case interrupted

        package init(_ error: EngineError) {
            self =
                switch error {
                case .unauthorized: .keyRejected
                case .quotaExhausted: .quotaExhausted
                case .rateLimited: .rateLimited
                case .badRequest, .undecodable: .audioNotUsable
                case .unsupportedLanguage: .unsupportedLanguage
                case .unavailable, .protocolViolation: .failure
                case .timedOut: .timeout
                case .cancelled: .interrupted
                }
        }
    }

    package var code: Code
    /// The engine that failed; nil when no engine was asked.
    package var provider: EngineName?
    /// The error with a text that the caller may read.
    package var error: EngineError
    package var status: HTTPStatus
    package var payer: BillingParty

    /// - Parameters:
    ///   - provider: the engine that failed; nil when no engine was asked.
    ///   - payer: the owner of the key that the engine was shown. A vendor's text about the operator's key and account goes only to the operator's
    ///     log.
    package init(_ error: EngineError, by provider: EngineName?, payer: BillingParty) {
        code = Code(error)
        self.provider = provider
        self.payer = payer
        let name = provider?.rawValue ?? "The engine"
        switch (error, payer) {
        case (.unauthorized, .operator): self.error = .unauthorized("\(name) refused the gateway's key.")
        case (.quotaExhausted, .operator): self.error = .quotaExhausted("\(name) does not serve the gateway's account for now.")
        case (.unauthorized, .user): self.error = .unauthorized("\(name) refused your own key.")
        case (.quotaExhausted, .user): self.error = .quotaExhausted("Your own account with \(name) has no quota left.")
        // The places of this machine's files are for the operator only.
        case (.unavailable(let words), _) where provider == .local: self.error = .unavailable(Self.withoutFolders(words))
        case (.rateLimited, _), (.badRequest, _), (.undecodable, _), (.unsupportedLanguage, _), (.unavailable, _), (.timedOut, _),
            (.protocolViolation, _), (.cancelled, _):
            self.error = error
        }
        status =
            switch (error, payer) {
            // Not 401, which would mean that the caller's key for the gateway is wrong.
            case (.unauthorized, .user): .forbidden
            case (.quotaExhausted, .user): .paymentRequired
            case (.unauthorized, .operator), (.quotaExhausted, .operator), (.protocolViolation, _): .badGateway
            case (.rateLimited, _): .tooManyRequests
            case (.badRequest, _), (.undecodable, _), (.unsupportedLanguage, _): .badRequest
            case (.timedOut, _): .gatewayTimeout
            case (.unavailable, _), (.cancelled, _): .serviceUnavailable
            }
    }

    /// Returns a text with the names of files in place of their paths.
    private static func withoutFolders(_ text: String) -> String {
        text.split(separator: " ", omittingEmptySubsequences: false).map { word in
            word.lastIndex(of: "/").map { word[word.index(after: $0)...] } ?? word
        }.joined(separator: " ")
    }

    /// Returns the error of a failed engine; nil for any other cause.
    package init?(_ error: RequestError) {
        guard case .engine(let error, let provider, let payer) = error else { return nil }
        self.init(error, by: provider, payer: payer)
    }

    /// The error with the engine and the code after its text, for forms that carry only a text. An error without a text stays unchanged.
    package var tagged: EngineError {
        let tag = ProviderTag(self)
        return switch error {
        case .unauthorized(let words): .unauthorized(tag.following(words))
        case .quotaExhausted(let words): .quotaExhausted(tag.following(words))
        case .badRequest(let words): .badRequest(tag.following(words))
        case .undecodable(let words): .undecodable(tag.following(words))
        case .unavailable(let words): .unavailable(tag.following(words))
        case .timedOut(let words): .timedOut(tag.following(words))
        case .protocolViolation(let words): .protocolViolation(tag.following(words))
        case .rateLimited, .unsupportedLanguage, .cancelled: error
        }
    }

    /// Writes the members `provider` and `code` into an object of any dialect.
    package func writeMembers(to json: inout JSONWriter) { ProviderTag(self).writeMembers(to: &json) }
}

/// The engine and the code of an error, in the form that ends a failed job's text: `… (deepgram: provider_key_refused)`.
package struct ProviderTag: Sendable, Equatable {
    package var provider: EngineName?
    package var code: String

    package init(provider: EngineName?, code: String) {
        self.provider = provider
        self.code = code
    }

    package init(_ error: ProviderError) { self.init(provider: error.provider, code: error.code.rawValue) }

    /// Reads the tag at the end of a text; nil when there is none.
    package init?(in words: String) {
        guard words.hasSuffix(")"), let open = words.lastIndex(of: "(") else { return nil }
        let inner = words[words.index(after: open)...].dropLast()
        let parts = inner.split(separator: ":", maxSplits: 1).map { String($0.trimmingBlanks) }
        guard let code = parts.last.flatMap(ProviderError.Code.init(rawValue:)) else { return nil }
        self.init(provider: parts.count == 2 ? EngineName(parts[0]) : nil, code: code.rawValue)
    }

    /// Returns the text with this tag after it.
    package func following(_ words: String) -> String { "\(words) (\(provider.map { "\($0): " } ?? "")\(code))" }

    package func writeMembers(to json: inout JSONWriter) {
        if let provider { json.member("provider", provider.rawValue) }
        json.member("code", code)
    }
}
