package import Conversations
package import Speakers
package import Speech
package import Store

/// Stores voices that recordings of people have enrolled. A `VoiceReconciler` must run afterwards.
package struct EnrolledVoiceKeeper: Sendable {
    private let store: any ConversationStores
    /// Gives a new UUID in lower case.
    private let newID: @Sendable () -> String
    private let now: @Sendable () -> UnixTime

    package init(_ store: any ConversationStores, newID: @escaping @Sendable () -> String, now: @escaping @Sendable () -> UnixTime) {
        self.store = store
        self.newID = newID
        self.now = now
    }

    /// Stores a voice. Merges the voice with a known voice of the person that sounds like it, because a person may have two voices.
    package func keep(_ voice: EnrolledVoice, of person: ID<Person>, of user: ID<User>) async throws(StoreError) {
        let known = VoiceDirectory(try await store.voices(of: user).filter { $0.owner == .person(person) && $0.adoption == nil })
        if case .known(let match, _) = known.match(voice.voiceprint, evidence: .seconds(60)), let before = known[match.voice] {
            var evidence = VoiceEvidence(before.voiceprint, before.evidence)
            evidence.add(VoiceEvidence(voice.voiceprint, voice.duration))
            _ = try await store.setVoiceprint(evidence.voiceprint, evidence: evidence.duration, of: before.id, of: user)
        } else {
            let new = NewVoice(id: ID(newID()), owner: .person(person), voiceprint: voice.voiceprint, evidence: voice.duration, created: now())
            _ = try await store.add(new, of: user)
        }
        let sample = SpeechSample(
            id: ID(newID()), owner: .person(person), duration: voice.duration, voiceprint: voice.voiceprint, created: now())
        _ = try await store.add(sample, of: user)
    }
}
