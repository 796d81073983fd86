package import Conversations
package import Speech

/// The store of conversations: their segments, and what finds them.
///
/// Every method takes the user whose rows it reads or changes; nobody else's can be reached through it. A name (`ID`) that the user has nothing of
/// is answered with nil or false, and never tells whether another user has something of it. Methods that change something return when it is
/// stored, all of it or nothing. Texts and numbers beyond `ConversationLimits` are refused as `StoreError.tooMuch`.
package protocol ConversationStore: Sendable {
    // MARK: While a conversation is live

    /// Keeps a new conversation, with its segments.
    ///
    /// - Returns: false when the user has one of this id already; nothing is changed then.
    func begin(_ conversation: Conversation) async throws(StoreError) -> Bool

    /// The user's newest conversation in progress of this source and device, with its segments.
    func inProgress(of user: ID<User>, source: String, device: String?) async throws(StoreError) -> Conversation?

    /// Stores what has changed, together with what finds it.
    ///
    /// - Returns: false when the conversation is not there (any more), or is over and the update is for one that is not.
    func write(_ update: ConversationUpdate, of user: ID<User>) async throws(StoreError) -> Bool

    /// Keeps that a session speaks in a conversation; what was kept of both before is replaced.
    ///
    /// - Returns: false when the conversation is not there.
    func join(_ part: SessionPart, of user: ID<User>) async throws(StoreError) -> Bool

    /// How a conversation stands; nil: it is not there.
    func status(of conversation: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> Conversation.Status?

    /// Takes away a conversation in which nothing was said. What its sessions say yet is not forgotten for that.
    ///
    /// - Returns: false when it is not there, or something is in it.
    func discard(_ id: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> Bool

    /// In which conversations a session has spoken, in its order.
    func parts(of session: ID<Session>, of user: ID<User>) async throws(StoreError) -> [SessionPart]

    /// Conversations of all users that have had this status since before `time`, those first that have had it longest, without segments. For
    /// recovery at a start.
    func standing(_ status: Conversation.Status, since time: UnixTime, limit: Int) async throws(StoreError) -> [Conversation]

    /// The user's newest completed conversation.
    func lastCompleted(of user: ID<User>) async throws(StoreError) -> ID<Conversation>?

    // MARK: Reading

    /// With its segments and words.
    func conversation(_ id: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> Conversation?

    /// A page of the user's conversations, the newest first, without segments.
    func list(_ query: ConversationQuery, of user: ID<User>) async throws(StoreError) -> ConversationPage

    // MARK: Search

    /// Finds segments by their words, by what they mean, or by both.
    ///
    /// All words and phrases of the query count; when too few segments have all of them, those that have some follow. Segments that are found by
    /// their meaning are found by the windows that they are in: see `setWindows`.
    /// - Parameter embedding: in the space of whose model the windows are compared; nil, or one that fails: words only.
    func search(_ query: SearchQuery, embedding: (any TextEmbedding)?, of user: ID<User>) async throws(StoreError) -> SearchPage

    // MARK: Editing by hand

    /// The words' times are dropped with the words. Automation does not change the text again.
    ///
    /// - Returns: the segment as it is now.
    func setText(_ text: String, of segment: ID<Segment>, in conversation: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> Segment?

    /// Says by hand who speaks segments. Automation does not change that again. What was learned of somebody else's voice from them is forgotten.
    ///
    /// - Parameter namingVoices: they are all that a speaker says: the speaker's voice gets this name too if it has none yet, or had it from a hand
    ///   by these segments.
    /// - Returns: the segments as they are now, in order; nil when the conversation or the person is not there. Segments that are not there are
    ///   left out.
    func assign(
        _ segments: [ID<Segment>], in conversation: ID<Conversation>, to owner: Voice.Owner, namingVoices: Bool, of user: ID<User>
    ) async throws(StoreError) -> [Segment]?

    /// Puts one conversation into another, each segment at its time of day. Speakers are joined where their voices are the same.
    ///
    /// - Returns: the whole, under the id of `other`; nil when one of them is not there.
    /// - Throws: `StoreError.conflict` while one of them is still being recorded or completed.
    func merge(_ id: ID<Conversation>, into other: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> Conversation?

    /// Parts a conversation in two: `segment` and what begins after it become another conversation, under the id `new`.
    ///
    /// - Returns: both parts; nil when the conversation or the segment is not there.
    /// - Throws: `StoreError.conflict` while it is still being recorded or completed, when `segment` is its first one, and when `new` is taken.
    func split(
        _ id: ID<Conversation>, at segment: ID<Segment>, new: ID<Conversation>, of user: ID<User>
    ) async throws(StoreError) -> (earlier: Conversation, later: Conversation)?

    /// Deletes a conversation: segments, what finds them, vectors and audio; what its sessions said in it is noted as `forgottenSpeech`. Nothing returns
    /// any of it from then on; when `settle` returns, no byte of it is left in the store's files either.
    func delete(_ id: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> Bool

    // MARK: Windows

    /// Keeps the windows of a conversation, in place of those that it has. None are kept of a conversation that has changed by hand since: see
    /// `withoutWindows`.
    ///
    /// - Returns: false when the conversation or one of the segments is not there (any more).
    func setWindows(_ windows: [TextWindow], model: String, of conversation: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> Bool

    /// Completed conversations of all users that have no windows of this model, the newest first, without segments.
    func withoutWindows(model: String, limit: Int) async throws(StoreError) -> [Conversation]
}

/// The stores of conversations, of the people in them, and of the users.
package typealias ConversationStores = ConversationStore & PeopleStore & VoiceStore & ConversationAudioCatalog & UserSettingsStore & RetentionStore
