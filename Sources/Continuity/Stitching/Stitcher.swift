package import Speech

/// Turns the finals of one channel's legs and repairs into commits: each interval exactly once, in order, never retracted.
package struct Stitcher: Sendable {
    package let channel: ChannelIndex
    /// Every sample before it is settled: by a commit or by a reported gap.
    package private(set) var committedThrough: SampleIndex = .zero
    /// The last words that were committed, as their engines placed them. Another's are compared with them.
    private(set) var tail: [Word] = []
    /// The same, and between them what was heard in gaps.
    private(set) var heard: [Word] = []
    /// The source of each word in `heard`: how the word is known.
    private var sources: [Seam.Source?] = []
    private static let longestTail = 48
    /// Words of finals that lie where their engine had committed others. What was committed first stands.
    private(set) var changedWords = 0
    /// The place of the final that was committed last, if that final has no length.
    private var lastPoint: SampleIndex?
    /// The last gap. What lies in a gap may be repaired later, so no word of it is taken.
    private(set) var gap: SampleRange?

    package init(channel: ChannelIndex) { self.channel = channel }

    /// True if nothing is committed behind the last gap.
    var isAtGap: Bool { gap?.end == committedThrough }

    /// The end of the last word that was committed.
    package var lastWordEnd: SampleIndex? { tail.last.map { min($0.range.end, committedThrough) } }

    /// Takes the part of a final that lies after everything committed, and returns it. Nil when the final adds nothing and answers nothing.
    ///
    /// - Parameters:
    ///   - seam: given when what was committed last is another engine's: then words are compared, and not only their times.
    ///   - isFresh: true if it is known that nothing of the final is committed.
    ///   - bound: the latest place at which the final's words were over, if the engine does not say where words lie.
    ///   - isCut: true if the end of the final's audio may have cut the final's last word.
    package mutating func accept(
        _ final: Hypothesis, reason: FinalReason, from engine: EngineName, seam: ComparisonContext? = nil, isFresh: Bool = false,
        bound: SampleIndex? = nil,
        isCut: Bool = false
    ) -> Commit? {
        if seam == nil, !isFresh, let first = final.words.first, first.range.start < committedThrough { changedWords += changes(in: final.words) }
        let range = SampleRange(committedThrough, final.range.end)
        let new = isFresh ? final.words : seam == nil && range.isEmpty ? behind(final) : fresh(final.words, seam: seam)
        if !isFresh, seam?.hasTimes ?? true { hearGap(final.words, by: engine) }
        let words = new.map(moved)
        // A final that covers nothing new still matters when it ends a turn or answers a flush.
        if range.isEmpty && words.isEmpty && (reason == .pause || reason == .length) { return nil }
        committedThrough = max(range.end, words.last?.range.end ?? range.end)
        Self.remember(new, in: &tail)
        remember(new, of: Seam.Source(engine: engine, bound: bound))
        if !new.isEmpty { lastPoint = final.range.isEmpty ? final.range.start : nil }
        if isCut, !new.isEmpty { sources[sources.count - 1]?.isCut = true }
        return Commit(channel: channel, range: SampleRange(range.start, committedThrough), words: words, reason: reason, engine: engine)
    }

    /// The part of an interim that lies after everything committed.
    package func interim(_ hypothesis: Hypothesis, seam: ComparisonContext? = nil) -> Hypothesis {
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

    private static func remember(_ words: [Word], in tail: inout [Word]) {
        guard !words.isEmpty else { return }
        if words.count >= longestTail {
            tail = Array(words.suffix(longestTail))
        } else {
            tail.removeFirst(max(0, tail.count + words.count - longestTail))
            tail += words
        }
    }

    private mutating func remember(_ words: [Word], of source: Seam.Source) {
        Self.remember(words, in: &heard)
        sources += Array(repeating: source, count: words.count)
        sources.removeFirst(sources.count - heard.count)
    }

    /// Returns true if a final without a length behind what is committed says something new. Engines that cut a word may send such a final for the
    /// rest of the word. Engines that fill their audio up with silence may send one for a word in that silence. Words that the last such final said
    /// there are said again, and are not new.
    func goesOn(with words: [Word], of range: SampleRange) -> Bool {
        guard range.isEmpty, range.start >= committedThrough, !isAtGap else { return false }
        return range.start != lastPoint || tail.suffix(words.count).map(\.text) != words.map(\.text)
    }

    /// Remembers words that lie in the gap. The words are not taken, but they are known: an engine that hears the same again and does not say where
    /// it lies has not heard what stands behind it.
    ///
    /// - Parameter hasTimes: true if the words' engine says where they lie; if not, all of them lie in the gap.
    mutating func hearGap(_ words: [Word], by engine: EngineName, hasTimes: Bool = true) {
        guard isAtGap, let gap else { return }
        let known = max(gap.start, heard.last?.range.end ?? .zero)
        remember(
            words.filter { $0.middle >= known && (!hasTimes || $0.middle < gap.end) },
            of: Seam.Source(engine: engine, bound: hasTimes ? nil : gap.end))
    }

    /// Words that are not committed, where their engine places them, which may be a little before the end of what is.
    func fresh(_ words: [Word], seam: ComparisonContext?) -> [Word] {
        if var seam, !words.isEmpty {
            seam.sources = sources
            if isAtGap, let gap {
                let new = Seam.fresh(words, after: heard, through: gap.start, seam)
                // Which of those that do not say where they lie are in the gap nobody knows; its repair leaves out those that are here.
                return seam.hasTimes ? new.filter { $0.middle >= gap.end } : new
            }
            seam.gap = gap
            return Seam.fresh(words, after: heard, through: committedThrough, seam)
        }
        guard let first = words.first, first.range.start < committedThrough else { return words }
        return words.filter { $0.middle >= committedThrough }
    }

    /// Returns the number of words that lie in what is committed, as far as its words are remembered, and are not said there.
    private func changes(in words: [Word]) -> Int {
        guard let oldest = tail.first?.range.start, !isAtGap else { return 0 }
        return words.count(where: { word in
            guard word.middle < committedThrough, word.range.start >= oldest else { return false }
            let spoken = Set(SpokenForm.tokens(of: word))
            return !tail.contains { $0.range.intersection(word.range) != nil && !spoken.isDisjoint(with: SpokenForm.tokens(of: $0)) }
        })
    }

    /// Returns the new words of a final for audio that is settled: all words if the final goes on, otherwise the words behind what is committed.
    private func behind(_ final: Hypothesis) -> [Word] {
        if goesOn(with: final.words, of: final.range) { return final.words }
        return final.words.filter { $0.range.end > committedThrough && $0.middle >= committedThrough }
    }

    /// None reaches back into what is committed.
    func moved(_ word: Word) -> Word {
        guard word.range.start < committedThrough else { return word }
        var kept = word
        kept.range = SampleRange(committedThrough, word.range.end)
        return kept
    }
}
