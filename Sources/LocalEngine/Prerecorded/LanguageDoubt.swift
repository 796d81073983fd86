import Glibc
import Speech

/// The doubt that speech is in the language of the model that heard it. A model with one language writes words of that language whatever is spoken, but
/// gives them low probabilities. Pure.
///
/// On the development recordings, the mean logarithm of a word's confidence is −0.01…−0.25 for English, −0.70 at worst in noise as loud as the voice, and
/// −0.85…−1.8 for seven of eight recordings in other languages (Italian: −0.57).
struct LanguageDoubt: Sendable {
    /// Mean logarithm below which the language is another one.
    private static let limit: Float = -0.8
    /// Minimum number of words that tell.
    private static let enoughWords = 7

    private var sum: Float = 0
    private var count = 0
    private var wasDispelled = false

    private var isLow: Bool { sum < Self.limit * Float(count) }

    mutating func add(_ words: [Word]) {
        for word in words { sum += logf(max(word.confidence, 1e-6)) }
        count += words.count
        if count >= Self.enoughWords, !isLow { wasDispelled = true }
    }

    /// True until there are enough words that fit the language.
    var isOpen: Bool { !wasDispelled }
    /// True if the words do not fit the language. Words that came after the doubt was dispelled change nothing.
    var isForeign: Bool { !wasDispelled && count >= Self.enoughWords && isLow }
}
