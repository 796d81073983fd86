/// The limits of a list of key terms. All lists come here, from whatever protocol or setting.
enum KeyTermLimits {
    /// Maximum number of terms in a list; further terms are ignored.
    static let count = 1_000
    /// Maximum number of characters of a term; a longer term is ignored.
    static let length = 100
    /// Maximum number of words of a term; a term with more words is ignored.
    static let words = 6

    /// Returns the terms that can be used, each once, with single spaces.
    static func usable(_ terms: [String]) -> [String] {
        var usable: [String] = []
        var seen: Set<String> = []
        for term in terms where term.utf8.count <= 4 * length {
            let words = term.split(whereSeparator: \.isWhitespace)
            let text = words.joined(separator: " ")
            guard (1...self.words).contains(words.count), text.count <= length, seen.insert(text).inserted else { continue }
            usable.append(text)
            if usable.count == count { break }
        }
        return usable
    }
}
