package import Speech

/// Detects when the recogniser has lost its way: the text repeats, or has more tokens than fit into the audio.
package struct DecodeGuard: Sendable {
    /// Returns the maximum number of tokens for this length of audio. Fast speech has about 6 tokens a second.
    package static func tokenBudget(for count: SampleCount, at rate: SampleRate) -> Int {
        Int(count.seconds(at: rate) * 8) + 10
    }

    /// Returns the number of rounds from which a repeated group of tokens counts as a loop: people say “no, no, no, no”, but not a whole clause
    /// three times.
    private static func limit(groupOf length: Int) -> Int {
        switch length {
        case 1: 8
        case 2...3: 5
        case 4...7: 4
        default: 3
        }
    }

    /// Maximum length of a repeated group that is searched for.
    private static let longestGroup = 40

    /// Returns the number of tokens to keep when `tokens` end in a loop: up to the end of the loop's first round. nil when there is no loop.
    ///
    /// - Parameter perWord: number of tokens of a word: 1 where each token is a word, or a large part of one.
    package static func endOfLoop(in tokens: [Token], perWord: Int = 1) -> Int? {
        let end = tokens.count
        for length in 1...longestGroup * perWord {
            let rounds = limit(groupOf: (length + perWord - 1) / perWord)
            guard rounds * length <= end else {
                if length >= 8 * perWord { break }
                continue
            }
            let compared = end - (rounds - 1) * length..<end
            guard compared.allSatisfy({ tokens[$0] == tokens[$0 - length] }) else { continue }
            return end - (rounds - 1) * length
        }
        return nil
    }
}
