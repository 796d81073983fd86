package import Speech

/// What a client asks for that lost its connection to a session and goes on with it.
package struct LiveResume: Sendable, Equatable {
    package enum Failure: Sendable, Equatable {
        /// The session is over, or there never was one of this name.
        case expired
        /// What it asks for cannot be. Says why.
        case refused(String)
    }

    package var session: ID<Session>
    /// Where its audio goes on, on the session's timeline.
    package var start: SampleIndex
    /// How many of the session's messages it has seen.
    package var seen: Int

    package init(session: ID<Session>, start: SampleIndex, seen: Int) {
        self.session = session
        self.start = start
        self.seen = seen
    }
}
