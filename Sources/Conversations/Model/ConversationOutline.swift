internal import Speech

/// The speakers of a conversation and when they speak, without words: enough to draw the conversation as a strip.
package struct ConversationOutline: Sendable, Equatable {
    package struct Speaker: Equatable, Sendable {
        package var who: SpeakerIdentity.Who
        /// The conversation's number of a speaker whom nobody has recognized; nil for all others.
        package var number: SpeakerNumber?
    }

    /// A time in which one speaker speaks.
    package struct Run: Sendable, Equatable {
        package var start: Duration
        package var end: Duration
        /// Index of the speaker in `speakers`.
        package var speaker: Int
    }

    /// Pause that does not end a run.
    private static let pause = Duration.seconds(2)

    /// The speakers in the order in which they were first heard.
    package private(set) var speakers: [Speaker] = []
    /// The runs in order of start.
    package private(set) var runs: [Run] = []

    package init() {}

    /// Adds a segment; segments come in order of start.
    package mutating func add(from start: Duration, to end: Duration, by who: SpeakerIdentity.Who, number: SpeakerNumber?) {
        let speaker = Speaker(who: who, number: who == .unknown ? number : nil)
        let index: Int
        if let known = speakers.firstIndex(of: speaker) {
            index = known
        } else {
            index = speakers.count
            speakers.append(speaker)
        }
        if let last = runs.last, last.speaker == index, start - last.end < Self.pause {
            runs[runs.count - 1].end = max(last.end, end)
        } else {
            runs.append(Run(start: start, end: end, speaker: index))
        }
    }

    /// Returns the runs if there are at most `limit`. Otherwise divides the time into as many equal parts, and returns who speaks longest in each.
    package func runs(limit: Int) -> [Run] {
        guard runs.count > limit, limit > 0, let end = runs.map(\.end).max(), end > .zero else { return runs }
        let width = end / limit
        guard width > .zero else { return runs }
        /// The part in which a time lies. Times outside of the conversation count for its first or its last part: a stored time is no proof of order.
        func part(of time: Duration) -> Int { Int(min(max(0, time / width), Double(limit - 1))) }
        var speech = [[Int: Duration]](repeating: [:], count: limit)
        for run in runs {
            let first = part(of: run.start)
            for part in first...max(first, part(of: run.end)) {
                let start = max(run.start, width * part), end = min(run.end, width * (part + 1))
                if end > start { speech[part][run.speaker, default: .zero] += end - start }
            }
        }
        var reduced: [Run] = []
        for (part, heard) in speech.enumerated() {
            guard let most = heard.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) else { continue }
            let start = width * part
            if let last = reduced.last, last.speaker == most.key, last.end == start {
                reduced[reduced.count - 1].end = start + width
            } else {
                reduced.append(Run(start: start, end: start + width, speaker: most.key))
            }
        }
        return reduced
    }
}
