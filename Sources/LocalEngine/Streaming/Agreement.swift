import Speech

/// The stable words of a segment's interims: words on which two successive interims agree. Stable words are never taken back: later hypotheses are
/// recognised with their tokens as prefix, and keep their text.
struct Agreement: Sendable, Equatable {
    private(set) var stable: [SegmentResult.Word] = []
    private var last: [SegmentResult.Word] = []
    /// End of the audio in which all stable words are spoken.
    private(set) var heardThrough = SampleIndex.zero
    private var lastHeardThrough = SampleIndex.zero

    /// Number of words at the end of a hypothesis that are not stable yet, although the interims agree: the end of the audio cut the last word, and
    /// the next words decide about the words before. A wrong stable word would stay, and spoil the words behind it.
    private static let unsettled = 3

    /// Tokens at the beginning of the next request.
    var prefix: [Token] { stable.flatMap(\.tokens) }

    /// Takes the next interim, whose audio ends at `end`, and returns its words with the stable ones unchanged.
    mutating func add(_ words: [SegmentResult.Word], heardThrough end: SampleIndex) -> [SegmentResult.Word] {
        let held = hold(words)
        let comparable = min(held.count, last.count) - Self.unsettled
        while stable.count < comparable, Self.agree(held[stable.count], last[stable.count]) {
            stable.append(held[stable.count])
            heardThrough = lastHeardThrough
        }
        last = held
        lastHeardThrough = end
        return held
    }

    /// Returns `words` with the text of stable words unchanged, whatever words follow.
    func hold(_ words: [SegmentResult.Word]) -> [SegmentResult.Word] {
        guard words.count >= stable.count else { return stable }
        var held = words
        for (index, word) in stable.enumerated() {
            held[index].text = word.text
            held[index].tokens = word.tokens
        }
        return held
    }

    /// Returns the agreement on the words before `index`, and on the words from `index` on.
    func split(atWord index: Int) -> (before: Agreement, behind: Agreement) {
        var before = self, behind = self
        before.stable = Array(stable.prefix(index))
        behind.stable = Array(stable.dropFirst(index))
        behind.last = Array(last.dropFirst(index))
        return (before, behind)
    }

    private static func agree(_ a: SegmentResult.Word, _ b: SegmentResult.Word) -> Bool { a.text == b.text && a.tokens == b.tokens }
}

extension Agreement {
    /// Returns `words` as they become final: stable words may change their punctuation and capitals, but not the words themselves.
    func holdSpoken(_ words: [SegmentResult.Word]) -> [SegmentResult.Word] {
        var held = hold(words)
        for index in stable.indices where index < words.count && words[index].bare == stable[index].bare { held[index] = words[index] }
        return held
    }
}
