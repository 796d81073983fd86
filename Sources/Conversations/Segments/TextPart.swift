import Speech

/// Part of a text that is compared as a whole: a word, or one character of a script without spaces, each with the marks that touch it.
struct TextPart: Equatable {
    var text: String
    /// The letters and digits without case; a part without any has its marks.
    var key: String
    /// False for a part of marks alone.
    var isSpoken: Bool

    init(_ text: String) {
        self.text = text
        let spoken = text.filter(Self.isSpoken)
        isSpoken = !spoken.isEmpty
        key = (isSpoken ? spoken : text).lowercased()
    }

    /// Share of a stretch of speech that the part takes. One is added to the letters: short words take longer to say than their letters suggest.
    var weight: Int { text.count + 1 }

    /// Returns the parts of a text without spaces.
    static func all(in word: some StringProtocol) -> [TextPart] {
        var parts: [TextPart] = []
        var text = ""
        // The last letter or digit of the part.
        var last: Character?
        for character in word {
            if let before = last, isBoundary(before, character) {
                parts.append(TextPart(text))
                (text, last) = ("", nil)
            }
            text.append(character)
            if isSpoken(character) { last = character }
        }
        return text.isEmpty ? parts : parts + [TextPart(text)]
    }

    /// Returns true if a part begins with `next`: beside a character of a script without spaces. A mark belongs to the part before it, unless the mark
    /// opens a quotation or a bracket.
    private static func isBoundary(_ before: Character, _ next: Character) -> Bool {
        if isSpoken(next) { return UnspacedScript.contains(before) || UnspacedScript.contains(next) }
        switch next.unicodeScalars.first?.properties.generalCategory {
        case .openPunctuation?, .initialPunctuation?: return UnspacedScript.contains(before)
        case _: return false
        }
    }

    private static func isSpoken(_ character: Character) -> Bool { character.isLetter || character.isNumber }
}
