/// Digits as English words.
package enum NumberWords {
    /// Returns the words of a number: "nineteen eighty four" for `1984`, "three point five" for `3.5`, "zero zero seven" for `007`.
    ///
    /// - Parameter isYear: true: four digits that look like a year are read in pairs.
    package static func spoken(_ digits: String, isYear: Bool = true) -> [String] {
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return parts.flatMap { whole(String($0), isYear: isYear) } }
        return whole(String(parts[0]), isYear: false) + ["point"] + byDigit(String(parts[1]))
    }

    /// Returns the ordinal: "third" for `3`, "twenty first" for `21`.
    package static func ordinal(_ digits: String) -> [String] {
        guard let number = Int(digits), number < limit else { return spoken(digits) }
        var words = cardinal(number)
        guard let last = words.popLast() else { return words }
        return words + [ordinals[last] ?? (last.hasSuffix("y") ? last.dropLast() + "ieth" : last + "th")]
    }

    /// Returns the plural: "eighties" for `80`, "nineteen nineties" for `1990`.
    package static func plural(_ digits: String) -> [String] {
        var words = spoken(digits)
        guard let last = words.popLast() else { return words }
        if last.hasSuffix("y") { return words + [last.dropLast() + "ies"] }
        return words + [last == "six" ? "sixes" : last + "s"]
    }

    package static func cardinal(_ number: Int) -> [String] {
        if number < 20 { return [small[max(0, number)]] }
        if number < 100 { return [tens[number / 10]] + (number % 10 == 0 ? [] : [small[number % 10]]) }
        if number < 1_000 { return [small[number / 100], "hundred"] + (number % 100 == 0 ? [] : cardinal(number % 100)) }
        for (scale, name) in scales where number >= scale {
            return cardinal(number / scale) + [name] + (number % scale == 0 ? [] : cardinal(number % scale))
        }
        return []
    }

    private static let limit = 1_000_000_000_000
    private static let scales = [(1_000_000_000, "billion"), (1_000_000, "million"), (1_000, "thousand")]
    private static let small = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
        "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    ]
    private static let tens = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
    private static let ordinals = [
        "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth", "twelve": "twelfth",
    ]

    private static func whole(_ digits: String, isYear: Bool) -> [String] {
        guard let number = Int(digits), number < limit, digits.utf8.count < 8 else { return byDigit(digits) }
        if digits.hasPrefix("0"), digits.utf8.count > 1 {
            return digits.utf8.count == 2 && number > 0 ? ["oh", small[number]] : byDigit(digits)
        }
        if isYear, digits.utf8.count == 4, (1_100..<2_000).contains(number) || (2_010..<2_100).contains(number) {
            let rest = number % 100
            return cardinal(number / 100) + (rest == 0 ? ["hundred"] : rest < 10 ? ["oh", small[rest]] : cardinal(rest))
        }
        return cardinal(number)
    }

    private static func byDigit(_ digits: String) -> [String] {
        digits.utf8.compactMap { (48...57).contains($0) ? small[Int($0) - 48] : nil }
    }
}
