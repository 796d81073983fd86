package import Conversations
package import Speech

/// That a live session speaks in a conversation, and from where on: for what is found out of the session after its end.
package struct SessionPart: Sendable, Equatable {
    package var session: ID<Session>
    package var conversation: ID<Conversation>
    /// Since the session's start.
    package var begins: Duration
    /// What is added to the session's time to make it the conversation's; nil as long as nothing was said.
    package var shift: Duration?

    package init(session: ID<Session>, conversation: ID<Conversation>, begins: Duration, shift: Duration? = nil) {
        self.session = session
        self.conversation = conversation
        self.begins = begins
        self.shift = shift
    }
}
