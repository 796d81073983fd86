package import Conversations
package import Speech

/// Learning another person's voice from segments that the user says are theirs.
package enum Teaching {
    /// A segment of a capture as far as learning looks at it.
    package struct Sample: Sendable, Equatable {
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
    private static let mostSpeech = Duration.seconds(30)
    private static let window = Duration.seconds(1)...Duration.seconds(10)
    private static let mostWindows = 12
    private static let mostSegments = 200

    /// Which stretches to learn from: the longest first, of longer ones the middle, none that somebody else speaks in.
    package static func choose(_ samples: [Sample]) -> Outcome {
        let others = samples.filter { !$0.isTheirs }
        let own = samples.filter(\.isTheirs).prefix(mostSegments)
        var isContaminated = false
        var chosen: [Sample] = []
        var total = Duration.zero
        for sample in own.sorted(by: { length($0) > length($1) }) {
            guard length(sample) >= window.lowerBound, chosen.count < mostWindows, total < leastSpeech else { break }
            if others.contains(where: { $0.range.lowerBound < sample.range.upperBound && sample.range.lowerBound < $0.range.upperBound }) {
                isContaminated = true
                continue
            }
            var sample = sample
            let excess = length(sample) - min(window.upperBound, mostSpeech - total)
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

    /// A correction that was made while it was learned wins.
    package static func mayPublish(startedAt version: Int, now: Int, isStillThere: Bool) -> Bool { isStillThere && version == now }

    private static func length(_ sample: Sample) -> Duration { sample.range.upperBound - sample.range.lowerBound }
}
