/// Whisper's result for a stretch of audio.
package struct WhisperDecoded: Sendable, Equatable {
    package var words: [DecodedWord] = []
    package var tokens: [ScoredToken] = []
    /// Mean logarithm of the probability of a token, the end included.
    package var mean: Float = 0
    package var stop: Decoded.Stop
    /// Probability that there is no speech, 0…1; nil when the model was not asked.
    package var noSpeech: Float?
    /// True if the mean is too low for a text that is right.
    var isImprobable = false
    /// True if the audio certainly has speech: the text may be wrong, but is not made of noise.
    var isOfSpeech: Bool { noSpeech.map { $0 < WhisperRecognizer.speechLimit } ?? false }
    /// Number of words of the first half of a text that says twice what the audio says once; nil for other texts, and for drafts.
    var firstHalf: Int?
    /// True if this is the first half of a text that said everything twice, whatever the window.
    var isHalf = false
    /// True if the text was cut off because it has more tokens than speech of its length can have; false if it has as many as any text may have.
    var isTooFast = false
    /// For each token, and for the end, the sample at which it begins; nil when the model does not tell.
    var starts: [Int]?

    /// Number of tokens at the beginning that were settled before.
    var settled = 0

    /// True if the text was cut off: words behind it may be missing.
    var isFull: Bool { stop == .budget }

    /// True if the text is right as far as it goes, but was cut off because it has as many tokens as a text may have.
    var isBeginning: Bool { isFull && !isTooFast && !isImprobable }

    /// True if the text cannot be right: it repeats itself, has more tokens than fit, or is improbable.
    var isDoubtful: Bool {
        switch stop {
        case .repetition, .budget: true
        case .end: isImprobable || firstHalf != nil
        case .cancelled: false
        }
    }

    /// The part of the last try that is kept: the settled words of a text that is improbable, the beginning of one that says everything twice. A text
    /// that was cut off stays one, so that its speech is heard in parts.
    ///
    /// An improbable text that has ended stays where there certainly is speech, as with Whisper's own program: speech in another language than that
    /// which the client names would have no words at all.
    var kept: WhisperDecoded {
        let own: Int
        switch stop {
        case .end, .repetition, .budget:
            let isSaid = !isImprobable || stop == .end && isOfSpeech
            if !isSaid {
                own = 0
            } else if stop == .end, let firstHalf {
                own = firstHalf
            } else {
                var whole = self
                if stop == .end { whole.isImprobable = false }
                return whole
            }
        case .cancelled: return self
        }
        let stop: Decoded.Stop = isFull ? .budget : .end
        let words = Array(words.enumerated().prefix { $0.offset < own || $0.element.tokens.upperBound <= settled }.map(\.element))
        guard let count = words.last?.tokens.upperBound else { return WhisperDecoded(stop: stop) }
        var kept = WhisperDecoded(words: words, tokens: Array(tokens.prefix(count)), mean: mean, stop: stop)
        kept.settled = min(settled, count)
        kept.noSpeech = noSpeech
        kept.isHalf = own > 0
        kept.starts = starts.map { Array($0.prefix(count + 1)) }
        return kept
    }
}
