package import Speech

/// Turns the finals of one channel's legs and repairs into commits: each interval exactly once, in order, never retracted.
package struct Stitcher: Sendable {
    package let channel: ChannelIndex
    /// End of the settled audio. All audio before it was committed or reported as a gap.
    package private(set) var committedThrough: SampleIndex = .zero
    /// The words that were committed last, at the places that their engines give. Other engines' words are compared with them.
    private(set) var tail: [Word] = []
    /// The same words with their sources, and the words that were heard in gaps between them.
    private(set) var heard: [RememberedWord] = []
    private static let maxTail = 48
    /// Number of words in finals that lie where the same engine had committed other words. The first text stands.
    private(set) var changedWords = 0
    /// The final that was committed last.
    private var last = PointFinal()
    /// The last gap; nil: there is none. Words in a gap are not taken, because the gap may be repaired later.
    private(set) var gap: SampleRange?

    package init(channel: ChannelIndex) { self.channel = channel }

    /// True if nothing is committed behind the last gap.
    var isAtGap: Bool { gap?.end == committedThrough }

    /// The end of the last word that was committed.
    package var lastWordEnd: SampleIndex? { tail.last.map { min($0.range.end, committedThrough) } }

    /// Commits the part of a final behind the committed audio, and returns the commit; nil when the final adds nothing, ends no turn and answers no
    /// finalize.
    ///
    /// - Parameters:
    ///   - seam: the comparison with the words that were committed last, if another source said them; nil: words are told apart by their times only.
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
        let words = moved(new)
        // A final that covers nothing new still matters when it ends a turn or answers a flush.
        if range.isEmpty && words.isEmpty && (reason == .pause || reason == .length) { return nil }
        committedThrough = max(range.end, words.last?.range.end ?? range.end)
        Self.remember(new, in: &tail)
        remember(new, of: Seam.Source(engine: engine, bound: bound))
        if !new.isEmpty { last.note(final.range) }
        if isCut, !new.isEmpty { heard[heard.count - 1].source?.isCut = true }
        return Commit(channel: channel, range: SampleRange(range.start, committedThrough), words: words, reason: reason, engine: engine)
    }

    /// Returns the part of an interim behind the committed audio.
    package func interim(_ hypothesis: Hypothesis, seam: ComparisonContext? = nil) -> Hypothesis {
        var rest = hypothesis
        rest.words = moved(fresh(hypothesis.words, seam: seam))
        rest.stableWords = max(0, hypothesis.stableWords - (hypothesis.words.count - rest.words.count))
        rest.range = SampleRange(committedThrough, hypothesis.range.end)
        return rest
    }

    /// Gives up the audio before `end`, and returns the gap; nil when the audio is settled already.
    package mutating func giveUp(through end: SampleIndex) -> SampleRange? {
        guard end > committedThrough else { return nil }
        let gap = SampleRange(committedThrough, end)
        self.gap = SampleRange(isAtGap ? self.gap?.start ?? gap.start : gap.start, end)
        committedThrough = end
        return gap
    }

    private static func remember<Element>(_ words: [Element], in tail: inout [Element]) {
        guard !words.isEmpty else { return }
        if words.count >= maxTail {
            tail = Array(words.suffix(maxTail))
        } else {
            tail.removeFirst(max(0, tail.count + words.count - maxTail))
            tail += words
        }
    }

    private mutating func remember(_ words: [Word], of source: Seam.Source) {
        Self.remember(words.suffix(Self.maxTail).map { RememberedWord($0, from: source) }, in: &heard)
    }

    /// Returns true if a final of zero length behind the committed audio says something new.
    func goesOn(with words: [Word], of range: SampleRange) -> Bool {
        !isAtGap && last.goesOn(with: words, of: range, behind: committedThrough, after: tail)
    }

    /// Remembers words that lie in the gap. The words are not committed. They are known, so that another final of the same audio without word times
    /// is not taken for words behind the gap.
    ///
    /// - Parameter hasTimes: true if the words' engine says where they lie; if not, all of them lie in the gap.
    mutating func hearGap(_ words: [Word], by engine: EngineName, hasTimes: Bool = true) {
        guard isAtGap, let gap else { return }
        let known = max(gap.start, heard.last?.word.range.end ?? .zero)
        remember(
            words.filter { $0.middle >= known && (!hasTimes || $0.middle < gap.end) },
            of: Seam.Source(engine: engine, bound: hasTimes ? nil : gap.end))
    }

    /// Returns the words that are not committed, at the places that their engine gives, which may lie a little before the end of the committed audio.
    func fresh(_ words: [Word], seam: ComparisonContext?) -> [Word] {
        if var seam, !words.isEmpty {
            if isAtGap, let gap {
                let new = Seam.fresh(words, after: heard, through: gap.start, seam)
                // Without word times, nobody knows which words lie in the gap. The gap's repair leaves out the words that are committed here.
                return seam.hasTimes ? new.filter { $0.middle >= gap.end } : new
            }
            seam.gap = gap
            return Seam.fresh(words, after: heard, through: committedThrough, seam)
        }
        guard let first = words.first, first.range.start < committedThrough else { return words }
        return words.filter { $0.middle >= committedThrough }
    }

    /// Returns the number of words that lie in committed audio and differ from the words committed there, as far as those are remembered.
    private func changes(in words: [Word]) -> Int {
        guard let oldest = tail.first?.range.start, !isAtGap else { return 0 }
        return words.count(where: { word in
            guard word.middle < committedThrough, word.range.start >= oldest else { return false }
            let spoken = Set(SpokenForm.tokens(of: word))
            return !tail.contains { $0.range.intersection(word.range) != nil && !spoken.isDisjoint(with: SpokenForm.tokens(of: $0)) }
        })
    }

    /// Returns the new words of a final for settled audio: all words if `goesOn`, otherwise the words behind the committed audio.
    private func behind(_ final: Hypothesis) -> [Word] {
        if goesOn(with: final.words, of: final.range) { return final.words }
        return final.words.filter { $0.range.end > committedThrough && $0.middle >= committedThrough }
    }

    /// Returns words cut so that none of them reaches back into the committed audio.
    private func moved(_ words: [Word]) -> [Word] {
        // Nearly always all words lie behind the committed audio, and then none is copied.
        words.indices.contains { words[$0].range.start < committedThrough } ? words.map(moved) : words
    }

    /// Returns a word cut so that it does not reach back into the committed audio.
    func moved(_ word: Word) -> Word {
        guard word.range.start < committedThrough else { return word }
        var kept = word
        kept.range = SampleRange(committedThrough, word.range.end)
        return kept
    }
}
