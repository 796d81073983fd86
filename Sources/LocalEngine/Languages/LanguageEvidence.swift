/// A text that a model made of an utterance.
package struct TriedText: Sendable, Equatable {
    package var text: String
    /// Mean logarithm of the probability of a token, the end included.
    package var mean: Float
    /// True if the model ended the text by itself: it neither looped nor went on for too long. The mean of another text means nothing.
    package var hasEnded: Bool
    /// True if the text says the same again and again.
    package var repeatsItself = false

    package init(_ text: String, mean: Float, hasEnded: Bool = true) {
        self.text = text
        self.mean = mean
        self.hasEnded = hasEnded
    }

    /// True if the text can be shown.
    package var hasWords: Bool { hasEnded && !text.isEmpty }

    /// Number of words, as blanks divide them.
    var wordCount: Int { text.split { $0.isWhitespace }.count }
}

/// The facts about an utterance from which its language is told. Facts are gathered one by one, as the rule asks for them.
package struct LanguageEvidence: Sendable, Equatable {
    /// Length of the utterance.
    package var seconds: Double
    /// The utterance as English, by the model that hears nothing else.
    package var english: TriedText
    /// Logarithms of the languages' probabilities, by their codes, as the model for all languages hears them; nil: not asked for yet.
    package var head: [String: Float]?
    /// Mean logarithm of the probability that the model for all languages gives to a token of `english.text`, when it writes English; nil: not asked yet.
    package var forced: Float?
    /// The utterance in a language, by the model for all languages; by the language's code.
    package var texts: [String: TriedText] = [:]

    package init(seconds: Double, english: TriedText) {
        self.seconds = seconds
        self.english = english
    }
}
