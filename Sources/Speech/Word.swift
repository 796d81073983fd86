/// One recognised word.
package struct Word: Hashable, Sendable {
    /// As displayed: with its capitals and the punctuation that touches it.
    package var text: String
    /// Where it is spoken.
    package var range: SampleRange
    /// 0…1.
    package var confidence: Float
    package var speaker: SpeakerLabel?
    package var language: LanguageTag?

    package init(
        _ text: String, _ range: SampleRange, confidence: Float, speaker: SpeakerLabel? = nil, language: LanguageTag? = nil
    ) {
        self.text = text
        self.range = range
        self.confidence = confidence
        self.speaker = speaker
        self.language = language
    }

    /// Lower case, without the punctuation at its edges: `it's` of `“It's,`. A word of nothing else stays as it is.
    package var bare: String {
        let inner = text.drop { !Self.isSpoken($0) }
        let trimmed = String(inner.reversed().drop { !Self.isSpoken($0) }.reversed())
        return trimmed.isEmpty ? text.lowercased() : trimmed.lowercased()
    }

    private static func isSpoken(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || "$€£%°#@&".contains(character)
    }
}
