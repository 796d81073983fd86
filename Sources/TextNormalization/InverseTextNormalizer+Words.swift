package import Speech

extension InverseTextNormalizer {
    /// Returns nil for a language without rules.
    package init?(_ language: LanguageTag, kinds: Set<WrittenForm.Kind> = .readable) {
        guard language.primary == "en", !kinds.isEmpty else { return nil }
        self.init(EnglishRules(), kinds: kinds)
    }

    /// Returns the words with their written forms. A form of several words, such as `$2.5 billion`, divides the time of what was spoken by the lengths
    /// of the words, and has the lowest confidence of what was spoken.
    package func written(_ words: [Word]) -> [Word] {
        let turnEnds = Set(words.indices.dropLast().filter { words[$0].speaker != words[$0 + 1].speaker })
        let replacements = replacements(in: words.map(\.text), turnEnds: turnEnds)
        guard !replacements.isEmpty else { return words }
        var written: [Word] = []
        written.reserveCapacity(words.count)
        var index = 0
        for replacement in replacements {
            written += words[index..<replacement.words.lowerBound]
            written += Self.words(of: replacement, for: words[replacement.words])
            index = replacement.words.upperBound
        }
        written += words[index...]
        return written
    }

    static func words(of replacement: Replacement, for spoken: ArraySlice<Word>) -> [Word] {
        guard let first = spoken.first, let last = spoken.last else { return [] }
        let parts = replacement.text.split(separator: " ")
        let length = Int64(replacement.text.utf8.count + 1)
        let samples = (last.range.end - first.range.start).samples
        var written: [Word] = []
        var said: Int64 = 0
        var start = first.range.start
        for (number, part) in parts.enumerated() {
            said += Int64(part.utf8.count + 1)
            var word = first
            word.text = String(part)
            let end = number == parts.count - 1 ? last.range.end : first.range.start + SampleCount(samples * said / length)
            word.range = SampleRange(start, end)
            word.confidence = spoken.map(\.confidence).min() ?? first.confidence
            start = end
            written.append(word)
        }
        if !written.isEmpty { written[written.count - 1].text += replacement.marks }
        return written
    }
}
