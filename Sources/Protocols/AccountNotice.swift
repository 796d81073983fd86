/// A change of the paying key's state, which the session's dialect reports to the client.
package enum AccountNotice: Sendable, Equatable {
    /// The balance fell to a threshold that the operator set. `remaining` is the audio that the balance still pays for.
    case low(remaining: Duration)
    /// The balance is used up: the audio received so far becomes final, then the session ends with `EngineError.quotaExhausted`.
    case exhausted
    /// The key was revoked or has expired: the session ends at once with `EngineError.unauthorized`.
    case revoked
}
