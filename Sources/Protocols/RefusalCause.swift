package import Speech

/// Why the gateway will not do what a request asks. Each dialect says it in its own words.
package enum RefusalCause: Error, Sendable, Equatable {
    /// No credential, or one that is unknown, expired or revoked.
    case unauthenticated
    /// A known caller who may not do this. Says what is missing.
    case forbidden(String)
    /// A key of the caller's own at a vendor is another one than they enrolled. Says which.
    case otherKey(String)
    case outOfCredit
    /// A limit of the user's or the key's day or month is used up. Says which, and until when.
    case limitReached(String)
    case tooManyRequests(retryAfter: Duration?)
    case notFound(String)
    case methodNotAllowed(allowed: String)
    /// The body is longer than `limit` bytes; `received` were read, or announced.
    case tooLarge(limit: Int, received: Int)
    /// The upload broke off.
    case incompleteBody
    /// Says what is wrong and what to change.
    case badRequest(String)
    /// No engine has this language. Says what can be done.
    case unsupportedLanguage(LanguageTag, String)
    /// No model of this name.
    case unknownModel(String)
    /// A URL that the caller gave could not be fetched. Says why.
    case remoteContent(String)
    /// Draining, overloaded, or without an engine for this. Says which.
    case unavailable(String)
    /// An engine did not recognise it.
    ///
    /// - Parameters:
    ///   - by: the engine; nil: none was asked.
    ///   - payer: whose key was shown to it.
    case engine(EngineError, by: EngineName? = nil, payer: BillingParty = .operator)
    /// Our own fault.
    case internalFault
}
