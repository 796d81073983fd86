package import Conversations

/// A conversation that has had its status for a while, without its segments.
package struct StandingConversation: Sendable, Equatable {
    package var conversation: Conversation
    /// True if the conversation has segments.
    package var hasWords: Bool
}
