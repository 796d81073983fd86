package import Conversations

/// The voice that a user's recordings make together, without anything learned elsewhere.
package struct VoiceOfRecordings: Sendable {
    /// Voiceprint and duration of each recording, the oldest first.
    private let recordings: [VoiceEvidence]

    package init(_ recordings: [VoiceEvidence]) { self.recordings = recordings }

    /// The evidence of all recordings; nil when there is none. Voiceprints of different models cannot be joined: then the newest one counts.
    package var evidence: VoiceEvidence? {
        guard var evidence = recordings.last else { return nil }
        for other in recordings.dropLast() { evidence.add(other) }
        return evidence
    }

    /// Returns true if a voice was made from recordings alone: from all of them, or from some that follow each other, because a new profile makes the
    /// voice anew. A voice that was also learned elsewhere has more speech.
    package func made(_ voice: Voice) -> Bool {
        func isSame(_ evidence: VoiceEvidence) -> Bool {
            evidence.duration == voice.evidence && evidence.voiceprint.distance(to: voice.voiceprint) < Self.tolerance
        }
        if let evidence, isSame(evidence) { return true }
        for first in recordings.indices {
            var evidence = recordings[first]
            if isSame(evidence) { return true }
            for other in recordings[(first + 1)...] {
                // A voice with less speech than these recordings was not made from still more of them.
                guard evidence.duration < voice.evidence else { break }
                if evidence.add(other), isSame(evidence) { return true }
            }
        }
        return false
    }

    /// Maximum distance of two voiceprints of the same recordings: the order in which long recordings are joined matters a little.
    private static let tolerance: Float = 0.05
}
