extension EnglishNumberReader {
    /// Digits that are spoken one by one: three at least.
    func digits(_ start: Int) -> WrittenForm? {
        if let address = address(start) { return address }
        var index = start
        var country: String?
        if word(start, from: start) == "plus", let code = countryCode(start + 1, from: start) { (country, index) = (code.text, code.end) }
        guard let first = word(index, from: start), first != "o" || word(index + 1, from: start).flatMap(Self.digit) != nil else { return nil }
        let said = run(index, from: start)
        guard said.digits.count > 2 else { return nil }
        func form(_ text: String) -> WrittenForm { WrittenForm(kind: .digits, end: said.end, text: text) }
        if let country {
            // A country's code has one to three digits, the number behind it ten.
            guard said.digits.count >= 10 else { return nil }
            let code = country + said.digits.dropLast(10)
            return form("+" + code + " " + Self.grouped(Array(said.digits.suffix(10)), 3, 3, 4))
        }
        let digits = Array(said.digits)
        switch digits.count {
        case 7: return form(Self.grouped(digits, 3, 4))
        case 9 where isSocialSecurity(before: start): return form(Self.grouped(digits, 3, 2, 4))
        case 10: return form(Self.grouped(digits, 3, 3, 4))
        case 11: return form(String(digits[0]) + " " + Self.grouped(Array(digits[1...]), 3, 3, 4))
        case 16: return form(Self.grouped(digits, 4, 4, 4, 4, by: " "))
        default: return form(String(digits))
        }
    }

    /// The code of a country behind `plus`: `one`, `forty four`; digits that are said one by one are part of the number's run.
    private func countryCode(_ index: Int, from start: Int) -> (text: String, end: Int)? {
        guard let first = word(index, from: start) else { return nil }
        if EnglishVocabulary.tens[first] != nil, let code = small(index, from: start) { return (String(code.value), code.end) }
        return Self.digit(first) == nil ? nil : ("", index)
    }

    private func run(_ index: Int, from start: Int) -> (digits: String, end: Int) {
        var digits = ""
        var end = index
        while let next = word(end, from: start) {
            if let digit = Self.digit(next) {
                digits += digit
                end += 1
            } else if let times = ["double": 2, "triple": 3][next], let digit = word(end + 1, from: start).flatMap(Self.digit) {
                digits += String(repeating: digit, count: times)
                end += 2
            } else {
                break
            }
        }
        return (digits, end)
    }

    /// `one two three dot one two three dot o dot four o`
    private func address(_ start: Int) -> WrittenForm? {
        var parts: [String] = []
        var index = start
        while parts.count < 4 {
            if !parts.isEmpty {
                guard word(index, from: start) == "dot" else { return nil }
                index += 1
            }
            let said = run(index, from: start)
            var part = said.digits
            var end = said.end
            if let rest = small(end, from: start), part.count < 2 {
                part += String(rest.value)
                end = rest.end
            }
            guard let value = Int(part), value < 256 else { return nil }
            parts.append(String(value))
            index = end
        }
        return WrittenForm(kind: .digits, end: index, text: parts.joined(separator: "."))
    }

    private func isSocialSecurity(before start: Int) -> Bool {
        tokens[max(0, start - 4)..<start].contains { $0.text == "ssn" || $0.text == "security" }
    }

    private static func grouped(_ digits: [Character], _ sizes: Int..., by separator: String = "-") -> String {
        var groups: [String] = []
        var index = 0
        for size in sizes {
            groups.append(String(digits[index..<index + size]))
            index += size
        }
        return groups.joined(separator: separator)
    }
}
