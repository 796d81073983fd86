package import Speech

/// The reason for which the gateway rejects a request. Each dialect writes the error in its own form.
package enum RequestError: Error, Sendable, Equatable {
    /// The request has no credential, or one that is unknown, expired or revoked.
    case unauthenticated
    /// The caller is known but may not do this. The text says what is missing.
    case forbidden(String)
    /// The caller's own key for a vendor differs from the key that the caller enrolled. The text names it.
    case otherKey(String)
    case outOfCredit
    /// A daily or monthly limit of the user or the key is used up. The text names the limit, and the time when it ends.
    case limitReached(String)
    case tooManyRequests(retryAfter: Duration?)
    case notFound(String)
    case methodNotAllowed(allowed: String)
    /// The body is longer than `limit` bytes. `received`: bytes that were read or announced.
    case tooLarge(limit: Int, received: Int)
    /// The upload ended before its body was complete.
    case incompleteBody
    /// The request is invalid. The text says what is wrong and what to change.
    case badRequest(String)
    /// A field of the request's form is invalid. The text says what is wrong and what to change.
    case invalidField(String, name: String)
    /// No engine has this language. The text says what can be done.
    case unsupportedLanguage(LanguageTag, String)
    /// The caller's key or user does not allow the language. The text names the key or the user, and the languages that it allows.
    case languageNotAllowed(String)
    /// No model has this name.
    case unknownModel(String)
    /// A URL that the caller gave could not be fetched. The text says why.
    case remoteContent(String)
    /// The gateway is draining, overloaded, or has no engine for the request. The text says which.
    case unavailable(String)
    /// An engine did not recognize the audio.
    ///
    /// - Parameters:
    ///   - by: the engine; nil when no engine was asked.
    ///   - payer: the owner of the key that the engine was shown.
    case engine(EngineError, by: EngineName? = nil, payer: BillingParty = .operator)
    /// An error of the gateway itself.
    case internalError
}
