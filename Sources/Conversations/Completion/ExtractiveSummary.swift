internal import Speech

/// A title and a summary made from a conversation's own sentences: nothing is invented, and no text leaves the machine.
package struct ExtractiveSummary: Sendable, Equatable {
    package var title: String
    /// The most important sentences, in the order in which they were spoken.
    package var summary: String

    private static let maxSentences = 3
    private static let maxSummary = 600
    private static let maxTitle = 60
    /// Number of sentences to consider. From twice this number on, only evenly spread sentences are considered.
    private static let maxConsidered = 2_000

    /// Makes the summary; nil when the conversation has no words.
    ///
    /// - Parameter texts: texts of the conversation's segments, in order.
    package init?(of texts: [String]) {
        let all = texts.flatMap(Self.sentences)
        let step = max(1, all.count / Self.maxConsidered)
        let sentences = stride(from: 0, to: all.count, by: step).map { all[$0] }
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
        title = Self.title(sentences, best: best, keywords: keywords)
    }

    /// Returns a title: a short whole sentence, if there is one among the best; otherwise the most frequent words.
    private static func title(_ sentences: [String], best: [Int], keywords: Keywords) -> String {
        let short = best.prefix(5).map { sentences[$0] }.first { sentence in
            let words = sentence.split(separator: " ").count
            return (3...10).contains(words) && sentence.count <= maxTitle && Keywords.words(of: sentence).count >= 2
        }
        if let short { return trimmed(short) }
        // Without spaces between words, the beginning of the best sentence is the title.
        if sentences[best[0]].contains(where: UnspacedScript.contains) { return String(trimmed(sentences[best[0]]).prefix(maxTitle / 2)) }
        let words = keywords.top(4, in: sentences)
        guard !words.isEmpty else { return String(trimmed(sentences[0]).prefix(maxTitle)) }
        let joined = words.joined(separator: ", ").prefix(2 * maxTitle)
        return joined.prefix(1).uppercased() + joined.dropFirst()
    }

    /// Full stops and commas in the scripts that `Sentence` knows. A title keeps its question mark.
    private static let stops: Set<Character> = [
        ".", ",", "。", "．", "｡", "，", "、", "､", "،", "۔", "।", "॥", "።", "፣", "។", "៕", "၊", "။",
    ]

    private static func trimmed(_ sentence: String) -> String {
        var title = sentence[...]
        while let last = title.last, stops.contains(last) { title = title.dropLast() }
        // Only the first letter is capitalised; the rest stays as it was spoken.
        return title.prefix(1).uppercased() + title.dropFirst()
    }

    static func sentences(of text: String) -> [String] {
        var sentences: [String] = []
        var current = ""
        for piece in text.split(whereSeparator: \.isWhitespace) {
            for (index, word) in Sentence.parts(of: piece).enumerated() {
                // The blanks are the text's own.
                Sentence.append(word, blank: index == 0, to: &current)
                if Sentence.isEnd(of: word) {
                    sentences.append(current)
                    current = ""
                }
            }
        }
        if !current.isEmpty { sentences.append(current) }
        return sentences
    }
}
