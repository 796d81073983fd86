package import Speech

/// A session that a kill of the gateway interrupted, for its client, which comes back and is told where it goes on in a new session.
package struct InterruptedSession: Sendable {
    let recovery: CrashRecovery
    let session: ID<Session>
    let user: ID<User>
    /// Time in the session at which the audio begins that the client still has; nil for a client that does not go on.
    let kept: Duration?

    package init(_ session: ID<Session>, of user: ID<User>, keptFrom kept: Duration?, recovery: CrashRecovery) {
        self.session = session
        self.user = user
        self.kept = kept
        self.recovery = recovery
    }

    /// Returns the time in the session at which the client goes on in a new one; nil when no earlier run had the session, or it belongs to another user.
    func seam() async -> Duration? { await recovery.seam(of: session, for: user, keptFrom: kept) }
}
