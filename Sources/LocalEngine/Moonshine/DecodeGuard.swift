package import Speech

/// Notices when the recogniser has lost its way: it repeats itself, or says more than fits into the time.
package struct DecodeGuard: Sendable {
    /// Most tokens that a stretch of audio is allowed: fast speech has about 6 a second.
    package static func tokenBudget(for count: SampleCount, at rate: SampleRate) -> Int {
        Int(count.seconds(at: rate) * 8) + 10
    }

    /// How many times in a row a group of tokens may come before it is a loop: people do say “no, no, no, no”, not a whole clause thrice.
    private static func limit(groupOf length: Int) -> Int {
        switch length {
        case 1: 8
        case 2...3: 5
        case 4...7: 4
        default: 3
        }
    }

    /// Longest group that is looked for.
    private static let longestGroup = 40

    /// How many of the first tokens to keep when the end of `tokens` is a loop: everything up to the end of the loop's first round. nil when it
    /// is not a loop.
    package static func endOfLoop(in tokens: [Token]) -> Int? {
        let end = tokens.count
        for length in 1...longestGroup {
            let rounds = limit(groupOf: length)
            guard rounds * length <= end else {
                if length >= 8 { break }
                continue
            }
            let compared = end - (rounds - 1) * length..<end
            guard compared.allSatisfy({ tokens[$0] == tokens[$0 - length] }) else { continue }
            return end - (rounds - 1) * length
        }
        return nil
    }
}
