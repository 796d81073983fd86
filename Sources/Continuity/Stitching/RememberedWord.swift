package import Speech

/// A word that an engine has said, with its spoken form. Each comparison with another engine's words needs the spoken form, so it is made once.
package struct RememberedWord: Sendable {
    /// The word. Only its range can change, so that `spoken` stays the form of its text.
    package private(set) var word: Word
    /// The texts of the word's tokens, in order; never empty.
    let spoken: [TokenText]
    /// The source of the word; nil: not known.
    var source: Seam.Source?

    package init(_ word: Word) { self.init(word, from: nil) }

    init(_ word: Word, from source: Seam.Source?) {
        self.word = word
        self.source = source
        spoken = SpokenForm.tokens(of: word).map(TokenText.init)
    }

    /// Makes a settled word of a repair that filled another gap.
    ///
    /// - Parameters:
    ///   - hasTimes: true if the repair's engine says where words lie.
    ///   - isCut: true if the end of the repair's audio may have cut the word.
    package init(_ word: Word, mendedBy engine: EngineName, hasTimes: Bool, isCut: Bool) {
        self.init(word, from: Seam.Source(engine: engine, hasTimes: hasTimes, isCut: isCut))
    }

    /// Returns the word with another range.
    func placed(at range: SampleRange) -> Self {
        var placed = self
        placed.word.range = range
        return placed
    }
}
