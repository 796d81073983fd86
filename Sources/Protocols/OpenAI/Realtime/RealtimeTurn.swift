import Speech

/// The audio between two commits, and its text as far as it is known.
struct RealtimeTurn: Sendable {
    /// The vendor's identifier of the item that the commit makes of the audio; nil until the vendor names it.
    var item: String?
    /// End of the audio.
    var end = SampleIndex.zero
    /// The reason for the commit.
    var reason = FinalReason.endOfTurn
    /// The text so far.
    var text = ""
    /// The tokens of the whole text; empty: their probabilities are not known.
    var tokens: [OpenAIToken] = []
    /// True if `text` is the whole text.
    var isDone = false
    /// Number of finalizes that the turn's final answers.
    var flushes = 0

    /// The words. Their times are the range of the turn: the vendor has no times of words.
    func words(in range: SampleRange) -> [Word] {
        var words = WrittenWord.timed(text, in: range)
        for (index, confidence) in tokens.confidences(of: words.map(\.text)).enumerated() { words[index].confidence = confidence }
        return words
    }
}
