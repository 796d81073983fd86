package import Speech

/// Audio that an engine's stream is sent before its leg's audio: speech of a known speaker, then silence. The engine then has a label for this
/// speaker. The priming audio is removed from everything that the engine says.
package struct SpeakerPriming: Sendable {
    /// Amount of priming audio that was sent.
    package private(set) var length = SampleCount.zero
    /// Number of words in the priming audio that have each label.
    private var counts: [Int: Int] = [:]

    package init() {}

    package mutating func sent(_ count: SampleCount) { length += count }

    /// The engine's label for the speaker of the priming audio: the label of most of its words; nil: the engine has labelled no word.
    package var speaker: SpeakerLabel? {
        counts.max { ($0.value, $1.key) < ($1.value, $0.key) }.map { SpeakerLabel($0.key) }
    }

    /// Returns the event that the leg gets for an event of the engine; nil: the event concerns the priming audio only.
    package mutating func hear(_ event: EngineEvent) -> EngineEvent? {
        switch event {
        case .opened, .flushed, .notice, .skipped, .closed: return event
        case .speechStarted(let channel, let at): return at < .zero + length ? nil : .speechStarted(channel, at: at - length)
        case .turnEnded(let channel, let at): return at <= .zero + length ? nil : .turnEnded(channel, at: at - length)
        case .interim(let hypothesis): return behind(hypothesis).map { .interim($0) }
        case .final(let hypothesis, let reason):
            for word in hypothesis.words where word.range.middle < .zero + length {
                // An engine with more labels than this for one speaker is in error.
                if let speaker = word.speaker, counts[speaker.number] != nil || counts.count < 100 { counts[speaker.number, default: 0] += 1 }
            }
            return behind(hypothesis).map { .final($0, reason: reason) }
        }
    }

    /// Returns the part of a hypothesis that belongs to the leg's audio; nil if there is none.
    private func behind(_ hypothesis: Hypothesis) -> Hypothesis? {
        guard hypothesis.range.end > .zero + length else { return nil }
        var rest = hypothesis
        rest.range = shifted(hypothesis.range)
        rest.words = hypothesis.words.filter { $0.range.middle >= .zero + length }.map { word in
            var word = word
            word.range = shifted(word.range)
            return word
        }
        rest.stableWords = max(0, hypothesis.stableWords - (hypothesis.words.count - rest.words.count))
        return rest
    }

    private func shifted(_ range: SampleRange) -> SampleRange { SampleRange(max(.zero, range.start - length), max(.zero, range.end - length)) }
}
