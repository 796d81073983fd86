package import Conversations
package import Speech

/// The record that a live session speaks in a conversation from a certain time on. Words that are recognised after the session's end find their
/// conversation by it.
package struct SessionPart: Sendable, Equatable {
    package var session: ID<Session>
    package var conversation: ID<Conversation>
    /// Beginning of the part, as time since the session's start.
    package var begins: Duration
    /// Time that is added to a time in the session to get the time in the conversation; nil until somebody has spoken.
    package var shift: Duration?

    package init(session: ID<Session>, conversation: ID<Conversation>, begins: Duration, shift: Duration? = nil) {
        self.session = session
        self.conversation = conversation
        self.begins = begins
        self.shift = shift
    }
}
