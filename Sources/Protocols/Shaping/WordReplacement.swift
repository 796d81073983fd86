package import Speech

/// A word or phrase, and the text that is shown in its place: `replace=find:replacement`.
package struct WordReplacement: Sendable, Equatable {
    /// The phrase to find; it has a word.
    private let find: SpokenPhrase
    /// Text to show; empty: the phrase is left out.
    package let replacement: String
    /// The bare words of the replacement, if what is found is among them; otherwise empty. An engine may have replaced the phrase already.
    private let replaced: [String]

    /// Returns nil when there is no word to find.
    package init?(find: String, replacement: String) {
        let find = SpokenPhrase(find), shown = SpokenPhrase(replacement).words
        self.find = find
        self.replacement = replacement
        replaced = shown.indices.contains { shown[$0...].starts(with: find.words) } ? shown : []
        if find.words.isEmpty { return nil }
    }

    /// Replaces phrases; at each place the first replacement that fits wins. The new word has the time of the whole phrase, and the punctuation after
    /// it.
    package static func apply(_ replacements: [WordReplacement], to words: [Word]) -> [Word] {
        let bare = words.map(\.bare)
        var result: [Word] = []
        result.reserveCapacity(words.count)
        var index = 0
        while index < words.count {
            let match = replacements.lazy.compactMap { replacement in
                replacement.isDone(at: index, of: bare) ? nil : replacement.find.count(in: bare[index...]).map { (replacement, $0) }
            }.first
            guard let (fit, count) = match else {
                result.append(words[index])
                index += 1
                continue
            }
            let replaced = words[index..<index + count]
            index += count
            if fit.replacement.isEmpty { continue }
            var word = words[index - count]
            word.text = fit.replacement + (replaced.last?.text.trailingPunctuation ?? "")
            word.range = SampleRange(word.range.start, replaced.last?.range.end ?? word.range.end)
            word.confidence = replaced.map(\.confidence).min() ?? word.confidence
            result.append(word)
        }
        return result
    }

    /// True if what is found at `index` is a part of the replacement already.
    private func isDone(at index: Int, of bare: [String]) -> Bool {
        replaced.indices.contains { place in
            let start = index - place
            return start >= 0 && replaced[place...].starts(with: find.words) && bare[start...].starts(with: replaced)
        }
    }
}

extension String {
    fileprivate var trailingPunctuation: Substring { dropFirst(withoutTrailingMarks.count) }
}
