/// What a session's dialect is told of the key that pays for it.
package enum AccountNotice: Sendable, Equatable {
    /// The balance fell to a threshold of the operator's; this much audio is left.
    case low(remaining: Duration)
    /// Nothing is left: what was received is made final, then the session ends with `EngineError.quotaExhausted`.
    case exhausted
    /// The key was taken back, or is over: the session ends at once with `EngineError.unauthorized`.
    case revoked
}
