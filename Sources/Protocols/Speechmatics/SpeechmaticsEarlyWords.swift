import Speech

/// The words that were sent as final before their commit, because the commit would have come too late.
///
/// Only words that no later interim will change are sent early. If the commit differs nevertheless, the sent words stand.
struct SpeechmaticsEarlyWords: Sendable {
    /// Sent words that no commit has had yet, with their positions.
    private var sent: [(text: String, range: SampleRange)] = []
    private(set) var through: SampleIndex = .zero
    /// Maximum distance between the positions that two engines give for the same word.
    private let tolerance: SampleCount

    init(rate: SampleRate) { tolerance = SampleCount(.milliseconds(500), at: rate) }

    /// Returns an interim's words that are due: none until the oldest word is due, then all stable words.
    ///
    /// - Parameter limit: start of the audio that need not be final yet.
    mutating func take(from hypothesis: Hypothesis, dueBefore limit: SampleIndex) -> [Word] {
        let stable = rest(of: Array(hypothesis.words.prefix(min(hypothesis.stableWords, hypothesis.words.count))))
        guard let first = stable.first, let last = stable.last, first.range.end <= limit else { return [] }
        sent += stable.map { ($0.bare, $0.range) }
        through = last.range.end
        return stable
    }

    /// Returns the words of a commit or an interim that are still to be sent.
    func rest(of words: [Word]) -> [Word] {
        guard !sent.isEmpty else { return words }
        if words.lazy.map(\.bare).starts(with: sent.lazy.map(\.text)) { return Array(words.dropFirst(sent.count)) }
        // Another engine took over and heard some words differently: it continues after the last sent word.
        let same = words.indices.filter { words[$0].bare == sent.last?.text && distance(words[$0]) <= tolerance }
        if let last = same.min(by: { distance(words[$0]) < distance(words[$1]) }) { return Array(words[(last + 1)...]) }
        return words.filter { $0.range.middle >= through }
    }

    private func distance(_ word: Word) -> SampleCount { SampleCount(abs((word.range.end - through).samples)) }

    /// Removes a commit's words from the sent words. The commit may have fewer words than were sent; sent words after its end count for the next
    /// commit.
    mutating func committed(_ words: [Word], through end: SampleIndex) {
        let same = zip(sent, words).prefix { $0.text == $1.bare }.count
        if same == min(sent.count, words.count), same > 0 {
            sent.removeFirst(same)
        } else {
            sent.removeAll { $0.range.middle < end }
        }
    }
}
