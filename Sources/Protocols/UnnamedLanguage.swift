package import Speech

/// The ability of an engine's model to find the language of live speech. One rule for all engines: a client that names no language, and whose
/// protocol does not mean English by that, has the language found where the model can do so. docs/languages.md shows it as "the engine's own".
package enum UnnamedLanguage: Sendable, Equatable {
    /// The model finds the language where it is asked for none.
    case found
    /// The model finds the language where it is asked for several, and takes speech for English where it is asked for none.
    case foundAmongSeveral
    /// The model cannot find the language. Speech is taken for English, and the client is told.
    case english

    /// Returns the language that the engine's stream is asked for; nil: for none.
    ///
    /// - Parameter named: the language that the client named; nil: it named none.
    func asked(_ named: LanguageTag?) -> LanguageTag? {
        if let named { return named }
        switch self {
        case .found: return nil
        case .foundAmongSeveral: return .multi
        case .english: return .english
        }
    }
}
