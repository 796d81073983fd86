package import Conversations
package import Speech

/// The store of voices, and of samples of them. The rules of `ConversationStore` hold.
package protocol VoiceStore: Sendable {
    /// Returns the user's voices in order of their numbers.
    func voices(of user: ID<User>) async throws(StoreError) -> [Voice]

    /// Keeps a new voice under the user's next number.
    func add(_ voice: NewVoice, of user: ID<User>) async throws(StoreError) -> Voice

    /// - Parameter evidence: speech that the voiceprint is made of, in all.
    func setVoiceprint(_ voiceprint: Voiceprint, evidence: Duration, of voice: ID<Voice>, of user: ID<User>) async throws(StoreError) -> Bool

    /// Sets the owner of a voice: all segments of the voice become the owner's, past ones too. Segments that were assigned by hand stay as they are.
    ///
    /// - Returns: false when the voice or the person is not there.
    func setOwner(_ owner: Voice.Owner, of voice: ID<Voice>, of user: ID<User>) async throws(StoreError) -> Bool

    /// Merges `voice` into `other`: segments of both become the second voice's, and the first is listed no more. `ID`s of the first voice still mean
    /// the second one where they are written.
    func merge(_ voice: ID<Voice>, into other: ID<Voice>, of user: ID<User>) async throws(StoreError) -> Bool

    /// Forgets a voice. The segments of the voice stay, of nobody.
    func delete(_ voice: ID<Voice>, of user: ID<User>) async throws(StoreError) -> Bool

    /// Keeps what was learned of a person's voice: the sample, and the voice if it makes one.
    ///
    /// - Returns: false, and nothing is kept, when one of the segments is not (any more) the person's by a hand, or was learned from before.
    func learn(_ lesson: VoiceLesson, of user: ID<User>) async throws(StoreError) -> Bool

    /// Returns true if something was learned of the person's voice from the conversation.
    func hasLearned(_ person: ID<Person>, from conversation: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> Bool

    /// Returns the people of all users who were named by hand in a completed conversation whose audio is kept, and of whose voices nothing was learned from
    /// the conversation. The newest conversations come first.
    ///
    /// - Parameter least: speech of the person in the conversation.
    func untaught(speaking least: Duration, limit: Int) async throws(StoreError) -> [UntaughtVoice]

    /// Returns a number that grows with every change of the user's people, voices and samples, made by whatever replica.
    func revision(of user: ID<User>) async throws(StoreError) -> Int64

    /// Calls `changed`, on any thread, after each such change that is made through this store, until the returned watch is gone.
    func watch(_ user: ID<User>, _ changed: @escaping @Sendable () -> Void) -> RevisionWatch

    // MARK: Samples

    /// Returns an owner's samples, the oldest first.
    func samples(of owner: Voice.Owner, of user: ID<User>) async throws(StoreError) -> [SpeechSample]

    /// - Returns: false when the owner is nobody, or not there.
    func add(_ sample: SpeechSample, of user: ID<User>) async throws(StoreError) -> Bool

    func delete(_ sample: ID<SpeechSample>, of user: ID<User>) async throws(StoreError) -> Bool
}
