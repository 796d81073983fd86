package import Speech

/// Where one engine's words go on behind another's that heard the same audio: between two words, never through one.
///
/// The engines' times differ by some tenths of a second, and their words are not always the same. Words are aligned by what is said and when, at the
/// least cost; where no text agrees, time decides.
package enum Seam {
    /// The furthest that the same word may lie from itself in two engines' results.
    private static let tolerance: Duration = .milliseconds(500)
    /// A new word costs as much for lying so far before the end of what is committed as one left out by one of the engines.
    private static let jitter: Duration = .milliseconds(300)
    private static let missing = 0.8
    private static let substituted = 0.65
    /// Tokens on each side that are compared; the seam lies at their end or beginning.
    private static let most = 48

    private struct Token {
        var text: String
        var middle: Double
        /// The word that it belongs to.
        var word: Int
    }

    /// Those of `words` that are not in `tail` already.
    ///
    /// Of a word that stands for several spoken ones, some of which are in `tail`, the others are left: after "ninety", "98" adds "eight".
    ///
    /// - Parameters:
    ///   - words: in order.
    ///   - tail: the last words that were committed, in order.
    ///   - end: of what is committed.
    package static func fresh(_ words: [Word], after tail: [Word], through end: SampleIndex, rate: SampleRate) -> [Word] {
        let tolerance = SampleCount(tolerance, at: rate)
        guard let first = words.first, first.range.start < end + tolerance else { return words }
        let jitter = Double(SampleCount(jitter, at: rate).samples)
        let reach = Double(tolerance.samples)
        let said = tokens(tail.filter { $0.range.end + tolerance > first.range.start }).suffix(most)
        let head = tokens(words.prefix { $0.range.start < end + tolerance }).suffix(most)
        let old = Array(said), new = Array(head)
        let limit = Double(end.samples)

        // Cost of the best alignment of the first i old tokens with the first j new ones, all of which are taken for repeated.
        var costs = Array(repeating: 0.0, count: new.count + 1)
        for j in new.indices { costs[j + 1] = costs[j] + leftOut(new[j], limit, jitter) }
        for token in old {
            var diagonal = costs[0]
            // Before the new engine heard anything, it cannot have what was said.
            let heard = (token.middle - Double(first.range.start.samples)) / (0.8 * reach) + 0.25
            let absent = missing * min(1, max(0, heard))
            costs[0] += absent
            for j in new.indices {
                let aligned = diagonal + alignment(token, new[j], reach)
                diagonal = costs[j + 1]
                costs[j + 1] = min(aligned, costs[j + 1] + absent, costs[j] + leftOut(new[j], limit, jitter))
            }
        }
        // Those behind the seam are new; it costs what they lie before the end of what is committed.
        var best = (cost: Double.infinity, tokens: 0)
        var fresh = 0.0
        for j in stride(from: new.count, through: 0, by: -1) {
            if j < new.count { fresh += min(missing + 0.1, max(0, limit - new[j].middle) / jitter) }
            if costs[j] + fresh <= best.cost { best = (costs[j] + fresh, j) }
        }
        guard best.tokens > 0 else { return Array(words[(new.first?.word ?? 0)...]) }
        let last = new[best.tokens - 1]
        guard best.tokens < new.count, new[best.tokens].word == last.word else { return Array(words[(last.word + 1)...]) }
        let rest = new[best.tokens...].prefix { $0.word == last.word }.map(\.text)
        guard last.text == old.last?.text else {
            // Nothing says what part of it is there: it goes to the side that has its middle.
            return Array(words[(words[last.word].middle < end ? last.word + 1 : last.word)...])
        }
        var words = Array(words[last.word...])
        let length = words[0].range.count.samples
        let start = words[0].range.end - SampleCount(length * Int64(rest.count) / Int64(SpokenForm.tokens(of: words[0]).count))
        let mark = words[0].text.last.map { ".,?!;:".contains($0) ? String($0) : "" } ?? ""
        words[0].text = rest.joined(separator: " ") + mark
        words[0].range = SampleRange(start, words[0].range.end)
        return words
    }

    /// A token that only the new engine has, before the seam.
    private static func leftOut(_ token: Token, _ limit: Double, _ jitter: Double) -> Double {
        missing + max(0, token.middle - limit) / jitter
    }

    private static func alignment(_ old: Token, _ new: Token, _ reach: Double) -> Double {
        let apart = abs(old.middle - new.middle) / reach
        guard apart <= 1 else { return .infinity }
        return apart * 0.7 + (old.text == new.text ? 0 : substituted)
    }

    private static func tokens(_ words: some Collection<Word>) -> [Token] {
        var tokens: [Token] = []
        for (index, word) in words.enumerated() {
            let spoken = SpokenForm.tokens(of: word)
            let length = Double(word.range.count.samples) / Double(spoken.count)
            for (place, text) in spoken.enumerated() {
                tokens.append(Token(text: text, middle: Double(word.range.start.samples) + length * (Double(place) + 0.5), word: index))
            }
        }
        return tokens
    }
}

extension Word {
    /// A word belongs where it lies.
    var middle: SampleIndex { SampleIndex((range.start.samples + range.end.samples) / 2) }
}
