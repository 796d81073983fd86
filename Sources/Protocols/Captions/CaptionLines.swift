/// Breaks a caption's words into lines.
enum CaptionLines {
    /// Returns lines of at most `rules.lineLength` characters, two of about even length where two suffice; empty when the words have no text. A
    /// longer word stands alone in its line.
    static func wrapped(_ words: [String], rules: CaptionRules) -> [String] {
        // Words may hold spaces or line ends of their own; a blank line would end the caption.
        let words = words.flatMap { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
        guard !words.isEmpty else { return [] }
        let lengths = words.map(\.count)
        let whole = lengths.reduce(0, +) + words.count - 1
        if whole <= rules.lineLength { return [words.joined(separator: " ")] }
        if rules.lines >= 2, let cut = evenCut(lengths, whole: whole, limit: rules.lineLength) {
            return [words[..<cut].joined(separator: " "), words[cut...].joined(separator: " ")]
        }
        return filled(words, lengths, limit: rules.lineLength)
    }

    /// Returns the cut that makes two lines most alike in length; nil when no cut makes both lines fit.
    private static func evenCut(_ lengths: [Int], whole: Int, limit: Int) -> Int? {
        var best: (cut: Int, difference: Int)?
        var first = -1
        for cut in 1..<max(1, lengths.count) {
            first += 1 + lengths[cut - 1]
            let second = whole - first - 1
            guard first <= limit, second <= limit else { continue }
            let difference = abs(first - second)
            if best == nil || difference < best?.difference ?? 0 { best = (cut, difference) }
        }
        return best?.cut
    }

    private static func filled(_ words: [String], _ lengths: [Int], limit: Int) -> [String] {
        var lines: [String] = []
        var used = 0
        for (word, length) in zip(words, lengths) {
            if let last = lines.last, used + 1 + length <= limit {
                lines[lines.count - 1] = last + " " + word
                used += 1 + length
            } else {
                lines.append(word)
                used = length
            }
        }
        return lines
    }
}
