import Speech

/// The terms of a query's text.
struct SearchTerms: Equatable {
    struct Term: Equatable {
        /// True if the term is several words for the index.
        var isPhrase: Bool { text.contains(" ") || text.count > 1 && text.contains(where: UnspacedScript.contains) }
        /// A word or a phrase, in lower case.
        var text: String
        /// True if the term is in quotes: every hit must have it.
        var isQuoted: Bool
    }

    /// Terms of the query, each once.
    var terms: [Term]

    /// True if there are terms and all of them are in quotes.
    var isQuoted: Bool { !terms.isEmpty && terms.allSatisfy(\.isQuoted) }

    /// Maximum number of terms; further terms are ignored.
    static let most = 16
    /// Maximum length of a term, in characters; a longer text is not a word.
    static let longest = 200

    init(_ text: String) {
        terms = []
        // A quotation that is not closed reaches to the end.
        for (index, part) in text.split(separator: "\"", omittingEmptySubsequences: false).enumerated() {
            if index % 2 == 1 {
                add(part, isQuoted: true)
            } else {
                for word in part.split(whereSeparator: \.isWhitespace) { for piece in Self.pieces(of: word) { add(piece, isQuoted: false) } }
            }
        }
    }

    /// Splits a word into search terms. In a script without spaces nobody can tell where words end: a run of at most `longestRun` characters
    /// stays whole, and a longer run becomes all its pairs of neighbouring characters.
    private static func pieces(of word: Substring) -> [Substring] {
        guard word.contains(where: UnspacedScript.contains) else { return [word] }
        var pieces: [Substring] = []
        var rest = word
        while let first = rest.first {
            let isUnspaced = UnspacedScript.contains(first)
            let run = rest.prefix { UnspacedScript.contains($0) == isUnspaced }
            rest = rest[run.endIndex...]
            guard isUnspaced, run.count > Self.longestRun else {
                pieces.append(run)
                continue
            }
            for (start, next) in zip(run.indices, run.indices.dropFirst()) { pieces.append(run[start...next]) }
        }
        return pieces
    }

    /// Maximum length of a run of unspaced characters that stays whole.
    private static let longestRun = 4

    private mutating func add(_ part: Substring, isQuoted: Bool) {
        // A part without any letter or digit can find nothing.
        guard terms.count < Self.most, part.count <= Self.longest, part.contains(where: { $0.isLetter || $0.isNumber }) else { return }
        let text = part.split(whereSeparator: \.isWhitespace).joined(separator: " ").lowercased()
        if let known = terms.firstIndex(where: { $0.text == text }) {
            terms[known].isQuoted = terms[known].isQuoted || isQuoted
        } else {
            terms.append(Term(text: text, isQuoted: isQuoted))
        }
    }

    /// Returns a term in the query language of FTS5: a quoted string, in which only the quotation mark has a meaning.
    static func quoted(_ term: String) -> String { "\"" + term.filter { $0 != "\"" && $0 != "\0" } + "\"" }
}
