/// When a voice is taken for a known one.
package struct SpeakerRule: Sendable, Equatable {
    /// A voice is the nearest known one only if it is nearer than this (1 − cosine).
    package var distance: Float
    /// And nearer by this than to any other known one.
    package var margin: Float
    /// Shorter clips are no evidence.
    package var shortestClip: Duration
    /// Speech that is needed before anything is decided.
    package var evidence: Duration

    package init(
        distance: Float = 0.65, margin: Float = 0.10, shortestClip: Duration = .seconds(2), evidence: Duration = .seconds(5)
    ) {
        self.distance = distance
        self.margin = margin
        self.shortestClip = shortestClip
        self.evidence = evidence
    }
}
