import Speech

/// Punctuates where one final follows another: the mark behind the last word of the first, and the capital of the first word of the next.
///
/// The recogniser writes a full stop wherever its audio ends. At a pause inside a sentence that stop is wrong. A final that was sent is never changed:
/// the next final is written to fit behind it.
struct BoundaryPunctuation: Sendable, Equatable {
    /// The text that was sent last.
    private enum Before: Sendable, Equatable {
        /// There is no text, or nothing is known about its end.
        case nothing
        case ended
        case goesOn
    }

    private var before = Before.nothing

    // MARK: The end of a final

    /// Removes the mark that ends a sentence from the last of `words`, because the sentence probably goes on. A text that ends there keeps the mark.
    static func goesOn(_ words: inout [Word]) {
        guard let last = words.indices.last, let mark = LateMarks.Mark(endOf: words[last].text), mark.endsSentence else { return }
        words[last].text = words[last].text.closed(by: .none)
        var marks = words[last].lateMarks ?? LateMarks()
        marks.end = mark
        words[last].lateMarks = marks
    }

    /// Notes the words that were sent.
    mutating func sent(_ words: [Word]) {
        guard let last = words.last else { return }
        before = LateMarks.Mark(endOf: last.text)?.endsSentence ?? false ? .ended : .goesOn
    }

    /// Notes that the turn is over: the next words begin a text of their own.
    mutating func turnEnded() {
        if before == .goesOn { before = .nothing }
    }

    // MARK: The beginning of the next

    /// Returns the first word of a segment as it is shown behind the words that were sent.
    ///
    /// - Parameter opening: the mark that the recogniser sets before the word; nil: it did not hear the words before.
    func opened(_ word: Word, _ opening: LateMarks.Mark?) -> Word {
        var word = word
        let isEnglish = word.language?.primary ?? LanguageTag.english.primary == LanguageTag.english.primary
        let isCapital = word.text.withoutCapital != word.text
        // A capital in mid sentence belongs to a name.
        let isName = isCapital && !(opening?.endsSentence ?? true) || !(isEnglish && CommonWords.contains(word.text))
        if let opening, before != .nothing { word.lateMarks = LateMarks(before: opening, isCapital: isName && isCapital) }
        switch before {
        case .nothing: break
        case .ended: word.text = word.text.withCapital
        case .goesOn: if isCapital, !isName { word.text = word.text.withoutCapital }
        }
        return word
    }
}

extension LateMarks.Mark {
    /// The mark at the end of a text; nil when there is none, and for the stop of an abbreviation.
    private static let abbreviations: Set<String> = ["mr.", "mrs.", "ms.", "dr.", "st.", "prof.", "vs.", "capt.", "gen.", "col.", "rev."]

    fileprivate init?(endOf text: String) {
        switch text.last {
        case "." where !text.dropLast().contains(".") && !Self.abbreviations.contains(text.lowercased()): self = .stop
        case "?": self = .question
        case "!": self = .exclamation
        case ",", ";", ":": self = .comma
        default: return nil
        }
    }
}
