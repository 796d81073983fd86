internal import Conversations
internal import Protocols
internal import Speech
internal import Store

extension SpeakerNames {
    /// Reads the names of these speakers, and no others: a user may have thousands of voices.
    init(of speakers: Set<SpeakerIdentity.Who>, of user: ID<User>, in store: any VoiceStore) async throws(StoreError) {
        let found = try await store.speakers(speakers, of: user)
        self.init(people: found.people, labels: found.voices.mapValues { Self.label(of: $0) })
    }
}
