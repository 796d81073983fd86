internal import Speech

/// The ability of an engine's model to find the language of live speech. One rule for all engines: a client that leaves the language to the engine has
/// it found where the model can do so, whether the client says so (`multi`) or names none. docs/languages.md shows the second as "the engine's own".
package enum UnnamedLanguage: Sendable, Equatable {
    /// The model finds the language where it is asked for none.
    case found
    /// The model finds the language where it is asked for several, and takes speech for English where it is asked for none.
    case foundAmongSeveral
    /// The model cannot find the language. Speech is taken for English, and the client is told.
    case english

    /// Returns the language that the engine's stream is asked for; nil: for none.
    ///
    /// - Parameters:
    ///   - named: the language that the client named; nil: it named none.
    ///   - among: the languages that the speech may be in; empty: all. Speech that cannot be English is not taken for it: the vendor is asked for
    ///     several languages, and may refuse.
    func asked(_ named: LanguageTag?, among: [LanguageTag]) -> LanguageTag? {
        if let named, !named.isMulti { return named }
        switch self {
        case .found: return named
        case .foundAmongSeveral: return .multi
        case .english: return takesForEnglish(named, among: among) ? .english : .multi
        }
    }

    /// True if the engine takes speech for English because it cannot find the language that the client has left to it.
    func takesForEnglish(_ named: LanguageTag?, among: [LanguageTag]) -> Bool {
        guard self == .english, named?.isMulti ?? true else { return false }
        return among.isEmpty || among.contains { $0.usual.primary == LanguageTag.english.primary }
    }
}
