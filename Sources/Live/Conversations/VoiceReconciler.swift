internal import Conversations
package import Speakers
package import Speech
package import Store

/// Gives voices without a name to the people whose voices they are, in past conversations too. Every way of enrolling somebody ends here.
package struct VoiceReconciler: Sendable {
    private let store: any VoiceStore
    private let rule: SpeakerRule
    private let agreed: AgreedVoices?

    /// - Parameter agreed: the voices that were made to agree before; nil: nothing is known of that, and all are compared.
    package init(_ store: any VoiceStore, rule: SpeakerRule = SpeakerRule(), agreed: AgreedVoices? = nil) {
        self.store = store
        self.rule = rule
        self.agreed = agreed
    }

    /// Makes the user's voices agree. Voices that somebody has changed in the meantime stay as they are.
    package func run(for user: ID<User>) async throws(StoreError) {
        let voices = try await store.voices(of: user)
        let sounds = agreed?.changed(voices, of: user).map(\.voiceprint)
        do throws(StoreError) {
            for change in VoiceReconciliation.changes(among: voices, near: sounds, rule: rule) { try await apply(change, of: user) }
        } catch {
            agreed?.forget(user)
            throw error
        }
    }

    private func apply(_ change: VoiceReconciliation.Change, of user: ID<User>) async throws(StoreError) {
        switch change {
        case .adopt(let voice, let owner, let distance): _ = try await store.adopt(voice, by: owner, distance: distance, of: user)
        case .merge(let voice, let other, let evidence):
            _ = try await store.mergeNameless(voice, into: other, as: evidence.voiceprint, evidence: evidence.duration, of: user)
        case .release(let voice): _ = try await store.release(voice, isRejected: false, of: user)
        }
    }
}
