/// A list of key terms, ready for the second look.
package struct CompiledTerms: Sendable {
    struct Term: Sendable {
        /// The term as the user wrote it.
        let text: String
        let wordCount: Int
        /// The ways to write the term, as tokens: as given, in lower case, and with a capital first letter.
        let ways: [Way]
        let phones: [Phone]
        /// The term without the ending of a plural or a possessive.
        let stem: String
        /// The letters and digits in lower case.
        let letters: String
    }

    struct Way: Sendable, Equatable {
        let text: String
        let tokens: [Token]
    }

    let terms: [Term]
    let stems: Set<String>
    /// Terms by their letters, for words that differ from a term only in hyphens, spaces or capitals.
    let termsByLetters: [String: Int]
    let maxWordCount: Int

    private let encoder: TextEncoder
    private let pronunciations: Pronunciations

    /// - Parameter texts: the terms; those beyond the limits are left out.
    init(_ texts: [String], _ encoder: TextEncoder, _ pronunciations: Pronunciations) {
        var terms: [Term] = []
        for text in KeyTermLimits.usable(texts) {
            let ways = Self.ways(to: text).compactMap { way in encoder.encode(way).map { Way(text: way, tokens: $0) } }
            let letters = WordForm.letters(text)
            guard !ways.isEmpty, !letters.isEmpty else { continue }
            terms.append(
                Term(
                    text: text, wordCount: text.split(separator: " ").count, ways: ways, phones: pronunciations.sound(of: text).phones,
                    stem: WordForm.stem(text), letters: letters))
        }
        self.terms = terms
        self.encoder = encoder
        self.pronunciations = pronunciations
        stems = Set(terms.map(\.stem))
        termsByLetters = Dictionary(terms.enumerated().map { ($1.letters, $0) }) { first, _ in first }
        maxWordCount = terms.map(\.wordCount).max() ?? 1
    }

    private static func ways(to text: String) -> [String] {
        var ways = [text]
        for way in [text.lowercased(), text.prefix(1).uppercased() + text.dropFirst()] where !ways.contains(way) { ways.append(way) }
        return ways
    }

    func encode(_ text: String) -> [Token]? { encoder.encode(text) }
    func sound(of text: String) -> Pronunciations.Sound { pronunciations.sound(of: text) }
}
