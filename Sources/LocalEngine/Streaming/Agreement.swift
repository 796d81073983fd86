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

    /// Takes the next interim, whose audio ends at `end`, and returns its words with the stable ones unchanged.
    mutating func add(_ words: [SegmentResult.Word], heardThrough end: SampleIndex) -> [SegmentResult.Word] {
        let held = hold(words)
        let comparable = min(Self.settledCount(of: held), Self.settledCount(of: last))
        while stable.count < comparable, Self.agree(held[stable.count], last[stable.count]) {
            stable.append(held[stable.count])
            heardThrough = lastHeardThrough
        }
        last = held
        lastHeardThrough = end
        return held
    }

    /// Returns `words` with the text of stable words unchanged, whatever words follow. Key terms that were put in stay.
    func hold(_ words: [SegmentResult.Word]) -> [SegmentResult.Word] { hold(words) { _, _ in true } }

    /// - Parameter isHeld: returns true if a stable word's text takes the place of the new one's.
    private func hold(
        _ words: [SegmentResult.Word], where isHeld: (_ new: SegmentResult.Word, _ stable: SegmentResult.Word) -> Bool
    ) -> [SegmentResult.Word] {
        guard Self.heardCount(of: words) >= stable.count else {
            return stable.enumerated().map { $0 < words.count && !isHeld(words[$0], $1) ? words[$0] : $1 }
        }
        var held = words
        var index = 0
        for place in words.indices {
            guard index < stable.count else { break }
            if words[place].mark == nil, isHeld(words[place], stable[index]) {
                held[place].text = stable[index].text
                held[place].tokens = stable[index].tokens
            }
            index += words[place].heardCount
        }
        return held
    }

    /// Returns the number of heard words for which `words` stand.
    static func heardCount(of words: some Sequence<SegmentResult.Word>) -> Int { words.reduce(0) { $0 + $1.heardCount } }

    /// Returns the agreement on the heard words before `index`, and on those from `index` on.
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
    /// Returns `words` as they become final: stable words may change their punctuation and capitals, but not the words themselves. Only key terms take
    /// the place of stable words.
    func holdSpoken(_ words: [SegmentResult.Word]) -> [SegmentResult.Word] {
        hold(words) { $0.bare != $1.bare }
    }
}

extension SegmentResult.Word {
    /// Number of heard words for which the word stands: 1, except for words of key terms that were put in.
    fileprivate var heardCount: Int { mark?.wordCount ?? 1 }
}
