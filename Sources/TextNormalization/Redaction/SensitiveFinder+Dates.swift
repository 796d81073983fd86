internal import Speech

extension SensitiveFinder {
    private static let links: Set<String> = ["the", "of", "in", "on", "slash", "dash", "and", "year"]
    private static let months: Set<String> = EnglishVocabulary.months.union([
        "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
    ])

    /// Dates shortly behind `born` or `birthday`.
    mutating func findBirthDates() {
        var index = 0
        while index < tokens.count {
            guard isDatePart(index), let behind = cues.end(of: .birth, before: index, reach: 8), behind <= index else {
                index += 1
                continue
            }
            var stop = index
            var next = index
            while next < tokens.count {
                if isDatePart(next) {
                    next += 1
                    stop = next
                } else if (Self.links.contains(tokens[next].text) || tokens[next].isFiller) && !tokens[next - 1].endsTurn {
                    next += 1
                } else {
                    break
                }
            }
            if isDate(index..<stop) || end != .whole && next == tokens.count { add(index..<stop, .dateOfBirth) }
            index = stop
        }
    }

    private func isDatePart(_ index: Int) -> Bool {
        let token = tokens[index]
        if let numeral = token.numeral {
            // `o` and `oh` alone are words.
            return numeral != .unit(0) || index > 0 && tokens[index - 1].numeral != nil
                || index + 1 < tokens.count && tokens[index + 1].numeral != nil
        }
        return token.isOrdinal || Self.months.contains(token.text)
    }

    /// True if the words are more than one small number.
    private func isDate(_ range: Range<Int>) -> Bool {
        if range.count > 1 { return true }
        let token = tokens[range.lowerBound]
        if case .digits(let digits)? = token.numeral { return digits.count > 3 }
        if token.entity?.kind == .dateOfBirth { return true }
        // A part of a date that began in the words before.
        var index = range.lowerBound
        while index > 0, Self.links.contains(tokens[index - 1].text), tokens[index - 1].entity == nil { index -= 1 }
        return index > 0 && tokens[index - 1].entity?.kind == .dateOfBirth || Self.months.contains(token.text)
    }
}
