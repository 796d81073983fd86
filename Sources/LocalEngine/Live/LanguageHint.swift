/// Knowledge of the language of live audio before the audio is read. Languages are named by their codes.
package enum LanguageHint: Hashable, Sendable {
    /// The audio is in the language of the stream, which the client named or the engine assumes.
    case ofStream
    /// The audio tells its language. `after` is the language of the utterance before; nil: there is none.
    case open(after: String?)
    /// The utterance has told its language.
    case decided(String)

    /// Code of the likeliest language; nil: it is that of the stream, or nothing is known.
    package var code: String? {
        switch self {
        case .ofStream: nil
        case .open(let former): former
        case .decided(let code): code
        }
    }
}
