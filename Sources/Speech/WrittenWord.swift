/// A word of a text that came without words.
package struct WrittenWord: Sendable, Equatable {
    package var text: String
    /// As in `Word`.
    package var blankBefore: Bool?

    package init(_ text: String, blankBefore: Bool? = nil) {
        self.text = text
        self.blankBefore = blankBefore
    }

    /// Returns the words of a text. In a script that is written without blanks, a word is the smallest part at which a line may begin.
    package static func all(in text: String) -> [WrittenWord] {
        var words: [WrittenWord] = []
        for piece in text.split(whereSeparator: \.isWhitespace) { words += LineBreaks.parts(of: piece).map { WrittenWord(String($0)) } }
        let blanks = WordSpacing.blanks(before: words.lazy.map(\.text), in: text)
        for (index, blank) in blanks.enumerated() { words[index].blankBefore = blank }
        return words
    }

    /// Returns the words of a text that is said in a range. Each word has a share of the time in proportion to its letters.
    package static func timed(
        _ text: String, in range: SampleRange, confidence: Float = Word.unknownConfidence, speaker: SpeakerLabel? = nil
    ) -> [Word] {
        let words = all(in: text)
        return zip(words, ProportionalTimes.ranges(of: words.map(\.text), in: range)).map { word, place in
            var timed = Word(word.text, place, confidence: confidence, speaker: speaker)
            timed.blankBefore = word.blankBefore
            return timed
        }
    }
}
