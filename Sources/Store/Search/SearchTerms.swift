import Conversations
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

    /// Terms of the query, each once. Stop words are terms only within a phrase.
    var terms: [Term]
    /// True if the query has nothing but stop words, which are one phrase then: "to be or not to be".
    var isStopPhrase = false

    /// True if there are terms and all of them are in quotes.
    var isQuoted: Bool { !terms.isEmpty && terms.allSatisfy(\.isQuoted) }

    /// Maximum number of terms; further terms are ignored.
    static let most = 16
    /// Maximum length of a term, in characters; a longer text is not a word.
    static let longest = 200

    init(_ text: String) {
        terms = []
        var parts: [(text: Substring, isQuoted: Bool)] = []
        // A quotation that is not closed reaches to the end.
        for (index, part) in text.split(separator: "\"", omittingEmptySubsequences: false).enumerated() {
            if index % 2 == 1 {
                parts.append((part, true))
            } else {
                for word in part.split(whereSeparator: \.isWhitespace) { parts += Self.pieces(of: word).map { ($0, false) } }
            }
        }
        // A part without any letter or digit can find nothing.
        parts.removeAll { part in !part.text.contains { $0.isLetter || $0.isNumber } }
        let words = parts.filter { !$0.isQuoted }.map(\.text)
        var stops = Self.stops(words)[...]
        let content = parts.filter { $0.isQuoted || stops.popFirst() == false }
        if content.isEmpty, !words.isEmpty {
            isStopPhrase = true
            add(words.prefix(Self.most).joined(separator: " ")[...], isQuoted: false)
        }
        for part in content { add(part.text, isQuoted: part.isQuoted) }
    }

    /// Returns for each word whether it is a stop word. Among words in small letters one with a capital is a name: "email from Will", "US election".
    private static func stops(_ words: [Substring]) -> [Bool] {
        var flags = StopWords.flags(of: words.map { StopWords.form(of: $0) })
        guard words.contains(where: { $0.first?.isLowercase == true }) else { return flags }
        for (index, word) in words.enumerated() where word.count > 1 && word.first?.isUppercase == true {
            if index > 0 || word.allSatisfy(\.isUppercase) { flags[index] = false }
        }
        return flags
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
        guard terms.count < Self.most, part.count <= Self.longest else { return }
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
