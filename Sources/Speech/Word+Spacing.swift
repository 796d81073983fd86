extension Sequence<Word> {
    /// The displayed text of the words: with the blanks of the engine's own text where it gave one, else with those of the words' scripts.
    package var text: String {
        var text = ""
        for word in self { WordSpacing.append(word.text, blank: word.blankBefore, to: &text) }
        return text
    }
}

extension [Word] {
    /// Keeps the blanks of an engine's own text, in which the words stand one after the other.
    package mutating func keepBlanks(of text: String) {
        for (index, blank) in WordSpacing.blanks(before: lazy.map(\.text), in: text).enumerated() where blank != nil {
            self[index].blankBefore = blank
        }
    }
}
