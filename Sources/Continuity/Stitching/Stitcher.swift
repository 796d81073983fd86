package import Speech

/// Turns the finals of one channel's legs and repairs into commits: each interval exactly once, in order, never retracted.
package struct Stitcher: Sendable {
    package let channel: ChannelIndex
    /// Every sample before it is settled: by a commit or by a reported gap.
    package private(set) var committedThrough: SampleIndex = .zero
    /// The last words that were committed, as their engines placed them. Another's are compared with them.
    private(set) var tail: [Word] = []
    private static let longestTail = 48
    /// Words of finals that lie where their engine had committed others. What was committed first stands.
    private(set) var changedWords = 0
    /// The last gap. What lies in a gap may be repaired later, so no word of it is taken.
    private(set) var gap: SampleRange?

    package init(channel: ChannelIndex) { self.channel = channel }

    /// Whether nothing is committed behind the last gap.
    var isAtGap: Bool { gap?.end == committedThrough }

    /// The end of the last word that was committed.
    package var lastWordEnd: SampleIndex? { tail.last.map { min($0.range.end, committedThrough) } }

    /// What a final adds: the part of it that lies after everything committed. Nil when it adds nothing and answers nothing.
    ///
    /// - Parameters:
    ///   - seam: when what was committed last is another's: then words are compared, and not only their times.
    ///   - isFresh: whether it is known that nothing of it is committed.
    package mutating func accept(
        _ final: Hypothesis, reason: FinalReason, from engine: EngineName, seam: Seam.Ear? = nil, isFresh: Bool = false
    ) -> Commit? {
        if seam == nil, !isFresh, let first = final.words.first, first.range.start < committedThrough { changedWords += changes(in: final.words) }
        let range = SampleRange(committedThrough, final.range.end)
        let heard = isFresh ? final.words : seam == nil && range.isEmpty ? behind(final.words) : fresh(final.words, seam: seam)
        let words = heard.map(moved)
        // A final that covers nothing new still matters when it ends a turn or answers a flush.
        if range.isEmpty && words.isEmpty && (reason == .pause || reason == .length) { return nil }
        committedThrough = max(range.end, words.last?.range.end ?? range.end)
        remember(heard)
        return Commit(channel: channel, range: SampleRange(range.start, committedThrough), words: words, reason: reason, engine: engine)
    }

    /// The part of an interim that lies after everything committed.
    package func interim(_ hypothesis: Hypothesis, seam: Seam.Ear? = nil) -> Hypothesis {
        var rest = hypothesis
        rest.words = fresh(hypothesis.words, seam: seam).map(moved)
        rest.stableWords = max(0, hypothesis.stableWords - (hypothesis.words.count - rest.words.count))
        rest.range = SampleRange(committedThrough, hypothesis.range.end)
        return rest
    }

    /// Gives up what lies before `end`. Nil when it is settled already.
    package mutating func giveUp(through end: SampleIndex) -> SampleRange? {
        guard end > committedThrough else { return nil }
        let gap = SampleRange(committedThrough, end)
        self.gap = SampleRange(isAtGap ? self.gap?.start ?? gap.start : gap.start, end)
        committedThrough = end
        return gap
    }

    private mutating func remember(_ words: [Word]) {
        guard !words.isEmpty else { return }
        if words.count >= Self.longestTail {
            tail = Array(words.suffix(Self.longestTail))
        } else {
            tail.removeFirst(max(0, tail.count + words.count - Self.longestTail))
            tail += words
        }
    }

    /// Words that are not committed, where their engine places them, which may be a little before the end of what is.
    func fresh(_ words: [Word], seam: Seam.Ear?) -> [Word] {
        if var seam, !words.isEmpty {
            if isAtGap, let gap {
                let new = Seam.fresh(words, after: tail, through: gap.start, seam)
                // Which of those that do not say where they lie are in the gap nobody knows; its repair leaves out those that are here.
                return seam.hasTimes ? new.filter { $0.middle >= gap.end } : new
            }
            var words = words
            if seam.hasTimes, seam.others, let gap { words.removeAll { $0.middle < gap.end } } else { seam.gap = gap?.end }
            return Seam.fresh(words, after: tail, through: committedThrough, seam)
        }
        guard let first = words.first, first.range.start < committedThrough else { return words }
        return words.filter { $0.middle >= committedThrough }
    }

    /// Those that lie in what is committed, as far as its words are remembered, and are not said there.
    private func changes(in words: [Word]) -> Int {
        guard let oldest = tail.first?.range.start, !isAtGap else { return 0 }
        return words.count(where: { word in
            guard word.middle < committedThrough, word.range.start >= oldest else { return false }
            let spoken = Set(SpokenForm.tokens(of: word))
            return !tail.contains { $0.range.intersection(word.range) != nil && !spoken.isDisjoint(with: SpokenForm.tokens(of: $0)) }
        })
    }

    /// Those of a final that was said before.
    private func behind(_ words: [Word]) -> [Word] { words.filter { $0.range.end > committedThrough && $0.middle >= committedThrough } }

    /// None reaches back into what is committed.
    func moved(_ word: Word) -> Word {
        guard word.range.start < committedThrough else { return word }
        var kept = word
        kept.range = SampleRange(committedThrough, word.range.end)
        return kept
    }
}
