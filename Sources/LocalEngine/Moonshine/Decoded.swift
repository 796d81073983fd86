import Speech

/// The recogniser's result for a stretch of audio.
package struct Decoded: Sendable, Equatable {
    /// The reason why no more tokens follow.
    package enum Stop: Sendable, Equatable {
        /// The model signalled the end.
        case end
        /// The model repeated itself; the repetitions are dropped.
        case repetition
        /// The model gave more tokens than speech of that duration can have.
        case budget
        /// The caller cancelled the work.
        case cancelled
    }

    /// The forced prefix and what the model added to it, without control tokens.
    package var tokens: [ScoredToken]
    package var words: [DecodedWord]
    package var stop: Stop
    /// Mean logarithm of the probability of a token, the end included; 0 for a text that did not come to its end.
    package var mean: Float = 0

    package init(tokens: [ScoredToken], words: [DecodedWord], stop: Stop) {
        self.tokens = tokens
        self.words = words
        self.stop = stop
    }

    package var text: String { WordSpacing.text(of: words.lazy.map(\.text)) }
}

/// One word of a decoded text.
package struct DecodedWord: Sendable, Hashable {
    /// The word as displayed, with its capitals and the punctuation that touches it.
    package var text: String
    /// Confidence, 0…1.
    package var confidence: Float
    /// Indices of the word's tokens in the tokens of the decoded text.
    package var tokens: Range<Int>
    /// The mark of a word that the second look put in; nil for a word as it was heard.
    package var mark: TermMark?
    /// As in `Word`.
    package var blankBefore: Bool?

    package init(text: String, confidence: Float, tokens: Range<Int>, blankBefore: Bool? = nil) {
        self.text = text
        self.confidence = confidence
        self.tokens = tokens
        self.blankBefore = blankBefore
    }
}
