/// One recognised word.
public struct Word: Hashable, Sendable {
    /// The word as displayed: with its capitals and the punctuation that touches it.
    public var text: String
    /// The interval of audio in which the word is spoken.
    public var range: SampleRange
    /// Confidence, 0…1; `unknownConfidence` for an engine that has none.
    public var confidence: Float
    public var speaker: SpeakerLabel?
    public var language: LanguageTag? {
        get { details.language }
        set { details.language = newValue }
    }
    /// Confidence in the speaker, 0…1; nil: the engine has none.
    package var speakerConfidence: Float? {
        get { details.speakerConfidence }
        set { if newValue != speakerConfidence { details.speakerConfidence = newValue } }
    }
    /// Confidence in the word's language, 0…1; nil: the engine has none.
    package var languageConfidence: Float? {
        get { details.languageConfidence }
        set { if newValue != languageConfidence { details.languageConfidence = newValue } }
    }
    /// Confidence that the turn is over behind the word, 0…1; nil: the engine has none, or the turn goes on.
    package var turnConfidence: Float? {
        get { details.turnConfidence }
        set { if newValue != turnConfidence { details.turnConfidence = newValue } }
    }
    /// The words that were heard in the place of this word of a key term, as they were displayed; nil for a word as it was heard.
    public var heard: String? {
        get { details.heard }
        set { details.heard = newValue }
    }
    /// True if the engine's own text has a blank before the word, false if it has none; nil: the rule of `WordSpacing` is right.
    package var blankBefore: Bool? {
        get { details.blankBefore }
        set { if newValue != blankBefore { details.blankBefore = newValue } }
    }

    /// The confidence of a word whose engine does not tell how sure it is: neither sure nor in doubt.
    public static let unknownConfidence: Float = 0.5

    /// The details, kept apart from the word. Words are copied many times on their way to a client, and each reference in a word makes each copy
    /// dearer.
    private enum Box: Hashable, Sendable {
        /// All details are nil.
        case empty
        indirect case filled(Details)
    }

    /// Details that few words have.
    private struct Details: Hashable, Sendable {
        var language: LanguageTag?
        var heard: String?
        var blankBefore: Bool?
        var speakerConfidence: Float?
        var languageConfidence: Float?
        var turnConfidence: Float?

        var isEmpty: Bool {
            language == nil && heard == nil && blankBefore == nil && speakerConfidence == nil && languageConfidence == nil
                && turnConfidence == nil
        }
    }

    private var box = Box.empty
    private var details: Details {
        get { if case .filled(let details) = box { details } else { Details() } }
        set { box = newValue.isEmpty ? .empty : .filled(newValue) }
    }

    public init(
        _ text: String, _ range: SampleRange, confidence: Float, speaker: SpeakerLabel? = nil, language: LanguageTag? = nil
    ) {
        self.text = text
        self.range = range
        self.confidence = confidence
        self.speaker = speaker
        if let language { self.language = language }
    }

    /// Makes a word of a key term, or a word that may be one.
    package init(
        _ text: String, _ range: SampleRange, confidence: Float, speaker: SpeakerLabel? = nil, language: LanguageTag? = nil, heard: String?
    ) {
        self.init(text, range, confidence: confidence, speaker: speaker, language: language)
        if let heard { self.heard = heard }
    }
}
