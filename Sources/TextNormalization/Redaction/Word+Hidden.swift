package import Speech

extension Word {
    /// True if the word stands for hidden words: it is a label of Harken or of a vendor, or has `#` in place of all letters and digits.
    package var isHidden: Bool { Self.isHidden(text) }

    /// Returns true for the text of a word that stands for hidden words.
    package static func isHidden(_ text: String) -> Bool { RedactionToken(text).label != nil || isHashed(text) }

    /// Returns true for the text of a word with `#` in place of all letters and digits.
    static func isHashed(_ text: String) -> Bool { text.contains("#") && !text.contains { $0.isLetter || $0.isNumber } }
}
