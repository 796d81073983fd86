package import Conversations

/// The rule by which a voice counts as a known one.
///
/// The distance is calibrated for the local engine's ECAPA-TDNN. On the development recordings, voices are at most 0.47 from their own voiceprint,
/// and strangers are at least 0.53 from any voiceprint. The distance is the middle between the two; of 1,032 pairs of different voices none is
/// nearer.
package struct SpeakerRule: Sendable, Equatable {
    /// Distance (1 − cosine) below which a voice may be the nearest known one.
    package var distance: Float
    /// Distance by which the voice must be nearer to this known one than to any other.
    package var margin: Float
    /// Minimum duration of a clip that counts as evidence.
    package var shortestClip: Duration
    /// Minimum duration of speech before anything is decided.
    package var evidence: Duration

    package init(
        distance: Float = 0.50, margin: Float = 0.10, shortestClip: Duration = .seconds(2), evidence: Duration = .seconds(5)
    ) {
        self.distance = distance
        self.margin = margin
        self.shortestClip = shortestClip
        self.evidence = evidence
    }

    /// Returns true for a voice without a name of which too little was heard to recognize it.
    package func isShort(_ voice: Voice) -> Bool { voice.owner == .nobody && voice.evidence < evidence }

    /// Returns the confidence of a match at `distance`: 1 for the same direction, 0 at the threshold.
    package func confidence(at distance: Float) -> Float { max(0, min(1, 1 - distance / self.distance)) }

    /// Returns the quality of a suggestion for a voice at `distance`: 3 below the threshold, 2 within 0.10 above it, 1 within 0.20, otherwise 0.
    package func level(at distance: Float) -> Int {
        if distance < self.distance { return 3 }
        return distance < self.distance + 0.10 ? 2 : distance < self.distance + 0.20 ? 1 : 0
    }

    /// Returns the voice that belongs to a known voice, by the voices' distances to it: the nearest one, if it is near enough, and nearer by the
    /// margin than the next one that is near enough. Returns nil on a tie.
    package func nearest<Key: Hashable & Comparable>(_ distances: [Key: Float]) -> Key? {
        let passing = distances.filter { $0.value < distance }.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
        guard let first = passing.first else { return nil }
        return passing.count < 2 || passing[1].value - first.value >= margin ? first.key : nil
    }
}
