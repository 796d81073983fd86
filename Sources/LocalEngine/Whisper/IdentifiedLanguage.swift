import Glibc
package import Speech

/// The language that a model heard in speech.
package struct IdentifiedLanguage: Sendable, Equatable {
    /// Length of the window in which the model listens, in seconds. Silence behind the speech makes the model surer.
    static let window = 10.0
    /// Speech that is enough to tell the language.
    package static let speech = SampleCount(.seconds(3), at: .speech)

    package var language: LanguageTag
    /// Probability among the languages that the model chose from, 0…1.
    package var confidence: Float

    init(_ language: LanguageTag, logProbability: Float) {
        self.language = language
        confidence = min(1, expf(logProbability))
    }
}
