package import Speech

extension Word {
    /// The last character that is not a closing quotation mark or bracket.
    private var lastMark: Character? {
        text.last { !"\"'”’»)]}".contains($0) }
    }

    /// Whether a sentence may end with it. `Mr.` and initials do not end one; `U.S.` does when the next word begins with a capital letter.
    package func endsSentence(before next: Word?) -> Bool {
        guard let mark = lastMark, ".?!…。？！".contains(mark) else { return false }
        guard mark == "." else { return true }
        let bare = bare
        if Self.abbreviations.contains(bare) { return false }
        guard let next else { return true }
        let isInitial = bare.count == 1 && bare != "i" && bare.allSatisfy(\.isLetter)
        if isInitial { return false }
        return bare.contains(".") ? next.startsWithCapital : true
    }

    /// Whether a clause ends with it: a good place to break when no sentence ends.
    package var endsClause: Bool {
        guard let mark = lastMark else { return false }
        return ",;:—–、，；：".contains(mark)
    }

    private var startsWithCapital: Bool { text.first(where: \.isLetter)?.isUppercase ?? false }

    /// Written with a full stop and followed by what they belong to.
    private static let abbreviations: Set<String> = [
        "mr", "mrs", "ms", "dr", "prof", "st", "jr", "sr", "vs", "e.g", "i.e", "gen", "col", "capt", "lt", "sgt", "rev", "hon", "fig",
    ]
}

extension Word {
    /// As displayed, without the marks that touch it: `It's` of `“It's,`. A word of nothing else stays as it is.
    package var unpunctuated: String {
        let isMark: (Character) -> Bool = { ".,;:!?…\"“”„‘’'«»()[]{}—–-".contains($0) }
        let inner = text.drop(while: isMark)
        let end = inner.lastIndex { !isMark($0) }
        return end.map { String(inner[...$0]) } ?? text
    }
}

extension String {
    /// Without the marks behind its last letter that part sentences and clauses. A text of nothing else stays as it is.
    var withoutTrailingMarks: Substring {
        guard let last = lastIndex(where: { !".,;:!?…。，、？！；：".contains($0) }) else { return self[...] }
        return self[...last]
    }
}
