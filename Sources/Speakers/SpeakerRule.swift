/// When a voice is taken for a known one.
///
/// The distance is calibrated for the local engine's ECAPA-TDNN: on the development recordings voices lie at most 0.47 from
/// their own voiceprint and strangers at least 0.53 from anybody's. It is the middle between them; of 1,032 pairs of different voices none is nearer.
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
        distance: Float = 0.50, margin: Float = 0.10, shortestClip: Duration = .seconds(2), evidence: Duration = .seconds(5)
    ) {
        self.distance = distance
        self.margin = margin
        self.shortestClip = shortestClip
        self.evidence = evidence
    }

    /// How sure a match at `distance` is: 1 for the same direction, 0 at the threshold.
    package func confidence(at distance: Float) -> Float { max(0, min(1, 1 - distance / self.distance)) }

    /// How good a suggestion a voice at `distance` is: 3 below the threshold, 2 within 0.10 of it, 1 within 0.20, else 0.
    package func level(at distance: Float) -> Int {
        if distance < self.distance { return 3 }
        return distance < self.distance + 0.10 ? 2 : distance < self.distance + 0.20 ? 1 : 0
    }

    /// The one of several voices that is a known one's, by their distances to it: the nearest, if it is near enough and nearer by the margin than
    /// the next that is near enough. On a tie, none.
    package func nearest<Key: Hashable & Comparable>(_ distances: [Key: Float]) -> Key? {
        let passing = distances.filter { $0.value < distance }.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
        guard let first = passing.first else { return nil }
        return passing.count < 2 || passing[1].value - first.value >= margin ? first.key : nil
    }
}
