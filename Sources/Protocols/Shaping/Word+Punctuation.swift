package import Speech

extension Word {
    /// The last character that is not a closing quotation mark or bracket.
    private var lastMark: Character? {
        text.last { !"\"'”’»)]}」』）】".contains($0) }
    }

    /// True if a sentence may end with this word. `Mr.` and initials do not end one; `U.S.` does when the next word begins with a capital letter.
    package func endsSentence(before next: Word?) -> Bool {
        guard let mark = lastMark, ".?!…。？！．｡؟۔।॥።។៕။".contains(mark) else { return false }
        guard mark == "." else { return true }
        let bare = bare
        if Self.abbreviations.contains(bare) { return false }
        guard let next else { return true }
        let isInitial = bare.count == 1 && bare != "i" && bare.allSatisfy(\.isLetter)
        if isInitial { return false }
        return bare.contains(".") ? next.startsWithCapital : true
    }

    /// True if a clause ends with this word: a good place for a break within a sentence.
    package var endsClause: Bool {
        guard let mark = lastMark else { return false }
        return ",;:—–、，；：､،؛၊៖".contains(mark)
    }

    private var startsWithCapital: Bool { text.first(where: \.isLetter)?.isUppercase ?? false }

    /// Abbreviations with a full stop that belong to the word after them.
    private static let abbreviations: Set<String> = [
        "mr", "mrs", "ms", "dr", "prof", "st", "jr", "sr", "vs", "e.g", "i.e", "gen", "col", "capt", "lt", "sgt", "rev", "hon", "fig",
    ]
}

extension Word {
    /// The word without the marks around it: `It's` for `“It's,`. A word that has only marks stays unchanged.
    package var unpunctuated: String {
        // A label of hidden words keeps its brackets.
        if text.first == "[", bare.first == "[" { return bare }
        let isMark: (Character) -> Bool = { ".,;:!?…\"“”„‘’'«»()[]{}—–-。、，．？！；：「」『』（）｡､،؛؟۔।॥።។៕၊။".contains($0) }
        let inner = text.drop(while: isMark)
        let end = inner.lastIndex { !isMark($0) }
        return end.map { String(inner[...$0]) } ?? text
    }
}

extension String {
    /// The text without the marks at its end that separate sentences and clauses. A text that has only such marks stays unchanged.
    var withoutTrailingMarks: Substring {
        guard let last = lastIndex(where: { !".,;:!?…。，、．？！；：｡､،؛؟۔।॥።។៕၊။".contains($0) }) else { return self[...] }
        return self[...last]
    }
}
