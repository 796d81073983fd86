package import Conversations
package import Speech

/// The store of voices, and of samples of them. The rules of `ConversationStore` hold.
package protocol VoiceStore: Sendable {
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

    // MARK: Samples

    /// The oldest first.
    func samples(of owner: Voice.Owner, of user: ID<User>) async throws(StoreError) -> [SpeechSample]

    /// - Returns: false when the owner is nobody, or not there.
    func add(_ sample: SpeechSample, of user: ID<User>) async throws(StoreError) -> Bool

    func delete(_ sample: ID<SpeechSample>, of user: ID<User>) async throws(StoreError) -> Bool
}
