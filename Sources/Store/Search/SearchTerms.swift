/// What a query's text asks for.
struct SearchTerms: Equatable {
    struct Term: Equatable {
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
                for word in part.split(whereSeparator: \.isWhitespace) { add(word, isQuoted: false) }
            }
        }
    }

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
