package import Speech

/// A recogniser with the language that it hears.
package struct SpokenLanguageRecognizer: Sendable {
    package var recognizer: any WindowRecognizing
    package var language: LanguageTag
    /// The name of the model.
    package var model: String
    /// True if nobody named the language, and nobody can find it out.
    package var isAssumed: Bool

    package init(_ recognizer: any WindowRecognizing, _ language: LanguageTag, model: String, isAssumed: Bool = false) {
        self.recognizer = recognizer
        self.language = language
        self.model = model
        self.isAssumed = isAssumed
    }
}

/// The recogniser of a recording, the way to find one for each window, or none.
package enum RecordingRecognizer: Sendable {
    /// The language is known before.
    case known(SpokenLanguageRecognizer)
    /// Each window tells its language.
    case heard(LanguageHearing)
    /// The words are known: only voices are heard.
    case voicesOnly

    /// Maximum speech in a window, as far as there are silences to cut at.
    var longestWindow: SampleCount {
        switch self {
        case .known(let known): known.recognizer.longestWindow
        case .heard, .voicesOnly: WindowPlanner.longest
        }
    }
}
