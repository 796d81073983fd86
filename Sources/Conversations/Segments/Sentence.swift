/// Detection of the ends of sentences, in any script that Harken's engines write.
package enum Sentence {
    /// Marks that end a sentence, in Latin, CJK, Arabic, Urdu and Devanagari.
    private static let enders: Set<Character> = [".", "?", "!", "。", "．", "？", "！", "؟", "۔", "।", "॥", "…"]
    /// Marks that may follow the mark at the end of a sentence.
    private static let closers: Set<Character> = ["\"", "'", "”", "’", ")", "]", "»", "」", "』"]

    /// Returns true if `text` ends with the end of a sentence.
    package static func isEnd(of text: String) -> Bool {
        guard let last = text.last(where: { !closers.contains($0) && !$0.isWhitespace }) else { return false }
        return enders.contains(last)
    }

    /// Returns the sentences in a text without spaces. The last sentence may be incomplete.
    package static func parts(of text: some StringProtocol) -> [String] {
        var parts: [String] = []
        var part = ""
        for character in text {
            // A closing quote belongs to the sentence before it.
            if let last = part.last, wideEnders.contains(last), !wideEnders.contains(character), !closers.contains(character) {
                parts.append(part)
                part = ""
            }
            part.append(character)
        }
        return part.isEmpty ? parts : parts + [part]
    }

    /// Marks without a following space.
    private static let wideEnders: Set<Character> = ["。", "．", "？", "！"]

    /// Returns the words as one text: one space between words, no space before a mark that ends a clause, and no spaces in scripts that are written
    /// without.
    package static func text(of words: some Sequence<String>) -> String {
        var text = ""
        for word in words {
            for part in word.split(whereSeparator: \.isWhitespace) {
                let joins = part.first.map { $0 == "," || $0 == "." || $0 == "?" } ?? false
                if !joins && needsSpace(text, part) { text.append(" ") }
                text.append(contentsOf: part)
            }
        }
        return text
    }

    /// Returns two parts of a text joined.
    static func joined(_ text: String, _ next: some StringProtocol) -> String { needsSpace(text, next) ? text + " " + next : text + next }

    private static func needsSpace(_ text: String, _ next: some StringProtocol) -> Bool {
        guard let last = text.last, let first = next.first else { return false }
        return !(UnspacedScript.joins(last) && UnspacedScript.joins(first))
    }
}
