import Conversations

/// What a query's text asks for.
struct SearchTerms: Equatable {
    struct Term: Equatable {
        /// It is several words for the index.
        var isPhrase: Bool { text.contains(" ") || text.count > 1 && text.contains(where: UnspacedScript.contains) }
        /// A word or a phrase, in lower case.
        var text: String
        /// It was put in quotes: nothing without it is wanted.
        var isQuoted: Bool
    }

    /// Without doubles.
    var terms: [Term]

    /// Nothing is wanted but what is said literally.
    var isQuoted: Bool { !terms.isEmpty && terms.allSatisfy(\.isQuoted) }

    /// More are not looked for.
    static let most = 16
    /// Characters; nothing that is longer is a word.
    static let longest = 200

    init(_ text: String) {
        terms = []
        // A quote that is not closed reaches to the end.
        for (index, part) in text.split(separator: "\"", omittingEmptySubsequences: false).enumerated() {
            if index % 2 == 1 {
                add(part, isQuoted: true)
            } else {
                for word in part.split(whereSeparator: \.isWhitespace) { for piece in Self.pieces(of: word) { add(piece, isQuoted: false) } }
            }
        }
    }

    /// A word; of a script without spaces, in which nobody can tell where words end, a short stretch, or each two neighbours of a longer one.
    private static func pieces(of word: Substring) -> [Substring] {
        guard word.contains(where: UnspacedScript.contains) else { return [word] }
        var pieces: [Substring] = []
        var rest = word
        while let first = rest.first {
            let isUnspaced = UnspacedScript.contains(first)
            let run = rest.prefix { UnspacedScript.contains($0) == isUnspaced }
            rest = rest[run.endIndex...]
            guard isUnspaced, run.count > Self.longestStretch else {
                pieces.append(run)
                continue
            }
            for (start, next) in zip(run.indices, run.indices.dropFirst()) { pieces.append(run[start...next]) }
        }
        return pieces
    }

    /// Characters that are looked for as they stand.
    private static let longestStretch = 4

    private mutating func add(_ part: Substring, isQuoted: Bool) {
        // Without any letter or digit there is nothing to be found.
        guard terms.count < Self.most, part.count <= Self.longest, part.contains(where: { $0.isLetter || $0.isNumber }) else { return }
        let text = part.split(whereSeparator: \.isWhitespace).joined(separator: " ").lowercased()
        if let known = terms.firstIndex(where: { $0.text == text }) {
            terms[known].isQuoted = terms[known].isQuoted || isQuoted
        } else {
            terms.append(Term(text: text, isQuoted: isQuoted))
        }
    }

    /// A term in the language of FTS5: a string, in which nothing but the quote has a meaning.
    static func quoted(_ term: String) -> String { "\"" + term.filter { $0 != "\"" && $0 != "\0" } + "\"" }
}
