package import Conversations

/// The knowledge about one voice: the mean direction of its clips, each weighted by its length.
package struct VoiceEvidence: Sendable, Equatable {
    package private(set) var voiceprint: Voiceprint
    /// Duration of the speech from which the voiceprint was made.
    package private(set) var duration: Duration
    /// Maximum weight of earlier speech, in seconds, so that a voice may change over the day.
    private static let maxMemory = 120.0

    package init(_ voiceprint: Voiceprint, _ duration: Duration) {
        self.voiceprint = voiceprint
        self.duration = duration
    }

    /// Adds further evidence. Returns false when the two cannot be joined: voiceprints of different models cannot.
    @discardableResult
    package mutating func add(_ other: VoiceEvidence) -> Bool {
        let weights = (own: min(Self.maxMemory, duration / .seconds(1)), other: min(Self.maxMemory, other.duration / .seconds(1)))
        guard let joined = voiceprint.joined(with: other.voiceprint, weights: weights) else { return false }
        voiceprint = joined
        duration += other.duration
        return true
    }
}
