package import Conversations
package import Speech

/// A conversation that was deleted and can be restored.
package struct DeletedConversation: Sendable, Equatable {
    package var id: ID<Conversation>
    /// Title of the conversation; nil when it had none.
    package var title: String?
    /// Start of the conversation.
    package var started: UnixTime
    /// Time from the conversation's start to the end of its last segment.
    package var duration: Duration
    /// Time of the deletion.
    package var deleted: UnixTime
    /// Time after which the conversation is deleted for good.
    package var keptUntil: UnixTime
    /// Size of the audio that is kept with it, in bytes.
    package var audioBytes: Int64

    package init(
        id: ID<Conversation>, title: String?, started: UnixTime, duration: Duration, deleted: UnixTime, keptUntil: UnixTime, audioBytes: Int64
    ) {
        self.id = id
        self.title = title
        self.started = started
        self.duration = duration
        self.deleted = deleted
        self.keptUntil = keptUntil
        self.audioBytes = audioBytes
    }
}

/// A page of deleted conversations, the last deleted first.
package struct DeletedConversationPage: Sendable, Equatable {
    package var conversations: [DeletedConversation]
    /// Cursor of the next page; nil on the last one.
    package var next: String?

    package init(conversations: [DeletedConversation] = [], next: String? = nil) {
        self.conversations = conversations
        self.next = next
    }
}

/// The result of the deletion of a conversation.
package enum ConversationDeletion: Sendable, Equatable {
    /// The conversation can be restored.
    case kept
    /// The conversation is deleted for good: no days are set, or the disk is full.
    case forGood
}
