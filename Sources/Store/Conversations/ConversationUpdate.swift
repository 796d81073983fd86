package import Conversations
package import Speech

/// What has changed in a conversation. nil is: as it was.
///
/// A segment whose speaker was found by voiceprint names the voice (`.voice`), also when the voice has an owner: read again it is the owner's, whoever
/// that is then. One that names the owner instead, by voiceprint, is taken to be said by a voice of that owner.
package struct ConversationUpdate: Sendable, Equatable {
    package var conversation: ID<Conversation>
    /// New segments, and known ones as they are now, each whole. Who speaks one that was assigned by hand stays as it is, unless this is by hand too;
    /// so does a text that was edited.
    package var changed: [Segment]
    package var removed: [ID<Segment>]
    package var status: Conversation.Status?
    package var started: UnixTime?
    package var finished: UnixTime?
    package var language: LanguageTag?
    package var title: String?
    package var summary: String?
    package var finalizationReason: String?
    /// The conversation begins so much earlier than it did, and all that there is of it lies so much later in it.
    package var movesBack = Duration.zero
    /// Nothing is stored of it unless the conversation is in progress.
    package var isLive = false
    /// The title was written by somebody: no machine changes it.
    package var isTitledByHand = false

    package init(
        _ conversation: ID<Conversation>, changed: [Segment] = [], removed: [ID<Segment>] = [], status: Conversation.Status? = nil,
        started: UnixTime? = nil, finished: UnixTime? = nil, language: LanguageTag? = nil, title: String? = nil, summary: String? = nil,
        finalizationReason: String? = nil, isLive: Bool = false
    ) {
        self.isLive = isLive
        self.conversation = conversation
        self.changed = changed
        self.removed = removed
        self.status = status
        self.started = started
        self.finished = finished
        self.language = language
        self.title = title
        self.summary = summary
        self.finalizationReason = finalizationReason
    }
}
