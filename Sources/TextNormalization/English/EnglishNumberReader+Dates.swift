extension EnglishNumberReader {
    /// `july twenty fifth two thousand twelve`, `the fifteenth of january`, `march sixteen sixty five`, `second quarter of twenty twenty two`.
    func date(_ start: Int) -> WrittenForm? {
        func form(_ end: Int, _ text: String) -> WrittenForm { WrittenForm(kind: .dates, end: end, text: text) }
        guard let first = word(start, from: start) else { return nil }
        if first == "the" || EnglishVocabulary.ordinalUnits[first] != nil || EnglishVocabulary.ordinalTeens[first] != nil
            || EnglishVocabulary.tens[first] != nil
        {
            let index = first == "the" ? start + 1 : start
            guard let day = ordinal(index, from: start), word(day.end, from: start) == "of" || word(day.end, from: start) == "quarter" else {
                return nil
            }
            if word(day.end, from: start) == "quarter" {
                guard 1...4 ~= day.value, word(day.end + 1, from: start) == "of", let year = year(day.end + 2, from: start) else { return nil }
                return form(year.end, (first == "the" ? "the " : "") + "Q\(day.value) \(year.value)")
            }
            guard 1...31 ~= day.value, let month = word(day.end + 1, from: start), EnglishVocabulary.months.contains(month) else { return nil }
            let end = day.end + 2
            guard let year = year(after: end) else { return form(end, "\(day.value) \(name(end - 1))") }
            return form(year.end, "\(day.value) \(name(end - 1)) \(year.value)")
        }
        guard EnglishVocabulary.months.contains(first), tokens[start].marks.isEmpty else { return nil }
        let month = name(start)
        // `may` and `march` are other words too: only an ordinal number or a year behind them makes a date.
        let isPlain = first != "may" && first != "march"
        let index = word(start + 1, from: start) == "the" ? start + 2 : start + 1
        if let day = ordinal(index, from: start), 1...31 ~= day.value { return dated(start, day, month) }
        if index == start + 1, let year = year(index, from: start), word(year.end, from: start) != "dollars" {
            return form(year.end, "\(month) \(year.value)")
        }
        if index == start + 1, let day = small(index, from: start), 1...31 ~= day.value, isPlain || year(after: day.end) != nil {
            return dated(start, day, month)
        }
        return nil
    }

    private func dated(_ start: Int, _ day: (value: Int, end: Int), _ month: String) -> WrittenForm {
        guard let year = year(after: day.end) else { return WrittenForm(kind: .dates, end: day.end, text: "\(month) \(day.value)") }
        let comma = tokens[day.end - 1].marks
        return WrittenForm(kind: .dates, end: year.end, text: "\(month) \(day.value)\(comma) \(year.value)")
    }

    /// The year behind a day or month, also behind a comma.
    private func year(after end: Int) -> (value: Int, end: Int)? {
        guard end < tokens.count, ["", ","].contains(tokens[end - 1].marks), !tokens[end - 1].endsTurn else { return nil }
        return year(end, from: end)
    }

    /// Months keep their capital, which languages write and recognisers may not: the caller restores it from the word.
    private func name(_ index: Int) -> String { tokens[index].text.capitalizedMonth }
}

extension String {
    fileprivate var capitalizedMonth: String { prefix(1).uppercased() + dropFirst() }
}
