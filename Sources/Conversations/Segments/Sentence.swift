import Speech

/// Detection of the ends of sentences, in any script that Harken's engines write.
package enum Sentence {
    /// Marks that end a sentence, in Latin, CJK, Arabic, Urdu, Ethiopic, Devanagari, Khmer and Burmese.
    private static let enders: Set<Character> = [".", "?", "!", "。", "．", "？", "！", "｡", "؟", "۔", "።", "।", "॥", "។", "៕", "။", "…"]
    /// Marks that may follow the mark at the end of a sentence.
    private static let closers: Set<Character> = ["\"", "'", "”", "’", ")", "]", "»", "」", "』", "）"]

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
    private static let wideEnders: Set<Character> = ["。", "．", "？", "！", "｡", "។", "៕", "။"]

    /// Returns the words as one text, with the blanks of their scripts. Blanks within a word become one space each.
    package static func text(of words: some Sequence<String>) -> String {
        var text = ""
        for word in words { append(word, to: &text) }
        return text
    }

    /// Adds the next word to a text.
    ///
    /// - Parameter blank: as in `WordSpacing`.
    static func append(_ word: String, blank: Bool? = nil, to text: inout String) {
        let isOne = !word.contains(where: \.isWhitespace)
        WordSpacing.append(isOne ? word : word.split(whereSeparator: \.isWhitespace).joined(separator: " "), blank: blank, to: &text)
    }
}
