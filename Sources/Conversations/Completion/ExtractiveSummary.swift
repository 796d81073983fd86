/// A title and a summary made from a conversation's own sentences: nothing is invented, and no text leaves the machine.
package struct ExtractiveSummary: Sendable, Equatable {
    /// A clause of the conversation; nil when nothing but numbers was said.
    package var title: String?
    /// The most important sentences, in the order in which they were spoken.
    package var summary: String

    private static let maxSentences = 3
    private static let maxSummary = 600
    /// Number of sentences to consider. From twice this number on, only evenly spread sentences are considered.
    private static let maxConsidered = 2_000

    /// Makes the summary; nil when the conversation has no words.
    ///
    /// - Parameter texts: texts of the conversation's segments, in order.
    package init?(of texts: [String]) {
        let all = SpokenSentence.all(of: texts)
        let step = max(1, all.count / Self.maxConsidered)
        let considered = stride(from: 0, to: all.count, by: step).map { all[$0] }, sentences = considered.map(\.text)
        guard !sentences.isEmpty else { return nil }
        let keywords = Keywords(of: sentences)
        let weights = sentences.map { keywords.weight(of: $0) }
        let best = sentences.indices.sorted { (-weights[$0], $0) < (-weights[$1], $1) }

        var chosen: [Int] = []
        var said: Set<String> = []
        var length = 0
        for index in best where chosen.count < Self.maxSentences {
            let words = Set(Keywords.words(of: sentences[index]))
            // A sentence is skipped when most of its words are in the summary already.
            guard said.isEmpty || words.subtracting(said).count * 2 >= words.count, length + sentences[index].count <= Self.maxSummary else {
                continue
            }
            said.formUnion(words)
            length += sentences[index].count
            chosen.append(index)
        }
        if chosen.isEmpty { chosen = [best[0]] }
        summary = String(Sentence.text(of: chosen.sorted().map { sentences[$0] }).prefix(Self.maxSummary))
        title = SpokenTitle.title(of: considered, best: best)
    }

    /// Returns the sentences of a text, the last of which may be incomplete.
    static func sentences(of text: String) -> [String] { SpokenSentence.parts(of: text).map(\.text) }
}
