package import Speech

/// A caller who was let in, and what its credential says about its sessions.
package struct AuthenticatedCaller: Sendable, Equatable {
    package var caller: Caller
    /// The longest session that it opens; nil: as long as any.
    package var sessionLimit: Duration?
    /// Settings of the caller's sessions, in the words of their dialect; empty: the clients' own settings apply.
    package var settings: [UInt8]
    /// True if a token of this gateway was shown, and not the key or user's token that the token stands for.
    package var isByToken: Bool

    package init(_ caller: Caller, sessionLimit: Duration? = nil, settings: [UInt8] = [], isByToken: Bool = false) {
        self.caller = caller
        self.sessionLimit = sessionLimit
        self.settings = settings
        self.isByToken = isByToken
    }

    /// The user whose data the caller makes and finds.
    package var user: ID<User> { caller.user }
}
