import Speech

/// Which words of a segment's interims are stable: those that two successive interims agree on. They are never taken back: later hypotheses are
/// recognised with their tokens as prefix, and held to their text.
struct Agreement: Sendable, Equatable {
    private(set) var stable: [SegmentResult.Word] = []
    private var last: [SegmentResult.Word] = []
    /// All stable words are spoken before this.
    private(set) var heardThrough = SampleIndex.zero
    private var lastHeardThrough = SampleIndex.zero

    /// Words at the end of a hypothesis that are not stable yet, though agreed: the last was cut by the end of the audio, and what is said next
    /// decides about those before it. A stable word that is wrong stays, and spoils what is recognised behind it.
    private static let unsettled = 3

    /// Tokens that the next request begins with.
    var prefix: [Token] { stable.flatMap(\.tokens) }

    /// Takes the next interim, of audio as far as `end`, and returns it with the stable words as they were.
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

    /// `words` with the stable ones as they were: their text does not change any more, whatever comes to stand beside it.
    func hold(_ words: [SegmentResult.Word]) -> [SegmentResult.Word] {
        guard words.count >= stable.count else { return stable }
        var held = words
        for (index, word) in stable.enumerated() {
            held[index].text = word.text
            held[index].tokens = word.tokens
        }
        return held
    }

    /// What is agreed of the words before `index`, and of those from it on.
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
    /// `words` as they are to be final: stable words may have got other punctuation and capitals, but stay the same words.
    func holdSpoken(_ words: [SegmentResult.Word]) -> [SegmentResult.Word] {
        var held = hold(words)
        for index in stable.indices where index < words.count && words[index].bare == stable[index].bare { held[index] = words[index] }
        return held
    }
}
