package import Conversations
package import Speech

/// Voices whose names the client of a recording told, by which the recording's speakers get names. Pure.
package struct KnownVoices: Sendable {
    private let rule: SpeakerRule
    private var voices: [(name: String, voiceprint: Voiceprint)] = []

    package init(rule: SpeakerRule = SpeakerRule()) { self.rule = rule }

    /// Adds a voice. A name may have several voices.
    package mutating func add(_ name: String, _ voiceprint: Voiceprint) { voices.append((name, voiceprint)) }

    /// Returns the names of a recording's speakers. A speaker has the name of the nearest voice, if it is near enough to be the same one; the client
    /// says who speaks, so that a voice need not be nearer by a margin than the others. Several speakers may have one name: they are one person.
    ///
    /// - Parameter speakers: the voice of each speaker, by the numbers of the speakers' labels.
    package func names(of speakers: [VoiceEvidence]) -> [SpeakerLabel: String] {
        var names: [SpeakerLabel: String] = [:]
        for (number, speaker) in speakers.enumerated() {
            let comparable = voices.filter { $0.voiceprint.isComparable(to: speaker.voiceprint) }
            let distances = comparable.map { $0.voiceprint.distance(to: speaker.voiceprint) }
            // Of equal distances the first one counts.
            guard let nearest = distances.indices.min(by: { (distances[$0], $0) < (distances[$1], $1) }), distances[nearest] < rule.distance else {
                continue
            }
            names[SpeakerLabel(number)] = comparable[nearest].name
        }
        return names
    }
}
