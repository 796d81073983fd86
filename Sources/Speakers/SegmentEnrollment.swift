package import Conversations
package import Speech

/// Learning of another person's voice from segments that the user assigns to this person.
package enum SegmentEnrollment {
    /// A segment of a recording, with the properties that matter for learning.
    package struct Sample: Sendable, Hashable {
        package var segment: ID<Segment>
        package var range: ClosedRange<Duration>
        /// True if the segment belongs to the person whose voice is learned.
        package var isTheirs: Bool

        package init(_ segment: ID<Segment>, _ range: ClosedRange<Duration>, isTheirs: Bool) {
            self.segment = segment
            self.range = range
            self.isTheirs = isTheirs
        }
    }

    package enum Outcome: Sendable, Equatable {
        case windows([Sample])
        case needsMoreSpeech(Duration)
        /// All of the person's speech overlaps with other speakers.
        case contaminated
    }

    package static let minSpeech = Duration.seconds(10)
    private static let maxSpeech = Duration.seconds(30)
    private static let window = Duration.seconds(1)...Duration.seconds(10)
    private static let maxWindows = 12
    private static let maxSegments = 200

    /// Returns the stretches to learn from: the longest first, the middle of those that are too long, and none in which somebody else speaks.
    package static func choose(_ samples: [Sample]) -> Outcome {
        let others = samples.filter { !$0.isTheirs }
        let own = samples.filter(\.isTheirs).prefix(maxSegments)
        var isContaminated = false
        var chosen: [Sample] = []
        var total = Duration.zero
        for sample in own.sorted(by: { length($0) > length($1) }) {
            guard length(sample) >= window.lowerBound, chosen.count < maxWindows, total < minSpeech else { break }
            if others.contains(where: { $0.range.lowerBound < sample.range.upperBound && sample.range.lowerBound < $0.range.upperBound }) {
                isContaminated = true
                continue
            }
            var sample = sample
            let excess = length(sample) - min(window.upperBound, maxSpeech - total)
            if excess > .zero { sample.range = (sample.range.lowerBound + excess / 2)...(sample.range.upperBound - excess / 2) }
            total += length(sample)
            chosen.append(sample)
        }
        if total >= minSpeech { return .windows(chosen) }
        return isContaminated ? .contaminated : .needsMoreSpeech(total)
    }

    /// Returns true if the recognised words confirm that a window belongs to the segment and has one speaker.
    ///
    /// - Parameters:
    ///   - speakers: the recogniser's speaker label of each word; nil where it gave none.
    ///   - similarity: similarity of the two texts, 0…1.
    package static func isVerified(words: Int, speakers: [SpeakerLabel?], similarity: Double) -> Bool {
        guard words >= 5, similarity >= 0.6 else { return false }
        let labels = speakers.compactMap { $0 }
        guard !labels.isEmpty else { return true }
        let most = Dictionary(grouping: labels) { $0 }.values.map(\.count).max() ?? 0
        return Double(most) / Double(labels.count) >= 0.7
    }

    /// Returns true if the recognised words confirm that the expected text was spoken in a window, by one speaker.
    package static func isBorneOut(_ expected: String, by heard: [Word]) -> Bool {
        let text = heard.text
        return isVerified(
            words: SpokenTokens.all(in: text).count, speakers: heard.map(\.speaker), similarity: similarity(expected, text))
    }

    /// Returns the similarity of two texts, 0…1: the share of their words that both have, in the same order.
    package static func similarity(_ one: String, _ other: String) -> Double {
        let (one, other) = (SpokenTokens.all(in: one), SpokenTokens.all(in: other))
        guard !one.isEmpty, !other.isEmpty else { return 0 }
        var row = [Int](repeating: 0, count: other.count + 1)
        for word in one {
            var diagonal = 0
            for (index, theirs) in other.enumerated() {
                let above = row[index + 1]
                row[index + 1] = word == theirs ? diagonal + 1 : max(above, row[index])
                diagonal = above
            }
        }
        return Double(2 * (row.last ?? 0)) / Double(one.count + other.count)
    }

    /// The effect of a new voiceprint on a person.
    package enum Result: Sendable, Equatable {
        /// A voice of the person already has this sound.
        case nothing
        /// The voiceprint becomes a new voice of the person.
        case makes
    }

    /// Decides about a new voiceprint of a person.
    ///
    /// - Parameter voices: the voices of all people.
    package static func result(_ voiceprint: Voiceprint, of person: ID<Person>, beside voices: [Voice], rule: SpeakerRule) -> Result {
        let known = voices.filter { $0.owner == .person(person) && $0.adoption == nil }
        return known.contains { $0.voiceprint.distance(to: voiceprint) < rule.distance } ? .nothing : .makes
    }

    private static func length(_ sample: Sample) -> Duration { sample.range.upperBound - sample.range.lowerBound }
}
