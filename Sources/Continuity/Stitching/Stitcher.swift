package import Speech

/// Turns the finals of one channel's legs into commits: each interval exactly once, in order, never retracted.
package struct Stitcher: Sendable {
    package let channel: ChannelIndex
    /// Every sample before it is settled: by a commit or by a reported gap.
    package private(set) var committedThrough: SampleIndex = .zero

    package init(channel: ChannelIndex) { self.channel = channel }

    /// What a final adds: the part of it that lies after everything committed. Nil when it adds nothing and answers nothing.
    package mutating func accept(_ final: Hypothesis, reason: FinalReason, from engine: EngineName) -> Commit? {
        let range = SampleRange(committedThrough, final.range.end)
        let words = unsettled(final.words)
        // A final that covers nothing new still matters when it ends a turn or answers a flush.
        if range.isEmpty && words.isEmpty && (reason == .pause || reason == .length) { return nil }
        committedThrough = max(range.end, words.last?.range.end ?? range.end)
        return Commit(channel: channel, range: SampleRange(range.start, committedThrough), words: words, reason: reason, engine: engine)
    }

    /// The part of an interim that lies after everything committed.
    package func interim(_ hypothesis: Hypothesis) -> Hypothesis {
        var rest = hypothesis
        rest.words = unsettled(hypothesis.words)
        rest.stableWords = max(0, hypothesis.stableWords - (hypothesis.words.count - rest.words.count))
        rest.range = SampleRange(committedThrough, hypothesis.range.end)
        return rest
    }

    /// Gives up what lies before `end`. Nil when it is settled already.
    package mutating func giveUp(through end: SampleIndex) -> SampleRange? {
        guard end > committedThrough else { return nil }
        let gap = SampleRange(committedThrough, end)
        committedThrough = end
        return gap
    }

    /// Words most of which lie after everything committed, none of them reaching back before it.
    private func unsettled(_ words: [Word]) -> [Word] {
        guard let first = words.first, first.range.start < committedThrough else { return words }
        return words.compactMap { word in
            let middle = SampleIndex((word.range.start.samples + word.range.end.samples) / 2)
            guard middle >= committedThrough else { return nil }
            var kept = word
            kept.range = SampleRange(max(word.range.start, committedThrough), word.range.end)
            return kept
        }
    }
}
