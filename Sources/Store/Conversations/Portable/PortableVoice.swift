package import Conversations
package import Speech

/// A voice with everything that the database knows of it, also a voice that was merged into another one.
package struct PortableVoice: Sendable, Equatable {
    package var id: ID<Voice>
    /// The number of `Voice.number`.
    package var number: Int
    package var owner: Voice.Owner
    /// Name of the model of the voiceprint, as in `Voiceprint.model`.
    package var model: String
    /// The direction of the voiceprint, exactly as it is stored. Empty for a voice that was merged into another one.
    package var direction: [Float]
    /// Duration of the speech from which the voiceprint was made.
    package var evidence: Duration
    package var created: UnixTime
    /// The decision that gave the voice its owner; nil when a person did, or when the voice has no owner.
    package var adoption: Voice.Adoption?
    /// The voice that it was merged into; nil when it was not merged.
    package var joined: ID<Voice>?
    /// Owners who do not get the voice automatically again.
    package var rejected: [Voice.Owner]

    package init(
        id: ID<Voice>, number: Int, owner: Voice.Owner, model: String, direction: [Float], evidence: Duration, created: UnixTime,
        adoption: Voice.Adoption? = nil, joined: ID<Voice>? = nil, rejected: [Voice.Owner] = []
    ) {
        self.id = id
        self.number = number
        self.owner = owner
        self.model = model
        self.direction = direction
        self.evidence = evidence
        self.created = created
        self.adoption = adoption
        self.joined = joined
        self.rejected = rejected
    }
}
