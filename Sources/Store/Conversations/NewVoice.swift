package import Conversations
package import Speech

/// A voice that differs from all known voices, before the store gives it its number.
package struct NewVoice: Sendable, Equatable {
    package var id: ID<Voice>
    package var owner: Voice.Owner
    package var voiceprint: Voiceprint
    package var evidence: Duration
    package var created: UnixTime

    package init(id: ID<Voice>, owner: Voice.Owner = .nobody, voiceprint: Voiceprint, evidence: Duration, created: UnixTime) {
        self.id = id
        self.owner = owner
        self.voiceprint = voiceprint
        self.evidence = evidence
        self.created = created
    }
}
