internal import Speech

extension Segment {
    /// The word that stands for words that were redacted.
    package static let redacted = "[redacted]"

    /// Returns the segment without the words that were said in `range`, at least in part; nil when no word was. Successive words become one
    /// `redacted`. A segment whose words have no times is redacted as a whole.
    package func redacting(_ range: Range<Duration>) -> Segment? {
        guard start < range.upperBound, end > range.lowerBound else { return nil }
        var rest = self
        guard !words.isEmpty else {
            rest.text = Self.redacted
            return rest == self ? nil : rest
        }
        rest.words = []
        rest.text = ""
        let blanks = WordSpacing.blanks(before: words.lazy.map(\.text), in: text)
        var isChanged = false, isAfterRedacted = false
        for (index, word) in words.enumerated() {
            // A word of no length counts as said at its start.
            let isIn = word.start < range.upperBound && (word.end > range.lowerBound || word.start >= range.lowerBound)
            if !isIn {
                rest.words.append(word)
            } else if isAfterRedacted {
                rest.words[rest.words.count - 1].end = word.end
            } else {
                rest.words.append(SegmentWord(Self.redacted, start: word.start, end: word.end, confidence: 1))
            }
            if !isIn || !isAfterRedacted {
                WordSpacing.append(isIn ? Self.redacted : word.text, blank: blanks.isEmpty ? nil : blanks[index], to: &rest.text)
            }
            if isIn, word.text != Self.redacted { isChanged = true }
            isAfterRedacted = isIn
        }
        guard isChanged else { return nil }
        return rest
    }
}
