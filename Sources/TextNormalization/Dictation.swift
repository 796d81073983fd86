package import Speech

/// Turns marks that somebody dictates into marks: `Dear Jane comma new line` is `Dear Jane,` and a new line.
package struct Dictation: Sendable {
    private enum Place { case after, before, line }

    /// Spoken marks of English; longer ones come first.
    private static let spoken: [(words: [String], mark: String, place: Place)] = [
        (["new", "paragraph"], "\n\n", .line), (["new", "line"], "\n", .line), (["question", "mark"], "?", .after),
        (["exclamation", "mark"], "!", .after), (["exclamation", "point"], "!", .after), (["full", "stop"], ".", .after),
        (["open", "parenthesis"], "(", .before), (["close", "parenthesis"], ")", .after), (["open", "quote"], "“", .before),
        (["close", "quote"], "”", .after), (["semi", "colon"], ";", .after), (["semicolon"], ";", .after), (["newline"], "\n", .line),
        (["period"], ".", .after), (["comma"], ",", .after), (["colon"], ":", .after),
    ]
    private static let firsts = Set(spoken.map { $0.words[0] })

    /// Returns nil for a language whose spoken marks are not known.
    package init?(_ language: LanguageTag) {
        guard language.primary == "en" else { return nil }
    }

    /// Returns the words with marks in the place of spoken marks. The time of a spoken mark belongs to the word that the mark is attached to.
    ///
    /// A mark at the very beginning stays a word: there is no word that the mark could be attached to.
    package func marked(_ words: [Word]) -> [Word] {
        let bare = words.map(\.bare)
        guard bare.contains(where: Self.firsts.contains) else { return words }
        var marked: [Word] = []
        marked.reserveCapacity(words.count)
        var opening: (mark: String, start: SampleIndex)?
        var beginsSentence = false
        var index = 0
        while index < words.count {
            let found = Self.spoken.first { bare[index...].starts(with: $0.words) }
            if let found, !marked.isEmpty || found.place == .before {
                let end = words[index + found.words.count - 1].range.end
                let start = words[index].range.start
                index += found.words.count
                if found.place == .before {
                    opening = (found.mark, start)
                    continue
                }
                let last = marked.count - 1
                marked[last].text = Self.attach(found.mark, to: marked[last].text)
                marked[last].range = SampleRange(marked[last].range.start, end)
                beginsSentence = ".?!\n".contains(found.mark.last ?? " ")
                continue
            }
            var word = words[index]
            index += 1
            if beginsSentence, let letter = word.text.first { word.text = letter.uppercased() + word.text.dropFirst() }
            beginsSentence = false
            if let mark = opening {
                word.text = mark.mark + word.text
                word.range = SampleRange(mark.start, word.range.end)
                opening = nil
            }
            marked.append(word)
        }
        if let mark = opening { marked.append(Word(mark.mark, SampleRange(mark.start, words[words.count - 1].range.end), confidence: 1)) }
        return marked
    }

    /// The mark takes the place of marks that the recogniser has set there. A new line keeps them.
    private static func attach(_ mark: String, to text: String) -> String {
        if mark.hasPrefix("\n") { return text + mark }
        let kept = text.lastIndex { !".,;:!?…".contains($0) }.map { text[...$0] } ?? text[...]
        return kept + mark
    }
}
