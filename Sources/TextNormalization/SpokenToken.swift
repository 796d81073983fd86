/// A part of a spoken text that rules look at: a word without its marks, or one part of a hyphenated number.
package struct SpokenToken: Sendable, Equatable {
    /// The word in lower case, without marks around it: `p.m.` is `pm`.
    package var text: String
    /// The index of the word that the token is part of.
    package var word: Int
    /// The marks after the token; empty inside a hyphenated number.
    package var marks: String
    /// True if a written form may not go on behind the token, because another speaker goes on.
    package var endsTurn = false
}

extension SpokenToken {
    /// Marks that may stand before and after a word.
    private static let marks: Set<Character> = [".", ",", ";", ":", "!", "?", "…", "\"", "'", "”", "“", "’", ")", "("]
    private static let meridiems = ["a.m": "am", "p.m": "pm", "a.m.": "am", "p.m.": "pm"]

    /// Splits words into tokens. A hyphenated word becomes one token for each part if `splits` holds for every part.
    package static func tokens(of words: [String], splits: (Substring) -> Bool) -> [SpokenToken] {
        var tokens: [SpokenToken] = []
        tokens.reserveCapacity(words.count)
        for (index, word) in words.enumerated() {
            let lower = word.lowercased()
            let start = lower.firstIndex { !marks.contains($0) } ?? lower.endIndex
            let end = lower.lastIndex { !marks.contains($0) }.map { lower.index(after: $0) } ?? lower.endIndex
            let body = lower[start..<max(start, end)]
            let tail = String(lower[max(start, end)...])
            if let meridiem = meridiems[String(body)] {
                // Its last full stop belongs to the word.
                tokens.append(SpokenToken(text: meridiem, word: index, marks: tail.hasPrefix(".") ? String(tail.dropFirst()) : tail))
                continue
            }
            let parts = body.split(separator: "-")
            guard parts.count > 1, parts.allSatisfy(splits) else {
                tokens.append(SpokenToken(text: String(body), word: index, marks: tail))
                continue
            }
            for (number, part) in parts.enumerated() {
                tokens.append(SpokenToken(text: String(part), word: index, marks: number == parts.count - 1 ? tail : ""))
            }
        }
        return tokens
    }
}
