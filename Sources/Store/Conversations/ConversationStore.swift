package import Conversations
package import Speech

/// Where conversations, people and voices are kept.
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

    /// What of all users' sessions is to be known no more; of one session, when it is named.
    func forgottenSpeech(of session: ID<Session>?) async throws(StoreError) -> [ForgottenSpeech]

    /// Does not keep any longer what was to be forgotten before `time`: nothing is there any more that says it.
    func pruneForgottenSpeech(before time: UnixTime) async throws(StoreError)

    /// Waits until deleted words and files are gone from the disk. That happens by itself, too.
    func settle() async throws(StoreError)

    // MARK: People

    /// In order of their names.
    func people(of user: ID<User>) async throws(StoreError) -> [Person]

    /// - Parameter reusing: a person whose name differs in case only is returned instead of a second one of the name.
    func add(_ person: Person, reusing: Bool, of user: ID<User>) async throws(StoreError) -> Person

    func rename(_ person: ID<Person>, to name: String, of user: ID<User>) async throws(StoreError) -> Bool

    /// What is `person`'s becomes `other`'s: segments, voices, samples. `person` is gone.
    func merge(_ person: ID<Person>, into other: ID<Person>, of user: ID<User>) async throws(StoreError) -> Bool

    /// Delete a person with their voices and samples. What the person said stays, without a name.
    func delete(_ person: ID<Person>, of user: ID<User>) async throws(StoreError) -> Bool

    // MARK: Voices

    /// In order of their numbers.
    func voices(of user: ID<User>) async throws(StoreError) -> [Voice]

    /// Keeps a new voice under the user's next number.
    func add(_ voice: NewVoice, of user: ID<User>) async throws(StoreError) -> Voice

    /// - Parameter evidence: speech that the voiceprint is made of, in all.
    func setVoiceprint(_ voiceprint: Voiceprint, evidence: Duration, of voice: ID<Voice>, of user: ID<User>) async throws(StoreError) -> Bool

    /// Says whose voice it is: every segment of it is that one's, in the past too, but for those that were assigned by hand.
    ///
    /// - Returns: false when the voice or the person is not there.
    func setOwner(_ owner: Voice.Owner, of voice: ID<Voice>, of user: ID<User>) async throws(StoreError) -> Bool

    /// The first voice is the second one: segments of both are the second one's, and the first is listed no more. `ID`s of the first still mean
    /// the second where they are written.
    func merge(_ voice: ID<Voice>, into other: ID<Voice>, of user: ID<User>) async throws(StoreError) -> Bool

    /// Forgets a voice. What it said stays, of nobody.
    func delete(_ voice: ID<Voice>, of user: ID<User>) async throws(StoreError) -> Bool

    /// Keeps what was learned of a person's voice: the sample, and the voice if it makes one.
    ///
    /// - Returns: false, and nothing is kept, when one of the segments is not (any more) the person's by a hand, or was learned from before.
    func learn(_ lesson: VoiceLesson, of user: ID<User>) async throws(StoreError) -> Bool

    /// Whether something was learned of the person's voice from the conversation.
    func hasLearned(_ person: ID<Person>, from conversation: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> Bool

    /// Who speaks by a hand in a completed conversation, for so long in all, and of whose voice nothing was learned from it though its audio is kept. Of
    /// all users, the newest conversations first.
    func untaught(speaking least: Duration, limit: Int) async throws(StoreError) -> [UntaughtVoice]

    /// A number that grows with every change of the user's people, voices and samples, made by whatever replica.
    func revision(of user: ID<User>) async throws(StoreError) -> Int64

    /// Calls `changed`, on any thread, after each such change that is made through this store, until what is returned is gone.
    func watch(_ user: ID<User>, _ changed: @escaping @Sendable () -> Void) -> RevisionWatch

    // MARK: Windows

    /// Keeps the windows of a conversation, in place of those that it has. None are kept of a conversation that has changed by hand since: see
    /// `withoutWindows`.
    ///
    /// - Returns: false when the conversation or one of the segments is not there (any more).
    func setWindows(_ windows: [TextWindow], model: String, of conversation: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> Bool

    /// Completed conversations of all users that have no windows of this model, the newest first, without segments.
    func withoutWindows(model: String, limit: Int) async throws(StoreError) -> [Conversation]

    // MARK: Audio

    /// Notes a file that holds audio of a conversation. The file is the store's from then on.
    ///
    /// - Returns: false when the conversation is not there: then the file is the caller's to delete.
    func add(_ audio: StoredAudio, to conversation: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> Bool

    /// In order of start; nothing of which a part is another conversation's.
    func audio(of conversation: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> [StoredAudio]

    /// Files that two parts of a conversation had in common when it was split, and that are to be cut.
    func uncutAudio() async throws(StoreError) -> [UncutAudio]

    /// Takes the part of a file for the whole, which goes when no other conversation needs it.
    ///
    /// - Parameter part: nil: nothing is in it.
    /// - Returns: false when the conversation is not there any more, or something else is to be cut by now: then the file is the caller's to delete.
    func cut(_ uncut: UncutAudio, to part: StoredAudio?) async throws(StoreError) -> Bool

    /// Deletes the audio that was made before `time`, of conversations that are over.
    ///
    /// - Returns: how many files.
    func removeAudio(before time: UnixTime, of user: ID<User>) async throws(StoreError) -> Int

    /// Users who have audio that was made before `time`, in no order.
    func usersWithAudio(before time: UnixTime) async throws(StoreError) -> [ID<User>]

    // MARK: Samples

    /// The oldest first.
    func samples(of owner: Voice.Owner, of user: ID<User>) async throws(StoreError) -> [SpeechSample]

    /// - Returns: false when the owner is nobody, or not there.
    func add(_ sample: SpeechSample, of user: ID<User>) async throws(StoreError) -> Bool

    func delete(_ sample: ID<SpeechSample>, of user: ID<User>) async throws(StoreError) -> Bool

    // MARK: Settings

    func settings(of user: ID<User>) async throws(StoreError) -> [String: String]

    /// - Parameter value: nil: as if it had never been set.
    func set(_ name: String, to value: String?, of user: ID<User>) async throws(StoreError)

    /// Users with a value of this setting, in no order. For work that goes through all of them.
    func users(with setting: String) async throws(StoreError) -> [ID<User>]

    /// In order of their names.
    func providerKeys(of user: ID<User>) async throws(StoreError) -> [ProviderKey]

    func set(_ key: ProviderKey, of user: ID<User>) async throws(StoreError)

    func removeProviderKey(_ provider: EngineName, of user: ID<User>) async throws(StoreError) -> Bool
}
