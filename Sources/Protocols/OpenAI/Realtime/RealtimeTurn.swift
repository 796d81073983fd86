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
    var tokens: [RealtimeServerEvent.Token] = []
    /// True if `text` is the whole text.
    var isDone = false
    /// Number of finalizes that the turn's final answers.
    var flushes = 0

    /// The words. Their times are the range of the turn: the vendor has no times of words.
    func words(in range: SampleRange) -> [Word] {
        var words = WrittenWord.timed(text, in: range)
        let confidences = confidences(of: words.map(\.text))
        for (index, confidence) in confidences.enumerated() { words[index].confidence = confidence }
        return words
    }

    /// The lowest probability of each word's tokens; empty when the tokens are not those of the words.
    private func confidences(of words: [String]) -> [Float] {
        guard !tokens.isEmpty else { return [] }
        var found: [Float] = []
        // The number of bytes of the last token that belong to further words, and the token's probability.
        var over = 0, last: Float = 1
        var rest = tokens[...].map { (text: $0.text.utf8.filter { !Self.isBlank($0) }, probability: exponential($0.logProbability)) }[...]
        guard rest.flatMap({ $0.text }) == words.flatMap({ Array($0.utf8) }) else { return [] }
        for word in words {
            // Where words have no blanks between them, a token may have several, or end within one.
            var missing = word.utf8.count - over, lowest = over > 0 ? last : 1
            while missing > 0, let token = rest.popFirst() {
                guard !token.text.isEmpty else { continue }
                last = token.probability
                lowest = min(lowest, last)
                missing -= token.text.count
            }
            guard missing <= 0 else { return [] }
            over = -missing
            found.append(lowest)
        }
        return found
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    /// Returns e to the power of a logarithm of a probability, 0…1.
    private func exponential(_ logarithm: Double) -> Float {
        guard logarithm < 0 else { return 1 }
        guard logarithm > -40 else { return 0 }
        // The series of a small part of the power, squared back.
        let part = logarithm / 64
        var sum = 1.0, term = 1.0
        for divisor in 1...8 {
            term *= part / Double(divisor)
            sum += term
        }
        for _ in 0..<6 { sum *= sum }
        return Float(min(max(sum, 0), 1))
    }
}
