package import Conversations
package import Speech

/// The selection of conversations for a list.
package struct ConversationQuery: Sendable, Equatable {
    /// Earliest start of the conversations; nil for no limit.
    package var from: UnixTime?
    /// Time before which the conversations began; nil for no limit.
    package var to: UnixTime?
    /// Speaker who speaks in the conversations; `nobody` for any speaker.
    package var speaker: Voice.Owner
    /// Value of `ConversationPage.next` of the previous page; nil to begin with the newest conversation.
    package var cursor: String?
    /// Maximum number of conversations on the page: 1…`ConversationLimits.page`. A value outside is replaced by the nearest one inside.
    package var limit: Int
    /// True to select only conversations with a gap: a time whose audio was not recognised, in a session that is over. Sessions whose transcripts are
    /// gone, or were stored before gaps were noted, have none.
    package var hasGaps: Bool
    /// Statuses of the conversations; empty for all conversations that are not discarded.
    package var statuses: Set<Conversation.Status>

    package init(
        from: UnixTime? = nil, to: UnixTime? = nil, speaker: Voice.Owner = .nobody, cursor: String? = nil, limit: Int = 20,
        hasGaps: Bool = false, statuses: Set<Conversation.Status> = []
    ) {
        self.from = from
        self.to = to
        self.speaker = speaker
        self.cursor = cursor
        self.limit = limit
        self.hasGaps = hasGaps
        self.statuses = statuses
    }
}

package struct ConversationPage: Sendable, Equatable {
    /// Conversations of the page, without their segments.
    package var conversations: [Conversation]
    /// Cursor for the next page; nil when this page is the last.
    package var next: String?
    /// Length of each conversation: the end of its last segment. A conversation without segments has none.
    package var lengths: [ID<Conversation>: Duration]

    package init(conversations: [Conversation], next: String?, lengths: [ID<Conversation>: Duration] = [:]) {
        self.lengths = lengths
        self.conversations = conversations
        self.next = next
    }
}
