package import Speech

/// The language of an utterance, as far as it was found out.
package enum FoundLanguage: Sendable, Equatable {
    /// - Parameters:
    ///   - confidence: confidence in the language, 0…1.
    ///   - model: the name of the model whose words the utterance has.
    case language(LanguageTag, confidence: Float, model: String)
    /// Nobody can tell the language; the utterance has no words.
    case unknown
    /// English, because there is no model that tells languages.
    case assumed
    /// There is no speech in the utterance.
    case nothing
}
