/// What the recogniser made of a stretch of audio.
package struct Decoded: Sendable, Equatable {
    /// Why no more tokens follow.
    package enum Stop: Sendable, Equatable {
        /// The model was done.
        case end
        /// It went round in circles; the repetitions are dropped.
        case repetition
        /// It said more than anyone can say in that time.
        case budget
        /// Whoever asked does not want to know any more.
        case cancelled
    }

    /// The forced prefix and what the model added to it, without control tokens.
    package var tokens: [ScoredToken]
    package var words: [DecodedWord]
    package var stop: Stop

    package init(tokens: [ScoredToken], words: [DecodedWord], stop: Stop) {
        self.tokens = tokens
        self.words = words
        self.stop = stop
    }

    package var text: String { words.map(\.text).joined(separator: " ") }
}

/// One word of a decoded text.
package struct DecodedWord: Sendable, Hashable {
    /// With its capitals and the punctuation that touches it.
    package var text: String
    /// 0…1.
    package var confidence: Float
    /// Indices of its tokens in the decoded text's.
    package var tokens: Range<Int>

    package init(text: String, confidence: Float, tokens: Range<Int>) {
        self.text = text
        self.confidence = confidence
        self.tokens = tokens
    }
}
