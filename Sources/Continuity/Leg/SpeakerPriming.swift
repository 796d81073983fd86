package import Speech

/// Audio that an engine's stream is sent before its leg's audio: speech of somebody who is known, and silence. The engine's label for this speaker is
/// known then, and what the engine says is as if that audio had never been.
package struct SpeakerPriming: Sendable {
    /// All that was sent of it.
    package private(set) var length = SampleCount.zero
    /// Number of words in this audio that have each label.
    private var counts: [Int: Int] = [:]

    package init() {}

    package mutating func sent(_ count: SampleCount) { length += count }

    /// The speaker in this audio, as the engine calls them: the label of most of its words; nil: the engine has named nobody.
    package var speaker: SpeakerLabel? {
        counts.max { ($0.value, $1.key) < ($1.value, $0.key) }.map { SpeakerLabel($0.key) }
    }

    /// Returns the event that the leg is to hear for an event of the engine; nil: nothing.
    package mutating func hear(_ event: EngineEvent) -> EngineEvent? {
        switch event {
        case .opened, .flushed, .creditsLow, .skipped, .closed: return event
        case .speechStarted(let channel, let at): return at < .zero + length ? nil : .speechStarted(channel, at: at - length)
        case .turnEnded(let channel, let at): return at <= .zero + length ? nil : .turnEnded(channel, at: at - length)
        case .interim(let hypothesis): return behind(hypothesis).map { .interim($0) }
        case .final(let hypothesis, let reason):
            for word in hypothesis.words where word.range.middle < .zero + length {
                // So many labels an engine has for one speaker only by mistake.
                if let speaker = word.speaker, counts[speaker.number] != nil || counts.count < 100 { counts[speaker.number, default: 0] += 1 }
            }
            return behind(hypothesis).map { .final($0, reason: reason) }
        }
    }

    /// The part of it that is of the leg's audio.
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
