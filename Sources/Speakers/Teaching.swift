package import Conversations
package import Speech

/// Learning another person's voice from segments that the user says are theirs.
package enum Teaching {
    /// A segment of a capture as far as learning looks at it.
    package struct Sample: Sendable, Hashable {
        package var segment: ID<Segment>
        package var range: ClosedRange<Duration>
        /// Whether it is the person's who is learned.
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
        /// All that there is was spoken while somebody else spoke.
        case contaminated
    }

    package static let leastSpeech = Duration.seconds(10)
    private static let maxSpeech = Duration.seconds(30)
    private static let window = Duration.seconds(1)...Duration.seconds(10)
    private static let maxWindows = 12
    private static let maxSegments = 200

    /// Which stretches to learn from: the longest first, of longer ones the middle, none that somebody else speaks in.
    package static func choose(_ samples: [Sample]) -> Outcome {
        let others = samples.filter { !$0.isTheirs }
        let own = samples.filter(\.isTheirs).prefix(maxSegments)
        var isContaminated = false
        var chosen: [Sample] = []
        var total = Duration.zero
        for sample in own.sorted(by: { length($0) > length($1) }) {
            guard length(sample) >= window.lowerBound, chosen.count < maxWindows, total < leastSpeech else { break }
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
        if total >= leastSpeech { return .windows(chosen) }
        return isContaminated ? .contaminated : .needsMoreSpeech(total)
    }

    /// Whether what a recogniser heard in a window bears out that it is the segment's, and one speaker's.
    ///
    /// - Parameters:
    ///   - speakers: of each word, by the recogniser's labels; nil where it gave none.
    ///   - similarity: of the two texts, 0…1.
    package static func isVerified(words: Int, speakers: [SpeakerLabel?], similarity: Double) -> Bool {
        guard words >= 5, similarity >= 0.6 else { return false }
        let labels = speakers.compactMap { $0 }
        guard !labels.isEmpty else { return true }
        let most = Dictionary(grouping: labels) { $0 }.values.map(\.count).max() ?? 0
        return Double(most) / Double(labels.count) >= 0.7
    }

    /// Whether what a recogniser heard in a window bears out that this was said there, by one speaker.
    package static func isBorneOut(_ expected: String, by heard: [Word]) -> Bool {
        let text = heard.map(\.text).joined(separator: " ")
        return isVerified(
            words: SpokenTokens.all(in: text).count, speakers: heard.map(\.speaker), similarity: similarity(expected, text))
    }

    /// How alike two texts are: the share of their words that both have, in the same order. 0…1.
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

    /// What becomes of a person's voiceprint.
    package enum Result: Sendable, Equatable {
        /// One of the person's voices tells all that it tells.
        case nothing
        /// This voice is the person's, and was nobody's so far.
        case names(ID<Voice>)
        /// It is a voice of its own.
        case makes
    }

    /// - Parameter voices: of everybody.
    package static func result(_ voiceprint: Voiceprint, of person: ID<Person>, beside voices: [Voice], rule: SpeakerRule) -> Result {
        let near = voices.map { (voice: $0, distance: $0.voiceprint.distance(to: voiceprint)) }.filter { $0.distance < rule.distance }
            .sorted { ($0.distance, $0.voice.number) < ($1.distance, $1.voice.number) }
        guard !near.contains(where: { $0.voice.owner == .person(person) }) else { return .nothing }
        // Beside a nameless voice of the same sound one with a name would never be known: nobody could tell which of the two it is.
        guard let nearest = near.first, nearest.voice.owner == .nobody else { return .makes }
        return .names(nearest.voice.id)
    }

    private static func length(_ sample: Sample) -> Duration { sample.range.upperBound - sample.range.lowerBound }
}
