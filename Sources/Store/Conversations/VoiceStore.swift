package import Conversations
package import Speech

/// The store of voices, and of samples of them. The rules of `ConversationStore` hold.
package protocol VoiceStore: Sendable {
    /// Returns the user's voices in order of their numbers.
    func voices(of user: ID<User>) async throws(StoreError) -> [Voice]

    /// Returns the user's voices with an owner, and `voice` if it exists, in order of their numbers.
    func namedVoices(and voice: ID<Voice>, of user: ID<User>) async throws(StoreError) -> [Voice]

    /// Returns the user's voices without their voiceprints, in order of their numbers.
    ///
    /// - Parameter onlyNamed: true: only voices with an owner. They cost the same however many others there are.
    func listedVoices(onlyNamed: Bool, of user: ID<User>) async throws(StoreError) -> [ListedVoice]

    /// Returns a page of the user's voices without an owner that can be heard. A page costs the same however many voices there are.
    func unnamedVoices(_ query: VoiceQuery, of user: ID<User>) async throws(StoreError) -> ListedVoicePage

    /// Returns the numbers of the user's voices.
    func voiceCount(of user: ID<User>) async throws(StoreError) -> VoiceCount

    /// Returns the people and the numbers of the voices among these speakers; those that do not exist are left out.
    func speakers(_ speakers: Set<SpeakerIdentity.Who>, of user: ID<User>) async throws(StoreError) -> NamedSpeakers

    /// Returns places where a voice is heard and whose audio is kept: the longest segments of at most 20 s first, then longer ones.
    ///
    /// - Returns: at most `limit` places; nil when the voice does not exist.
    func excerpts(of voice: ID<Voice>, limit: Int, of user: ID<User>) async throws(StoreError) -> [VoiceExcerpt]?

    /// Stores a new voice with the user's next number.
    func add(_ voice: NewVoice, of user: ID<User>) async throws(StoreError) -> Voice

    /// Sets the voiceprint of a voice.
    ///
    /// - Parameter evidence: total duration of the speech that the voiceprint is made from.
    func setVoiceprint(_ voiceprint: Voiceprint, evidence: Duration, of voice: ID<Voice>, of user: ID<User>) async throws(StoreError) -> Bool

    /// Sets the owner of a voice by hand. All segments of the voice, past ones too, get the new owner; if automation had given many to others, these
    /// follow soon, in parts. Segments that were assigned by hand stay unchanged. An owner who loses the voice does not get it automatically again.
    ///
    /// - Returns: false when the voice or the person does not exist.
    func setOwner(_ owner: Voice.Owner, of voice: ID<Voice>, of user: ID<User>) async throws(StoreError) -> Bool

    /// Sets the owner of a voice by hand, as `setOwner` does.
    ///
    /// - Returns: the owner that the voice had; nil when the voice or the person does not exist.
    func assign(_ voice: ID<Voice>, to owner: Voice.Owner, of user: ID<User>) async throws(StoreError) -> FormerOwner?

    /// Gives a voice without an owner to `owner`, as `setOwner` does, because it sounds like a voice of this owner.
    ///
    /// - Parameter distance: distance of the two voices.
    /// - Returns: false when the voice has an owner, or when somebody has taken it from this owner by hand before.
    func adopt(_ voice: ID<Voice>, by owner: Voice.Owner, distance: Float, of user: ID<User>) async throws(StoreError) -> Bool

    /// Takes an adopted voice from its owner: it is a voice without a name again.
    ///
    /// - Parameter isRejected: true if the owner must not get the voice automatically again.
    /// - Returns: false when the voice was not adopted.
    func release(_ voice: ID<Voice>, isRejected: Bool, of user: ID<User>) async throws(StoreError) -> Bool

    /// Merges `voice` into `other`: the segments of both belong to `other`, and `voice` is not listed any more. A stored `ID` of `voice` still means
    /// `other`.
    func merge(_ voice: ID<Voice>, into other: ID<Voice>, of user: ID<User>) async throws(StoreError) -> Bool

    /// Merges two voices that sound alike, as `merge` does, and sets the voiceprint of both together.
    ///
    /// - Parameter evidence: total duration of the speech that the voiceprint is made from.
    /// - Returns: false, and changes nothing, unless they are two voices without an owner: somebody may have named, merged or forgotten one of them
    ///   since they were compared.
    func mergeNameless(
        _ voice: ID<Voice>, into other: ID<Voice>, as voiceprint: Voiceprint, evidence: Duration, of user: ID<User>
    ) async throws(StoreError) -> Bool

    /// Forgets a voice. The segments of the voice stay, without a speaker.
    func delete(_ voice: ID<Voice>, of user: ID<User>) async throws(StoreError) -> Bool

    /// Stores the result of learning a person's voice: the sample, and the new voice if the sample makes one.
    ///
    /// - Returns: false, and stores nothing, when one of the segments is not assigned to the person by hand any more, or was learned from before.
    func learn(_ enrollment: VoiceEnrollment, of user: ID<User>) async throws(StoreError) -> Bool

    /// Returns true if something was learned of the person's voice from the conversation.
    func hasLearned(_ person: ID<Person>, from conversation: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> Bool

    /// Returns the evidence on which the person's enrollment from the conversation was rejected; nil when it was not.
    func rejectedEvidence(of person: ID<Person>, in conversation: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> Int64?

    /// Notes that the person's enrollment from the conversation was rejected, and on which evidence.
    func reject(_ evidence: Int64, of person: ID<Person>, in conversation: ID<Conversation>, of user: ID<User>) async throws(StoreError)

    /// Returns the people whose voices can still be learned, of all users: somebody has named the person by hand in a completed conversation, the
    /// conversation's audio is kept, and nothing was learned of the person's voice from it. Enrollments that were rejected come last; the newest
    /// conversations come first.
    ///
    /// - Parameter least: minimum duration of the person's speech in the conversation.
    func untaught(speaking least: Duration, limit: Int) async throws(StoreError) -> [UntaughtVoice]

    /// Returns the revision of the user's people, voices and samples: a number that grows with every change, whichever replica makes the change.
    func revision(of user: ID<User>) async throws(StoreError) -> Int64

    /// Calls `changed`, on any thread, after each change of the user's people, voices or samples that is made through this store, for as long as the
    /// returned watch lives.
    func watch(_ user: ID<User>, _ changed: @escaping @Sendable () -> Void) -> RevisionWatch

    // MARK: Samples

    /// Returns an owner's samples, the oldest first.
    func samples(of owner: Voice.Owner, of user: ID<User>) async throws(StoreError) -> [SpeechSample]

    /// Stores a sample.
    ///
    /// - Returns: false when the owner is `nobody` or does not exist.
    func add(_ sample: SpeechSample, of user: ID<User>) async throws(StoreError) -> Bool

    func delete(_ sample: ID<SpeechSample>, of user: ID<User>) async throws(StoreError) -> Bool
}
