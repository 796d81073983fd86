internal import Speech

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
        return SpokenNumber.ordinal(SpokenNumber.cardinal(number))
    }

    /// Returns the plural: "eighties" for `80`, "nineteen nineties" for `1990`.
    package static func plural(_ digits: String) -> [String] {
        var words = spoken(digits)
        guard let last = words.popLast() else { return words }
        if last.hasSuffix("y") { return words + [last.dropLast() + "ies"] }
        return words + [last == "six" ? "sixes" : last + "s"]
    }

    /// The ordinals from this one on are read digit by digit.
    private static let limit = 1_000_000_000_000

    private static func whole(_ digits: String, isYear: Bool) -> [String] {
        guard let number = Int(digits), number < limit, digits.utf8.count < 8 else { return byDigit(digits) }
        if digits.hasPrefix("0"), digits.utf8.count > 1 {
            return digits.utf8.count == 2 && number > 0 ? ["oh", SpokenNumber.digit(number)] : byDigit(digits)
        }
        if isYear, digits.utf8.count == 4, (1_100..<2_000).contains(number) || (2_010..<2_100).contains(number) {
            let rest = number % 100
            return SpokenNumber.cardinal(number / 100)
                + (rest == 0 ? ["hundred"] : rest < 10 ? ["oh", SpokenNumber.digit(rest)] : SpokenNumber.cardinal(rest))
        }
        return SpokenNumber.cardinal(number)
    }

    private static func byDigit(_ digits: String) -> [String] {
        digits.utf8.compactMap { (48...57).contains($0) ? SpokenNumber.digit(Int($0) - 48) : nil }
    }
}
