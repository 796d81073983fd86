package import Speech

/// The time in which a live session speaks in a conversation.
package struct SessionSpan: Sendable, Equatable {
    package var session: ID<Session>
    /// Beginning, as time since the session's start.
    package var begins: Duration
    /// End, as time since the session's start; nil: to the session's end.
    package var ends: Duration?
    /// Time that is added to a time in the session to get the time in the conversation; nil until somebody has spoken.
    package var shift: Duration?

    package init(session: ID<Session>, begins: Duration, ends: Duration?, shift: Duration?) {
        self.session = session
        self.begins = begins
        self.ends = ends
        self.shift = shift
    }
}
