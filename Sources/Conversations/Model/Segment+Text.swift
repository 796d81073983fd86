internal import Speech

extension Segment {
    /// Returns the text of some of the segment's words, with the blanks of the segment's own text.
    package func text(ofWordsWhere isMeant: (SegmentWord) -> Bool) -> String {
        let blanks = WordSpacing.blanks(before: words.lazy.map(\.text), in: text)
        var part = ""
        for (index, word) in words.enumerated() where isMeant(word) {
            WordSpacing.append(word.text, blank: blanks.isEmpty ? nil : blanks[index], to: &part)
        }
        return part
    }
}
