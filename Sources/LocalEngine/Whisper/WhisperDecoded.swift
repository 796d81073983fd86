/// Whisper's result for a stretch of audio.
package struct WhisperDecoded: Sendable, Equatable {
    package var words: [DecodedWord] = []
    package var tokens: [ScoredToken] = []
    /// Mean logarithm of the probability of a token, the end included.
    package var mean: Float = 0
    package var stop: Decoded.Stop
    /// True if the text cannot be right: it repeats itself, has more tokens than fit, or is improbable.
    var isDoubtful = false
    /// For each token, and for the end, the sample at which it begins; nil when the model does not tell.
    var starts: [Int]?

    /// The part of the last try that is kept: nothing of a text that is improbable, the beginning of one that repeats itself.
    var kept: WhisperDecoded { isDoubtful && stop == .end ? WhisperDecoded(stop: .end) : self }
}
