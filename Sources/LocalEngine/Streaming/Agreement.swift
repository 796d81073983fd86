import Speech

/// The stable words of a segment's interims: words on which two successive interims agree. Stable words are never taken back: later hypotheses are
/// recognised with their tokens as prefix, and keep their text.
struct Agreement: Sendable, Equatable {
    private(set) var stable: [SegmentResult.Word] = []
    private var last: [SegmentResult.Word] = []

    /// Number of words at the end of a hypothesis that are not stable yet, although the interims agree: the end of the audio cut the last word, and
    /// the next words decide about the words before. A wrong stable word would stay, and spoil the words behind it.
    private static let unsettled = 3

    /// Number of written syllables that count as one word, in scripts without blanks.
    private static let syllables = 3

    /// Returns the number of words that may become stable.
    private static func settledCount(of words: [SegmentResult.Word]) -> Int {
        var open = unsettled * syllables
        return words.lastIndex { word in
            if open <= 0 { return true }
            open -= word.isSyllable ? 1 : syllables
            return false
        }.map { $0 + 1 } ?? 0
    }

    /// Tokens at the beginning of the next request.
    var prefix: [Token] { stable.flatMap(\.tokens) }

    /// Tokens that probably follow the prefix in the next reading: those of the last one.
    var draft: [Token] { last.dropFirst(stable.count).flatMap(\.tokens) }

    /// Takes the next interim, and returns its words with the stable ones unchanged.
    mutating func add(_ words: [SegmentResult.Word]) -> [SegmentResult.Word] {
        let held = hold(words)
        let comparable = min(Self.settledCount(of: held), Self.settledCount(of: last))
        while stable.count < comparable, Self.agree(held[stable.count], last[stable.count]) {
            stable.append(held[stable.count])
        }
        last = held
        return held
    }

    /// Returns `words` with the text of stable words unchanged, whatever words follow.
    private func hold(_ words: [SegmentResult.Word]) -> [SegmentResult.Word] {
        guard words.count >= stable.count else { return stable }
        var held = words
        for (place, word) in stable.enumerated() {
            held[place].text = word.text
            held[place].tokens = word.tokens
        }
        return held
    }

    private static func agree(_ a: SegmentResult.Word, _ b: SegmentResult.Word) -> Bool { a.text == b.text && a.tokens == b.tokens }
}
