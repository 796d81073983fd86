package import Conversations

/// What is known of one voice: the direction between its clips, each with the weight of its length.
package struct VoiceEvidence: Sendable, Equatable {
    package private(set) var voiceprint: Voiceprint
    /// Speech that it was made of.
    package private(set) var duration: Duration
    /// More speech than this weighs no more, so that a voice may change over the day.
    private static let longestMemory = 120.0

    package init(_ voiceprint: Voiceprint, _ duration: Duration) {
        self.voiceprint = voiceprint
        self.duration = duration
    }

    /// Whether the two could be joined: voiceprints of two models cannot.
    @discardableResult
    package mutating func add(_ other: VoiceEvidence) -> Bool {
        let weights = (own: min(Self.longestMemory, duration / .seconds(1)), other: min(Self.longestMemory, other.duration / .seconds(1)))
        guard let joined = voiceprint.joined(with: other.voiceprint, weights: weights) else { return false }
        voiceprint = joined
        duration += other.duration
        return true
    }
}
