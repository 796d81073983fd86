/// Measures by which a recognizer itself judges a stretch of its words, as Whisper and the servers that are made of it have them. nil: the recognizer
/// does not say it.
package struct RecognizerMeasures: Sendable, Equatable {
    /// Probability that the audio has no speech, 0…1.
    package var noSpeech: Double?
    /// Mean of the natural logarithms of the tokens' probabilities; at most 0.
    package var meanLogProbability: Double?
    /// Number of bytes of the text by the number of bytes of its compressed form.
    package var compressionRatio: Double?
    /// Temperature of the decoder, 0 or more; 0: the likeliest text, not a drawn one.
    package var temperature: Double?
    /// Start of the audio that the model heard at once, in frames of 10 ms.
    package var seek: Int?

    package init(
        noSpeech: Double? = nil, meanLogProbability: Double? = nil, compressionRatio: Double? = nil, temperature: Double? = nil, seek: Int? = nil
    ) {
        self.noSpeech = noSpeech
        self.meanLogProbability = meanLogProbability
        self.compressionRatio = compressionRatio
        self.temperature = temperature
        self.seek = seek
    }
}

/// Words of a channel that a recognizer heard at once, with its own measures and tokens.
package struct RecognizedStretch: Sendable, Equatable {
    /// Indices into the channel's words.
    package var words: Range<Int>
    package var measures: RecognizerMeasures
    /// The numbers of the text's tokens in the model's vocabulary: one list for each word, or one list for all of them. Empty: not known.
    package var tokens: [[Int]]
    /// True if the stretch is a segment of the engine's own answer.
    package var isSegment: Bool

    package init(words: Range<Int>, _ measures: RecognizerMeasures, tokens: [[Int]] = [], isSegment: Bool = false) {
        self.words = words
        self.measures = measures
        self.tokens = tokens
        self.isSegment = isSegment
    }

    /// Returns the tokens of a part of the stretch; empty when the tokens of this part are not known.
    package func tokens(of part: Range<Int>) -> [Int] {
        if part == words { return Array(tokens.joined()) }
        guard tokens.count == words.count, part.lowerBound >= words.lowerBound, part.upperBound <= words.upperBound else { return [] }
        return Array(tokens[part.lowerBound - words.lowerBound..<part.upperBound - words.lowerBound].joined())
    }

    /// Returns the part of the stretch that has the words in `range`, with `first` as the index of the first word of `range`; nil when there is none.
    package func part(_ range: Range<Int>, movedTo first: Int) -> RecognizedStretch? {
        let shared = words.clamped(to: range)
        guard !shared.isEmpty else { return nil }
        var part = self
        if shared != words {
            part.tokens = tokens.count == words.count ? shared.map { tokens[$0 - words.lowerBound] } : []
            part.isSegment = false
        }
        let start = first + shared.lowerBound - range.lowerBound
        part.words = start..<start + shared.count
        return part
    }
}
