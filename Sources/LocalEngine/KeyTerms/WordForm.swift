/// Forms of a displayed text in which it is compared with key terms.
enum WordForm {
    /// Returns the text in lower case with letters, digits, apostrophes and single spaces only.
    static func plain(_ text: String) -> String {
        let kept = text.lowercased().filter { $0.isLetter || $0.isNumber || $0 == "'" || $0 == " " }
        return kept.split(separator: " ").joined(separator: " ")
    }

    /// Returns the plain text without the ending of a plural or a possessive.
    static func stem(_ text: String) -> String { stem(plain: plain(text)) }

    static func stem(plain text: String) -> String {
        for ending in ["'s", "s'", "es", "s"] where text.hasSuffix(ending) && text.count > ending.count + 2 {
            return String(text.dropLast(ending.count))
        }
        return text
    }

    /// Returns the letters and digits of the text in lower case.
    static func letters(_ text: String) -> String { text.lowercased().filter { $0.isLetter || $0.isNumber } }

    /// Returns the text without the punctuation around it.
    static func inner(_ text: String) -> String {
        let edges = edges(text)
        let inner = text.dropFirst(edges.opening.count).dropLast(edges.closing.count)
        return inner.isEmpty ? text : String(inner)
    }

    /// Returns what stands around the words of a text: the punctuation before, and the punctuation behind with a possessive 's before it.
    static func edges(_ text: String) -> (opening: String, closing: String) {
        func isInner(_ character: Character) -> Bool { character.isLetter || character.isNumber || character == "_" }
        let opening = text.prefix { !isInner($0) }
        guard opening.count < text.count else { return (text, "") }
        var rest = text.dropFirst(opening.count)
        var closing = ""
        while let last = rest.last, !isInner(last) {
            closing = String(last) + closing
            rest.removeLast()
        }
        if rest.hasSuffix("'s") || rest.hasSuffix("’s") { closing = String(rest.suffix(2)) + closing }
        return (String(opening), closing)
    }
}
