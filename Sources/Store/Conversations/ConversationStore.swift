package import Conversations
package import Speech

/// The store of conversations: their segments, and the indexes that searches use.
///
/// Every method takes the user whose rows the method reads or changes; rows of other users cannot be reached. For an `ID` that the user does not
/// have, methods return nil or false; the answer never tells whether another user has it. A method that changes something returns when the whole
/// change is stored; a change that fails is not stored at all. Texts and numbers beyond `ConversationLimits` throw `StoreError.tooMuch`.
package protocol ConversationStore: Sendable {
    // MARK: While a conversation is live

    /// Stores a new conversation with its segments.
    ///
    /// - Returns: false when the user has a conversation with this id already; nothing is changed then.
    func begin(_ conversation: Conversation) async throws(StoreError) -> Bool

    /// Returns the user's newest conversation in progress from this source and device, with its segments.
    func inProgress(of user: ID<User>, source: String, device: String?) async throws(StoreError) -> Conversation?

    /// Stores the changes of a conversation, and updates the indexes for searches.
    ///
    /// - Returns: false when the conversation does not exist, or when the conversation is over and the update is for a conversation in progress.
    /// - Throws: `StoreError.conflict` when another gateway has taken over the session that says the words. Nothing is changed then.
    func write(_ update: ConversationUpdate, of user: ID<User>) async throws(StoreError) -> Bool

    /// Stores that a session speaks in a conversation. An earlier record of the same session and conversation is replaced.
    ///
    /// - Returns: false when the conversation does not exist.
    func join(_ part: SessionPart, of user: ID<User>) async throws(StoreError) -> Bool

    /// Returns the status of a conversation; nil when the conversation does not exist.
    func status(of conversation: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> Conversation.Status?

    /// Deletes a conversation that has no segments. Words that the conversation's sessions still produce are not forgotten.
    ///
    /// - Returns: false when the conversation does not exist or has segments.
    func discard(_ id: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> Bool

    /// Returns the parts of a session that belong to conversations, in the order of the session.
    func parts(of session: ID<Session>, of user: ID<User>) async throws(StoreError) -> [SessionPart]

    /// Returns the conversations of all users that have had this status since before `time`, without segments, the longest-standing first. Used for
    /// recovery at a start. Conversations of other gateways that live are left out.
    func standing(_ status: Conversation.Status, since time: UnixTime, limit: Int) async throws(StoreError) -> [StandingConversation]

    /// Returns false if another gateway that lives has the conversation: a session there has spoken in it last.
    func mayTakeUp(_ conversation: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> Bool

    /// Returns the user's newest completed conversation.
    func lastCompleted(of user: ID<User>) async throws(StoreError) -> ID<Conversation>?

    // MARK: Reading

    /// Returns a conversation with its segments and words.
    func conversation(_ id: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> Conversation?

    /// Returns a conversation without its segments, and the places of the segments, in order of start.
    func places(
        in conversation: ID<Conversation>, of user: ID<User>
    ) async throws(StoreError) -> (conversation: Conversation, places: [SegmentPlace])?

    /// Returns a page of a conversation's segments, with their words; nil when the conversation does not exist.
    func segments(_ query: SegmentQuery, in conversation: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> SegmentPage?

    /// Returns some segments of a conversation, with their words, in order of start; nil when the conversation does not exist. Segments that do not
    /// exist are left out.
    func segments(_ ids: [ID<Segment>], in conversation: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> [Segment]?

    /// Returns a page of the user's conversations, the newest first, without segments.
    func list(_ query: ConversationQuery, of user: ID<User>) async throws(StoreError) -> ConversationPage

    /// Returns these conversations as a list has them, in this order; conversations that do not exist are left out.
    func listed(_ conversations: [ID<Conversation>], of user: ID<User>) async throws(StoreError) -> ConversationPage

    /// Returns who speaks when in conversations, by their ids; conversations that do not exist are left out.
    func outlines(of conversations: [ID<Conversation>], of user: ID<User>) async throws(StoreError) -> [ID<Conversation>: ConversationOutline]

    /// Returns the times in which live sessions speak in a conversation, in the order of the sessions' ids and of time.
    func sessions(in conversation: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> [SessionSpan]

    // MARK: Search

    /// Finds segments by their words, by what they mean, or by both.
    ///
    /// Segments that have all words and phrases of the query come first; when these are too few, segments that have some of the words follow.
    /// Segments are found by their meaning through the windows that contain them: see `setWindows`.
    /// - Parameter embedding: model whose windows are compared with the query; nil to search by words only. A search whose embedding fails also uses
    ///   words only.
    func search(_ query: SearchQuery, embedding: (any TextEmbedding)?, of user: ID<User>) async throws(StoreError) -> SearchPage

    // MARK: Editing by hand

    /// Sets the text of a segment by hand: see `Segment.edited`. Automation does not change the text again, and what was said in the segment becomes
    /// `forgottenSpeech`. A text that is there already changes nothing.
    ///
    /// - Returns: the changed segment.
    func setText(_ text: String, of segment: ID<Segment>, in conversation: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> Segment?

    /// Redacts the words of a conversation that were said in `range`: see `Segment.redacting`. The speech of all channels in that time becomes
    /// `forgottenSpeech`. Title and summary are made again, except a title that the user wrote. The audio is not changed: see `replace`.
    ///
    /// - Returns: the segments that were changed, in order; nil when the conversation does not exist.
    /// - Throws: `StoreError.conflict` while the conversation is still being recorded or completed.
    func redact(_ range: Range<Duration>, in conversation: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> [Segment]?

    /// Sets the speaker of segments by hand. Automation does not change that speaker again. What was learned of another person's voice from the
    /// segments is forgotten.
    ///
    /// Many segments get the speaker in parts, between which other writes come. All have the speaker when the method returns. After a crash, the next
    /// start carries out the parts that are left.
    ///
    /// - Parameter namingVoices: true if `segments` are all segments of a speaker. The speaker's voice then gets this name too, if the voice has no
    ///   name, or has its name from an assignment of these segments by hand.
    /// - Returns: the changed segments, in order, without segments that do not exist, and what they and their voices were before, in the same order;
    ///   nil when the conversation or the person does not exist. `former` is nil when another process has carried out a part: such an assignment
    ///   cannot be taken back.
    func assign(
        _ segments: [ID<Segment>], in conversation: ID<Conversation>, to owner: Voice.Owner, namingVoices: Bool, of user: ID<User>
    ) async throws(StoreError) -> (segments: [Segment], former: FormerSpeakers?)?

    /// Takes assignments by hand back: segments get their former speakers, and a former guess counts as a guess. A segment whose former person or
    /// voice was forgotten meanwhile, or whose person was merged into another one, has no speaker. What was learned from a segment that is not
    /// assigned to that person by hand any more is forgotten.
    ///
    /// Many segments get their speakers back in parts, as with `assign`. All voices get their owners back with the first part.
    ///
    /// - Parameter owners: the owners that voices get back. A voice whose former owner is gone has no owner. Voices that were forgotten or merged
    ///   meanwhile are left out.
    /// - Returns: false when the conversation does not exist. Segments that do not exist are left out.
    func restore(
        _ speakers: [FormerSpeaker], owners: [FormerOwner], in conversation: ID<Conversation>, of user: ID<User>
    ) async throws(StoreError) -> Bool

    /// Merges a conversation into another one, each segment at its time of day. Speakers with the same voice become one speaker.
    ///
    /// - Returns: the merged conversation, under the id of `other`; nil when one of the two does not exist.
    /// - Throws: `StoreError.conflict` while one of the two is still being recorded or completed.
    func merge(_ id: ID<Conversation>, into other: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> Conversation?

    /// Splits a conversation: `segment` and all later segments become another conversation, with the id `new`.
    ///
    /// - Returns: both conversations; nil when the conversation or the segment does not exist.
    /// - Throws: `StoreError.conflict` while the conversation is still being recorded or completed, when `segment` is its first segment, and when
    ///   `new` is taken.
    func split(
        _ id: ID<Conversation>, at segment: ID<Segment>, new: ID<Conversation>, of user: ID<User>
    ) async throws(StoreError) -> (earlier: Conversation, later: Conversation)?

    /// Deletes a conversation for good: segments, search indexes, vectors and audio, and voices without an owner that speak nowhere else. The words that
    /// its sessions said in it become `forgottenSpeech`. No method returns any of it from then on. When `settle` returns, the store's files hold no byte
    /// of it either. A conversation that was deleted and can be restored is deleted for good too: see `DeletedConversationStore`.
    func delete(_ id: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> Bool

    // MARK: Windows

    /// Stores the windows of a conversation in place of its earlier windows. Stores none if the conversation was changed by hand meanwhile: see
    /// `withoutWindows`.
    ///
    /// - Returns: false when the conversation or one of the segments does not exist.
    func setWindows(_ windows: [TextWindow], model: String, of conversation: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> Bool

    /// Returns completed conversations of all users that have no windows of this model, the newest first, without segments.
    func withoutWindows(model: String, limit: Int) async throws(StoreError) -> [Conversation]
}

/// The stores of conversations, of the people in them, and of the users.
package typealias ConversationStores = ConversationStore & PeopleStore & VoiceStore & ConversationAudioCatalog & UserSettingsStore & RetentionStore
    & SessionGapStore & UserDeletionStore & WebhookDeliveryStore & PortableDataStore & DeletedConversationStore & StoredUserList
