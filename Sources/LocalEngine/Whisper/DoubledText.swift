import Speech

/// A text whose second half says the first half again. Whisper does so when there is too little silence behind a sentence. Pure.
///
/// The texts that this was seen in compress to no less than 1 / 1.8, and a loop has three rounds, so that neither guard finds them.
enum DoubledText {
    /// Minimum number of words of a half.
    private static let leastWords = 4
    /// Likeness of the halves above which the second one repeats the first one.
    private static let limit = 0.75

    /// Returns the number of words of the first half, where the halves are most alike; nil for a text that says nothing twice.
    static func firstHalf(of words: [String]) -> Int? {
        let words = words.map { $0.lowercased() }, count = words.count
        guard count >= 2 * leastWords else { return nil }
        var best: (middle: Int, ratio: Double)?
        for middle in max(leastWords, count * 2 / 5)...count * 3 / 5 {
            let ratio = TextLikeness.ratio(WordSpacing.text(of: words[..<middle]), WordSpacing.text(of: words[middle...]))
            if ratio > max(limit, best?.ratio ?? 0) { best = (middle, ratio) }
        }
        return best?.middle
    }
}
