import Speech

/// A text whose second half says the first half again. Whisper does so when there is too little silence behind a sentence. Pure.
///
/// The texts that this was seen in compress to no less than 1 / 1.8, and a loop has three rounds, so that neither guard finds them. People say such texts
/// too: parallel sentences, a number and the number again. The times tell them apart: the model writes a sentence twice from the same audio, and the path
/// of its attention, which never goes back, has no time left for one of the halves.
///
/// Measured with the base model: without audio of their own, 43 to 50 % of the words begin together with the next one. Where a sentence is really said
/// twice, also the second time faster by a third and in noise, none does.
enum DoubledText {
    /// Minimum size of a half: in words, and in letters where a script has no blanks and a word is a few letters.
    private static let minWords = 4, minLetters = 12
    /// Likeness of the halves above which the second one repeats the first one.
    private static let limit = 0.75
    /// Length below which a word has no audio of its own, in samples at 16 kHz: 50 ms.
    private static let shortest = 800

    /// Returns the number of words of the first half of a text that has audio for one half only; nil for other texts, and where no times are known.
    static func firstHalf(of decoded: WhisperDecoded) -> Int? {
        guard let starts = decoded.starts, let half = firstHalf(of: decoded.words.map(\.text)) else { return nil }
        return isSaidOnce(decoded.words, firstHalf: half, starts: starts) ? half : nil
    }

    /// Returns the number of words of the first half, where the halves are most alike; nil for a text that says nothing twice.
    static func firstHalf(of words: [String]) -> Int? {
        let words = words.map { $0.lowercased() }, count = words.count
        let isUnspaced = words.contains { $0.contains(where: UnspacedScript.contains) }
        func isLong(_ half: ArraySlice<String>) -> Bool {
            isUnspaced ? half.reduce(0) { $0 + $1.count(where: \.isLetter) } >= minLetters : half.count >= minWords
        }
        var best: (middle: Int, ratio: Double)?
        for middle in count * 2 / 5...count * 3 / 5 where isLong(words[..<middle]) && isLong(words[middle...]) {
            let ratio = TextLikeness.ratio(WordSpacing.text(of: words[..<middle]), WordSpacing.text(of: words[middle...]))
            if ratio > max(limit, best?.ratio ?? 0) { best = (middle, ratio) }
        }
        return best?.middle
    }

    /// Returns true if the audio has the words of one half only: a third of all words have no time, or one half has less than a quarter of the other's.
    ///
    /// - Parameter starts: for each token, and for the end, the sample at which it begins.
    private static func isSaidOnce(_ words: [DecodedWord], firstHalf: Int, starts: [Int]) -> Bool {
        guard let last = words.last, starts.indices.contains(last.tokens.upperBound) else { return false }
        let begins = words.map { starts[$0.tokens.lowerBound] }, ends = begins.dropFirst() + [starts[last.tokens.upperBound]]
        guard zip(begins, ends).count(where: { $1 - $0 < shortest }) * 3 < words.count else { return true }
        // The first word of a half may begin in the silence before it, and the last may end in that behind it.
        guard min(firstHalf, words.count - firstHalf) >= 3 else { return false }
        let first = begins[firstHalf - 1] - begins[1], second = begins[words.count - 1] - begins[firstHalf + 1]
        return min(first, second) * 4 < max(first, second)
    }
}
