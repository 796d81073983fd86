import Speech

/// Words that were sent as final before their commit, because it would have come too late.
///
/// Only words that no later interim will change. Should the commit have them otherwise all the same, what was sent stands.
struct SpeechmaticsEarlyWords: Sendable {
    /// Those that no commit has had yet, with where they lie.
    private var sent: [(text: String, range: SampleRange)] = []
    private(set) var through: SampleIndex = .zero
    /// As far as the same word may lie from itself when another engine goes on with what one has said.
    private let tolerance: SampleCount

    init(rate: SampleRate) { tolerance = SampleCount(.milliseconds(500), at: rate) }

    /// Those of an interim's words that are due: none until the oldest is, then all that are stable.
    ///
    /// - Parameter limit: where the audio begins that need not be final yet.
    mutating func take(from hypothesis: Hypothesis, dueBefore limit: SampleIndex) -> [Word] {
        let stable = rest(of: Array(hypothesis.words.prefix(min(hypothesis.stableWords, hypothesis.words.count))))
        guard let first = stable.first, let last = stable.last, first.range.end <= limit else { return [] }
        sent += stable.map { ($0.bare, $0.range) }
        through = last.range.end
        return stable
    }

    /// The words of a commit, or of an interim, that are still to be sent.
    func rest(of words: [Word]) -> [Word] {
        guard !sent.isEmpty else { return words }
        if words.lazy.map(\.bare).starts(with: sent.lazy.map(\.text)) { return Array(words.dropFirst(sent.count)) }
        // Another engine has taken over, which heard some of them otherwise: it goes on behind the last one.
        let same = words.indices.filter { words[$0].bare == sent.last?.text && distance(words[$0]) <= tolerance }
        if let last = same.min(by: { distance(words[$0]) < distance(words[$1]) }) { return Array(words[(last + 1)...]) }
        return words.filter { $0.range.middle >= through }
    }

    private func distance(_ word: Word) -> SampleCount { SampleCount(abs((word.range.end - through).samples)) }

    /// A commit has come, which may have fewer words than were sent: what another engine had heard behind its end stands for the next one's.
    mutating func committed(_ words: [Word], through end: SampleIndex) {
        let same = zip(sent, words).prefix { $0.text == $1.bare }.count
        if same == min(sent.count, words.count), same > 0 {
            sent.removeFirst(same)
        } else {
            sent.removeAll { $0.range.middle < end }
        }
    }
}
