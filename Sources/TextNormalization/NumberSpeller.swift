package import Speech

/// Writes numbers as they are spoken: `37` as `thirty seven`. English only.
package struct NumberSpeller: Sendable {
    private static let currencies: [Character: (one: String, many: String, small: String)] = [
        "$": ("dollar", "dollars", "cents"), "€": ("euro", "euros", "cents"), "£": ("pound", "pounds", "pence"),
    ]
    /// Words behind which the currency of the number before them is said.
    private static let sizes: Set<String> = ["hundred", "thousand", "million", "billion", "trillion"]
    private static let suffixes: Set<String> = ["st", "nd", "rd", "th"]

    /// Returns nil for a language without rules.
    package init?(_ language: LanguageTag) {
        guard language.primary == "en" else { return nil }
    }

    /// Returns the words with numbers as they are spoken. The words of a number divide its time by their lengths.
    package func spelled(_ words: [Word]) -> [Word] {
        guard words.contains(where: { $0.text.utf8.contains { 0x30...0x39 ~= $0 } }) else { return words }
        var spelled: [Word] = []
        spelled.reserveCapacity(words.count)
        // The currency that is said behind the next word.
        var owed = ""
        for index in words.indices {
            let next = index + 1 < words.count ? words[index + 1].bare : ""
            let written = words[index].text
            var text = Self.spoken(written, before: next)
            if !owed.isEmpty, text == nil {
                let marks = Self.closing(Substring(written))
                text = (String(written.dropLast(marks.count)) + " " + owed, marks)
            }
            owed = text != nil && Self.sizes.contains(next) ? Self.currency(of: written)?.many ?? "" : ""
            guard let text else {
                spelled.append(words[index])
                continue
            }
            let replacement = InverseTextNormalizer.Replacement(words: index..<index + 1, text: text.text, marks: text.marks)
            spelled += InverseTextNormalizer.words(of: replacement, for: words[index..<index + 1])
        }
        return spelled
    }

    /// Returns the spoken form of a written word, and the marks behind it; nil for a word that is not a number.
    ///
    /// - Parameter next: the next word, in lower case and without marks.
    static func spoken(_ written: String, before next: String = "") -> (text: String, marks: String)? {
        var rest = Substring(written)
        let opening = Self.opening(rest)
        rest = rest.dropFirst(opening.count)
        let marks = closing(rest)
        rest = rest.dropLast(marks.count)
        let currency = Self.currency(of: written)
        if currency != nil { rest = rest.dropFirst() }
        let isPercent = rest.last == "%"
        if isPercent { rest = rest.dropLast() }
        guard rest.first.map(isDigit) == true, var words = number(String(rest), of: currency, before: next) else { return nil }
        if isPercent { words.append("percent") }
        return (opening + words.joined(separator: " "), marks)
    }

    private static func opening(_ text: Substring) -> String { String(text.prefix { "\"'([“‘".contains($0) }) }

    private static func closing(_ text: Substring) -> String {
        String(text.reversed().prefix { ".,;:!?\"')]”’…".contains($0) }.reversed())
    }

    private static func currency(of written: String) -> (one: String, many: String, small: String)? {
        written.dropFirst(opening(Substring(written)).count).first.flatMap { currencies[$0] }
    }

    private static func isDigit(_ character: Character) -> Bool { character.isASCII && character.isNumber }

    private static func number(_ text: String, of currency: (one: String, many: String, small: String)?, before next: String) -> [String]? {
        if text.contains(":") { return time(text) }
        if text.contains("-") { return digits(of: text.split(separator: "-", omittingEmptySubsequences: false)) }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let suffix = String(text.drop { isDigit($0) || $0 == "," })
        if parts.count == 1, suffixes.contains(suffix) {
            guard let whole = Int(text.dropLast(suffix.count).filter { $0 != "," }), whole < SpokenNumber.limit else { return nil }
            return SpokenNumber.ordinal(SpokenNumber.cardinal(whole))
        }
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { isDigit($0) || $0 == "," } }) else { return nil }
        let hasComma = parts[0].contains(","), whole = parts[0].filter { $0 != "," }
        guard whole.count == 1 || whole.first != "0", let value = Int(whole), value < SpokenNumber.limit else { return digits(of: parts) }
        guard parts.count == 2 else {
            let words = currency == nil && !hasComma && whole.count == 4 ? year(value) : SpokenNumber.cardinal(value)
            guard let currency else { return words }
            return sizes.contains(next) ? words : words + [value == 1 ? currency.one : currency.many]
        }
        let decimals = parts[1].compactMap { $0.wholeNumberValue.map { SpokenNumber.digit($0) } }
        if let currency, decimals.count == 2, !sizes.contains(next), let cents = Int(parts[1]) {
            let money = SpokenNumber.cardinal(value) + [value == 1 ? currency.one : currency.many]
            return cents == 0 ? money : money + ["and"] + SpokenNumber.cardinal(cents) + [currency.small]
        }
        let words = SpokenNumber.cardinal(value) + ["point"] + decimals
        guard let currency, !sizes.contains(next) else { return words }
        return words + [currency.many]
    }

    /// Returns a number of four digits as years are spoken: `nineteen ninety nine`.
    private static func year(_ value: Int) -> [String] {
        let century = value / 100, rest = value % 100
        guard century % 10 != 0 || rest >= 10 && century > 10 else { return SpokenNumber.cardinal(value) }
        if rest == 0 { return SpokenNumber.cardinal(century) + ["hundred"] }
        return SpokenNumber.cardinal(century) + (rest < 10 ? ["oh"] : []) + SpokenNumber.cardinal(rest)
    }

    /// Returns a time of day such as `10:05`; nil for another text.
    private static func time(_ text: String) -> [String]? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ (1...2).contains($0.count) && $0.allSatisfy(isDigit) }), let hours = Int(parts[0]),
            let minutes = Int(parts[1])
        else { return nil }
        if minutes == 0 { return SpokenNumber.cardinal(hours) + ["o'clock"] }
        return SpokenNumber.cardinal(hours) + (minutes < 10 ? ["oh"] : []) + SpokenNumber.cardinal(minutes)
    }

    /// Returns the digits of numbers that are spoken one by one; nil if other characters are among them.
    private static func digits(of parts: [Substring]) -> [String]? {
        guard parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { isDigit($0) || $0 == "," } }) else { return nil }
        return parts.joined().compactMap { $0.wholeNumberValue.map { SpokenNumber.digit($0) } }
    }
}
