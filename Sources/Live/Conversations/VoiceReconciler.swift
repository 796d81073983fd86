package import Speakers
package import Speech
package import Store

/// Gives voices without a name to the people whose voices they are, in past conversations too. Every way of enrolling somebody ends here.
package struct VoiceReconciler: Sendable {
    private let store: any VoiceStore
    private let rule: SpeakerRule

    package init(_ store: any VoiceStore, rule: SpeakerRule = SpeakerRule()) {
        self.store = store
        self.rule = rule
    }

    /// Makes the user's voices agree. Voices that somebody has changed in the meantime stay as they are.
    package func run(for user: ID<User>) async throws(StoreError) {
        for change in VoiceReconciliation.changes(among: try await store.voices(of: user), rule: rule) {
            switch change {
            case .adopt(let voice, let owner, let distance): _ = try await store.adopt(voice, by: owner, distance: distance, of: user)
            case .merge(let voice, let other, let evidence):
                guard try await store.setVoiceprint(evidence.voiceprint, evidence: evidence.duration, of: other, of: user) else { continue }
                _ = try await store.merge(voice, into: other, of: user)
            case .release(let voice): _ = try await store.release(voice, isRejected: false, of: user)
            }
        }
    }
}
