/// The words of a sentence, for rules: in lower case, without marks.
struct SpokenWords: Sendable, Equatable {
    /// The words as they are in the text, with marks.
    let written: [String]
    /// The same words in lower case; letters, digits, `'` and `:` only.
    let plain: [String]

    init(_ sentence: String) {
        var written: [String] = [], plain: [String] = []
        for word in sentence.split(whereSeparator: \.isWhitespace) {
            let lowered = String(word).lowercased().replacing("\u{2019}", with: "'")
            let kept = lowered.filter { $0.isLetter || $0.isNumber || $0 == "'" || $0 == ":" }
            guard !kept.isEmpty else { continue }
            written.append(String(word))
            plain.append(kept)
        }
        self.written = written
        self.plain = plain
    }

    /// Returns the index behind a phrase that begins at `index`; nil when another phrase is there.
    func end(of phrase: [String], at index: Int) -> Int? {
        let end = index + phrase.count
        return end <= plain.count && plain[index..<end].elementsEqual(phrase) ? end : nil
    }
}
