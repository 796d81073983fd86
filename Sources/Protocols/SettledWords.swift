import Speech

/// Collects words that a vendor makes final a few at a time, until they form a useful final: a sentence, or a few seconds.
///
/// The last word waits for the next word, because the vendor may still add marks to it. The finals cover the audio without gaps or overlaps.
struct SettledWords: Sendable {
    /// Words that no final has given yet.
    private(set) var words: [Word] = []
    /// End of the last final.
    private(set) var through: SampleIndex = .zero
    /// Marks that belong to the next word, such as `¿` and `「`.
    private var opening = ""
    private let rate: SampleRate

    /// Maximum length of speech before a final is given within a sentence.
    static let longest: Duration = .seconds(5)
    static let maxWords = 64
    /// Maximum size of a word, in bytes; longer words and additions are dropped.
    static let longestWord = 256

    init(rate: SampleRate) { self.rate = rate }

    /// Adds the next word; its start is moved behind the last final.
    mutating func append(_ word: Word) {
        guard !word.text.isEmpty, word.text.utf8.count <= Self.longestWord else { return }
        var word = word
        word.text = opening + word.text
        opening = ""
        let start = max(word.range.start, through)
        word.range = SampleRange(start, max(start, word.range.end))
        words.append(word)
    }

    /// Keeps a mark for the next word.
    mutating func open(with mark: String) {
        if opening.utf8.count + mark.utf8.count <= Self.longestWord { opening += mark }
    }

    /// Extends the last word by a part or a mark. Does nothing when there is no word.
    mutating func extend(by text: String, through end: SampleIndex? = nil, confidence: Float? = nil) {
        guard let last = words.indices.last, words[last].text.utf8.count + text.utf8.count <= Self.longestWord else { return }
        words[last].text += text
        if let end { words[last].range = SampleRange(words[last].range.start, max(words[last].range.end, end)) }
        if let confidence { words[last].confidence = min(words[last].confidence, confidence) }
    }

    /// Returns the next final, if enough words have come; nil otherwise.
    mutating func takeDue() -> Hypothesis? {
        guard words.count > 1 else { return nil }
        var count = words.indices.dropLast().last { words[$0].endsSentence(before: words[$0 + 1]) }.map { $0 + 1 } ?? 0
        let isLong = (words.last?.range.start ?? through) - through > SampleCount(Self.longest, at: rate) || words.count > Self.maxWords
        if count == 0, isLong { count = words.count - 1 }
        guard count > 0 else { return nil }
        return take(count, through: nil)
    }

    /// Returns all words as a final, with the silence up to `end`; nil when there are no words and no silence.
    mutating func takeAll(through end: SampleIndex) -> Hypothesis? {
        guard !words.isEmpty || end > through else { return nil }
        return take(words.count, through: end)
    }

    private mutating func take(_ count: Int, through end: SampleIndex?) -> Hypothesis {
        let taken = Array(words[..<count])
        words.removeFirst(count)
        let last = taken.map(\.range.end).max() ?? through
        let range = SampleRange(through, max(last, end ?? last))
        through = range.end
        // The remaining words may overlap the final.
        for index in words.indices {
            let start = max(words[index].range.start, through)
            words[index].range = SampleRange(start, max(start, words[index].range.end))
        }
        return Hypothesis(range: range, words: taken)
    }

    /// Returns the vendor's present words as an interim.
    ///
    /// - Parameter tentative: these words and the words after them that are not final.
    func interim(_ tentative: SettledWords, through end: SampleIndex) -> Hypothesis {
        let last = tentative.words.map(\.range.end).max() ?? through
        return Hypothesis(
            range: SampleRange(through, max(end, last)), words: tentative.words, stableWords: min(max(0, words.count - 1), tentative.words.count))
    }
}
