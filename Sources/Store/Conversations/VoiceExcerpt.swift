package import Conversations
package import Speech

/// A place in a conversation where a voice is heard, and whose audio is kept.
package struct VoiceExcerpt: Sendable, Equatable {
    package var conversation: ID<Conversation>
    package var segment: ID<Segment>
    /// Start and end, as times since the conversation's start.
    package var start: Duration
    package var end: Duration
    package var text: String
}
