import Speech

/// Words that a vendor made final a few at a time, gathered until they are a final worth having: a sentence, or a few seconds.
///
/// The last word waits for the next one, for the vendor may still put marks behind it. Finals that are taken from it tile.
struct SettledWords: Sendable {
    /// Not given as final yet.
    private(set) var words: [Word] = []
    /// Where the finals that were taken end.
    private(set) var through: SampleIndex = .zero
    private let rate: SampleRate

    /// Speech that is given as final although its sentence goes on.
    static let longest: Duration = .seconds(5)
    static let maxWords = 64
    /// Of one word, in bytes: what comes beyond is left out.
    static let longestWord = 256

    init(rate: SampleRate) { self.rate = rate }

    /// The next word; its time is clamped to lie behind what was taken.
    mutating func append(_ word: Word) {
        guard !word.text.isEmpty, word.text.utf8.count <= Self.longestWord else { return }
        var word = word
        let start = max(word.range.start, through)
        word.range = SampleRange(start, max(start, word.range.end))
        words.append(word)
    }

    /// More of the last word: a part of it, or a mark behind it. Nothing when there is none.
    mutating func extend(by text: String, through end: SampleIndex? = nil, confidence: Float? = nil) {
        guard let last = words.indices.last, words[last].text.utf8.count + text.utf8.count <= Self.longestWord else { return }
        words[last].text += text
        if let end { words[last].range = SampleRange(words[last].range.start, max(words[last].range.end, end)) }
        if let confidence { words[last].confidence = min(words[last].confidence, confidence) }
    }

    /// What has gathered, if it is enough.
    mutating func takeDue() -> Hypothesis? {
        guard words.count > 1 else { return nil }
        var count = words.indices.dropLast().last { words[$0].endsSentence(before: words[$0 + 1]) }.map { $0 + 1 } ?? 0
        let isLong = (words.last?.range.start ?? through) - through > SampleCount(Self.longest, at: rate) || words.count > Self.maxWords
        if count == 0, isLong { count = words.count - 1 }
        guard count > 0 else { return nil }
        return take(count, through: nil)
    }

    /// Everything, with the silence up to `end`; nil when there is neither.
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
        // What was left may overlap what was taken.
        for index in words.indices {
            let start = max(words[index].range.start, through)
            words[index].range = SampleRange(start, max(start, words[index].range.end))
        }
        return Hypothesis(range: range, words: taken)
    }

    /// What the vendor thinks for now, as an interim.
    ///
    /// - Parameter tentative: these words, and those after them that are not final.
    func interim(_ tentative: SettledWords, through end: SampleIndex) -> Hypothesis {
        let last = tentative.words.map(\.range.end).max() ?? through
        return Hypothesis(
            range: SampleRange(through, max(end, last)), words: tentative.words, stableWords: min(max(0, words.count - 1), tentative.words.count))
    }
}
