package import Conversations
package import Speech

/// The changes of a conversation. A property that is nil does not change.
///
/// A segment whose speaker was found by voiceprint names the voice (`.voice`), even when the voice has an owner. A later read returns the owner that
/// the voice has by then. A segment that names the owner instead, by voiceprint, is stored as said by a voice of that owner.
package struct ConversationUpdate: Sendable, Equatable {
    package var conversation: ID<Conversation>
    /// New segments, and changed ones, each complete. A speaker that was assigned by hand, and a text that was edited by hand, stay unchanged unless
    /// the update is by hand too.
    package var changed: [Segment]
    package var removed: [ID<Segment>]
    package var status: Conversation.Status?
    package var started: UnixTime?
    package var finished: UnixTime?
    package var language: LanguageTag?
    package var title: String?
    package var summary: String?
    package var findings: ConversationFindings?
    package var finalizationReason: String?
    /// Time by which the conversation begins earlier than before. Everything in the conversation moves later by the same time.
    package var movesBack = Duration.zero
    /// The part of a session that has its first words with the update, with its shift. A shift that is known stays. nil: no part gets its shift.
    package var placed: SessionPart?
    /// True if the update is stored only while the conversation is in progress.
    package var isLive = false
    /// The part of a live session that says the words, by its id in `OpenLiveSession`; nil when no other gateway can take the session over.
    package var part: ID<Session>?
    /// True if a person wrote the title: automation does not change it. The title is stored in one line.
    /// With a blank title the person gives their title up, and one is made of the words.
    package var isTitledByHand = false
    /// Id of a delivery to the user's webhook. The store adds the delivery together with the update if the update completes the conversation. nil: the
    /// user has no webhook for finished conversations.
    package var delivery: ID<WebhookDelivery>?

    package init(
        _ conversation: ID<Conversation>, changed: [Segment] = [], removed: [ID<Segment>] = [], status: Conversation.Status? = nil,
        started: UnixTime? = nil, finished: UnixTime? = nil, language: LanguageTag? = nil, title: String? = nil, summary: String? = nil,
        findings: ConversationFindings? = nil, finalizationReason: String? = nil, isLive: Bool = false
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
        self.findings = findings
        self.finalizationReason = finalizationReason
    }

    /// Joins a later change of a live conversation to this one.
    ///
    /// - Returns: false when the two must be stored one after the other.
    package mutating func join(_ later: ConversationUpdate) -> Bool {
        var words = later
        (words.changed, words.removed, words.started, words.finished, words.finalizationReason) = ([], [], nil, nil, nil)
        // Only words and the times around them are joined.
        guard conversation == later.conversation, isLive, part == later.part, movesBack == .zero,
            words == ConversationUpdate(conversation, part: part)
        else { return false }
        let gone = Set(later.removed)
        changed.removeAll { gone.contains($0.id) }
        removed += later.removed
        var places = Dictionary(changed.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { $1 })
        for segment in later.changed {
            if let place = places[segment.id] {
                changed[place] = segment
            } else {
                places[segment.id] = changed.count
                changed.append(segment)
            }
        }
        started = later.started ?? started
        finished = later.finished ?? finished
        finalizationReason = later.finalizationReason ?? finalizationReason
        return true
    }

    private init(_ conversation: ID<Conversation>, part: ID<Session>?) {
        self.init(conversation, isLive: true)
        self.part = part
    }
}
