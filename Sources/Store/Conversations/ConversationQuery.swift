package import Conversations
package import Speech

/// Which conversations a list is of.
package struct ConversationQuery: Sendable, Equatable {
    /// Those that began then or later.
    package var from: UnixTime?
    /// Those that began before.
    package var to: UnixTime?
    /// Those in which this one speaks; `nobody`: whoever speaks.
    package var speaker: Voice.Owner
    /// What `ConversationPage.next` was; nil: from the newest on.
    package var cursor: String?
    /// 1…`ConversationLimits.page`; what lies outside is taken as the nearest of these.
    package var limit: Int
    /// Empty: all but the discarded ones.
    package var statuses: Set<Conversation.Status>

    package init(
        from: UnixTime? = nil, to: UnixTime? = nil, speaker: Voice.Owner = .nobody, cursor: String? = nil, limit: Int = 20,
        statuses: Set<Conversation.Status> = []
    ) {
        self.from = from
        self.to = to
        self.speaker = speaker
        self.cursor = cursor
        self.limit = limit
        self.statuses = statuses
    }
}

package struct ConversationPage: Sendable, Equatable {
    /// Without segments.
    package var conversations: [Conversation]
    /// Asks for the page after this one; nil when this is the last.
    package var next: String?

    package init(conversations: [Conversation], next: String?) {
        self.conversations = conversations
        self.next = next
    }
}
