/// One recognised word.
public struct Word: Hashable, Sendable {
    /// The word as displayed: with its capitals and the punctuation that touches it.
    public var text: String
    /// The interval of audio in which the word is spoken.
    public var range: SampleRange
    /// Confidence, 0…1.
    public var confidence: Float
    public var speaker: SpeakerLabel?
    public var language: LanguageTag?
    /// The words that were heard in the place of this word of a key term, as they were displayed; nil for a word as it was heard.
    public var heard: String?
    /// Punctuation that was known only after the word had been sent; nil: `text` is right in every text.
    package var lateMarks: LateMarks?

    public init(
        _ text: String, _ range: SampleRange, confidence: Float, speaker: SpeakerLabel? = nil, language: LanguageTag? = nil
    ) {
        self.text = text
        self.range = range
        self.confidence = confidence
        self.speaker = speaker
        self.language = language
    }

    /// Makes a word of a key term, or a word that may be one.
    package init(
        _ text: String, _ range: SampleRange, confidence: Float, speaker: SpeakerLabel? = nil, language: LanguageTag? = nil, heard: String?
    ) {
        self.init(text, range, confidence: confidence, speaker: speaker, language: language)
        self.heard = heard
    }
}
