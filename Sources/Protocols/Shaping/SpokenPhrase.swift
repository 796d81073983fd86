internal import Speech

/// A phrase that is looked for among the words of a transcript, in lower case and without punctuation.
struct SpokenPhrase: Sendable, Equatable {
    /// The bare words of the phrase; empty: there is no word to look for.
    let words: [String]
    /// The phrase without blanks, if it has letters of a script that is written without them; nil: its words are those of a transcript.
    private let letters: String?

    init(_ text: some StringProtocol) {
        words = text.split(whereSeparator: \.isWhitespace).map { Word.bare(String($0)) }
        letters = words.contains { $0.contains(where: UnspacedScript.contains) } ? words.joined() : nil
    }

    /// Returns the number of words at the start of a transcript's bare words that are the phrase; nil: they are not.
    ///
    /// In scripts that are written without blanks, each engine divides a text in its own way.
    func count(in said: ArraySlice<String>) -> Int? {
        if said.starts(with: words) { return words.count }
        guard let letters else { return nil }
        var rest = letters[...]
        for (index, word) in said.enumerated() {
            guard rest.hasPrefix(word) else { return nil }
            rest = rest.dropFirst(word.count)
            if rest.isEmpty { return index + 1 }
        }
        return nil
    }
}
