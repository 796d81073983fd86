/// A recognised text as the second look sees it: words with their tokens and sounds.
struct HeardText: Sendable {
    struct Word: Sendable, Equatable {
        var text: String
        /// Indices of the word's tokens in the text's tokens.
        var tokens: Range<Int>
        var sound: Pronunciations.Sound
        var plain: String
        /// True if punctuation behind the word separates it from the next word.
        var isClosed: Bool
    }

    let tokens: [Token]
    /// The words in which terms may be put.
    let words: [Word]

    /// - Parameters:
    ///   - first: index of the first token that may be changed. Words with tokens before it are left out.
    ///   - sound: returns the sound of a word.
    init(_ decoded: Decoded, from first: Int = 0, sound: (String) -> Pronunciations.Sound) {
        tokens = decoded.tokens.map(\.token)
        words = decoded.words.filter { $0.tokens.lowerBound >= first }.map { word in
            Word(
                text: word.text, tokens: word.tokens, sound: sound(word.text), plain: WordForm.plain(word.text),
                isClosed: word.text.last.map { ".,?!;:".contains($0) } ?? false)
        }
    }

    func text(_ range: Range<Int>) -> String { words[range].map(\.text).joined(separator: " ") }
}
