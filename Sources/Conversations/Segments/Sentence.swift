/// Where sentences end, in any script that Harken's engines write.
package enum Sentence {
    /// Latin, CJK, Arabic, Urdu and Devanagari.
    private static let enders: Set<Character> = [".", "?", "!", "。", "．", "？", "！", "؟", "۔", "।", "॥", "…"]
    /// What may follow the mark that ends it.
    private static let closers: Set<Character> = ["\"", "'", "”", "’", ")", "]", "»", "」", "』"]

    /// Whether `text` ends with the end of a sentence.
    package static func isEnd(of text: String) -> Bool {
        guard let last = text.last(where: { !closers.contains($0) && !$0.isWhitespace }) else { return false }
        return enders.contains(last)
    }

    /// Words as one text: one space between them, none before a mark that ends a clause.
    package static func text(of words: some Sequence<String>) -> String {
        var text = ""
        for word in words {
            for part in word.split(whereSeparator: \.isWhitespace) {
                let joins = part.first.map { $0 == "," || $0 == "." || $0 == "?" } ?? false
                if !text.isEmpty && !joins { text.append(" ") }
                text.append(contentsOf: part)
            }
        }
        return text
    }
}
