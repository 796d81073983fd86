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
}
