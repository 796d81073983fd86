internal import Speech

/// The words at an interim's end that may become sensitive by what follows them.
struct UndecidedEnd {
    /// Index of the first undecided word; the number of words when all are decided.
    private(set) var start: Int

    private static let connectors: Set<String> = ["dot", "underscore", "dash", "hyphen", "period", "plus", "at"]
    /// Words that are no part of anything sensitive.
    private static let plain: Set<String> = [
        "is", "the", "a", "an", "and", "to", "of", "in", "it's", "my", "it", "that", "i", "you", "we", "they", "he", "she", "was", "for", "on",
        "with",
        "are", "be", "have", "so", "but", "yes", "no", "okay",
    ]

    /// - Parameter first: index of the interim's first word; words before it were said before.
    init(_ kinds: Set<SensitiveKind>, in tokens: [RedactionToken], from first: Int) {
        start = tokens.count
        guard first < tokens.count else { return }
        let numeric = kinds.subtracting([.personName, .emailAddress])
        var index = tokens.count
        // Numbers at the end.
        if !numeric.isEmpty {
            while index > first, tokens[index - 1].numeral != nil || tokens[index - 1].isFiller || tokens[index - 1].entity != nil { index -= 1 }
            start = min(start, index)
        }
        if kinds.contains(.streetAddress) {
            // A house number with the beginning of a street's name.
            var place = tokens.count
            while place > first, tokens.count - place < 4, tokens[place - 1].numeral == nil, !Self.plain.contains(tokens[place - 1].text) {
                place -= 1
            }
            if place > first, tokens[place - 1].numeral != nil {
                while place > first, tokens[place - 1].numeral != nil { place -= 1 }
                start = min(start, place)
            }
        }
        if kinds.contains(.emailAddress) {
            // Any word may be followed by `at gmail dot com`.
            var place = tokens.count
            if place - 2 > first, tokens[place - 2].text == "at" { place -= 2 }
            if place - 3 > first, tokens[place - 3].text == "at" { place -= 3 }
            while place > first {
                let before = tokens[place - 1]
                let isJoined = place < tokens.count && Self.connectors.contains(tokens[place].text) || place == tokens.count
                let isPart = before.numeral != nil || before.text.utf8.count == 1 || Self.connectors.contains(before.text) || before.entity != nil
                let isBeforePart = place < tokens.count && (tokens[place].numeral != nil || tokens[place].text.utf8.count == 1)
                guard isPart || (isJoined || isBeforePart) && !Self.plain.contains(before.text) else { break }
                place -= 1
            }
            start = min(start, place)
        }
        if kinds.contains(.personName), let last = tokens.last, EnglishNames.ambiguous.contains(last.text) || last.text.utf8.count == 1 {
            var place = tokens.count - 1
            while place > first, tokens[place - 1].text.utf8.count == 1 { place -= 1 }
            start = min(start, place)
        }
        start = max(start, first)
    }
}
