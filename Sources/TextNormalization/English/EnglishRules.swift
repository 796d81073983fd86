/// The written forms of English.
package struct EnglishRules: WrittenFormRules {
    package init() {}

    package func isNumber(_ word: Substring) -> Bool { EnglishVocabulary.numbers.contains(String(word)) }

    package func mayBegin(with word: String) -> Bool {
        EnglishVocabulary.begins.contains(word) || word.utf8.first.map { 48...57 ~= $0 } ?? false
    }

    package func form(at start: Int, in tokens: [SpokenToken], _ kinds: Set<WrittenForm.Kind>) -> WrittenForm? {
        let reader = EnglishNumberReader(tokens: tokens)
        var best: WrittenForm?
        // Of forms of one length, the first wins.
        func offer(_ form: WrittenForm?) {
            if let form, form.end > best?.end ?? 0 { best = form }
        }
        if kinds.contains(.money) { offer(reader.money(start)) }
        if kinds.contains(.dates) { offer(reader.date(start)) }
        if kinds.contains(.times) { offer(reader.time(start)) }
        if kinds.contains(.digits) { offer(reader.digits(start)) }
        if kinds.contains(.measurements) { offer(reader.measurement(start)) }
        if kinds.contains(.numbers) { offer(reader.plain(start)) }
        return best
    }
}

extension EnglishNumberReader {
    /// Percentages, ordinal numbers, years, decimal and whole numbers. Numbers under ten stay words, as in any text.
    func plain(_ start: Int) -> WrittenForm? {
        func form(_ end: Int, _ text: String) -> WrittenForm { WrittenForm(kind: .numbers, end: end, text: text) }
        let number = number(start)
        if let amount = shortHundreds(start) ?? number, let end = percent(amount.end, from: start) { return form(end, amount.text + "%") }
        if let ordinal = ordinal(start, from: start), ordinal.end > number?.end ?? start, ordinal.value > 9 {
            return form(ordinal.end, Self.written(ordinal: ordinal.value))
        }
        if let before = era(start) { return before }
        if let year = year(start, from: start), year.end > number?.end ?? start { return form(year.end, String(year.value)) }
        if let decade = decade(start) { return decade }
        guard let number, number.isLarge, number.end > start + 1 || tokens[start].text != number.text else { return nil }
        return form(number.end, number.text)
    }

    private func percent(_ index: Int, from start: Int) -> Int? {
        if word(index, from: start) == "percent" { return index + 1 }
        return word(index, from: start) == "per" && word(index + 1, from: start) == "cent" ? index + 2 : nil
    }

    /// `seven fifty b c`
    private func era(_ start: Int) -> WrittenForm? {
        guard let year = shortHundreds(start) ?? whole(start), word(year.end, from: start) == "b", word(year.end + 1, from: start) == "c" else {
            return nil
        }
        return WrittenForm(kind: .numbers, end: year.end + 2, text: year.text + "BC")
    }

    /// `nineteen eighties`
    private func decade(_ start: Int) -> WrittenForm? {
        guard let first = word(start, from: start), let century = EnglishVocabulary.teens[first], let second = word(start + 1, from: start),
            let years = EnglishVocabulary.decades[second]
        else { return nil }
        return WrittenForm(kind: .numbers, end: start + 2, text: "\(century * 100 + years)s")
    }
}
