import Speech

/// The language of a live stream, as far as it is known before the stream begins.
enum LiveLanguage: Sendable {
    /// Knowledge of the language, without models.
    enum Choice: Sendable, Equatable {
        /// English, by the model that hears nothing else.
        case english
        /// A language of the other model, by its code.
        case other(String)
        /// Each utterance tells its language. `allowed`: codes of the languages that speech may turn out to be, beside English; nil: all.
        /// `likely`: codes of the languages that the client expects; nil: none.
        case open(allowed: Set<String>?, likely: Set<String>? = nil)

        /// Code of the language; nil: each utterance tells its own.
        var code: String? {
            switch self {
            case .english: LanguageTag.english.primary
            case .other(let code): code
            case .open: nil
            }
        }
    }

    case english
    case other(String, ModelUse<WhisperRecognizer>)
    case open(OpenLanguage)
}

/// The way to the language of each utterance of a stream whose client named none.
struct OpenLanguage: Sendable {
    /// The model of each language.
    let languages: LocalLanguages
    /// Codes of the languages that speech may turn out to be, beside English; nil: all.
    let allowed: Set<String>?
    /// Codes of the languages that the client expects, beside English; nil: none.
    var likely: Set<String>?
    /// Takes the failures of the model for all languages, which cost no English words.
    let failure: FailureReport
    /// Loads the model for all languages, which is asked only where English is not plain.
    let load: LanguageHearing.Load

    /// True if the model for all languages hears the language with this code.
    func isOther(_ code: String) -> Bool { languages.model(for: code) == .whisper }
}
