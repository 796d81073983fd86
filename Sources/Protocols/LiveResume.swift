package import Speech

/// The request of a client that lost its connection to a session and wants to continue the session.
package struct LiveResume: Sendable, Equatable {
    package var session: ID<Session>
    /// Start of the client's next audio, on the session's timeline.
    package var start: SampleIndex
    /// Number of the session's messages that the client has seen.
    package var seen: Int
    /// Start of the audio that the client still has, on the session's timeline; nil: it has none before `start`.
    package var kept: SampleIndex?

    package init(session: ID<Session>, start: SampleIndex, seen: Int, kept: SampleIndex? = nil) {
        self.session = session
        self.start = start
        self.seen = seen
        self.kept = kept
    }
}

/// The reason why a client cannot continue its session.
package enum ResumeError: Sendable, Equatable {
    /// The session is over or never existed. `received`: length of its audio that the gateway recognizes, where an earlier run of the gateway had the
    /// session; nil: unknown.
    case expired(received: Duration? = nil)
    /// The request is not possible; the text says why.
    case rejected(String)
}
