package import Speech

/// An admitted caller, with the limits and settings that the caller's credential sets for sessions.
package struct AuthenticatedCaller: Sendable, Equatable {
    package var caller: Caller
    /// Maximum duration of the caller's sessions; nil when the credential sets none.
    package var sessionLimit: Duration?
    /// Settings of the caller's sessions, in the words of their dialect; empty: the clients' own settings apply.
    package var settings: [UInt8]
    /// True if the caller showed a temporary token of this gateway, in place of the key or user token behind it.
    package var isByToken: Bool
    /// The only live session that the caller may have, and resumes; nil when the credential opens new ones.
    package var resumes: ID<Session>?

    package init(
        _ caller: Caller, sessionLimit: Duration? = nil, settings: [UInt8] = [], isByToken: Bool = false, resumes: ID<Session>? = nil
    ) {
        self.caller = caller
        self.sessionLimit = sessionLimit
        self.settings = settings
        self.isByToken = isByToken
        self.resumes = resumes
    }

    /// The user who owns the data that the caller reads and writes.
    package var user: ID<User> { caller.user }
}
