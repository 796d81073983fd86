/// A number as digits, and the tokens that it takes.
struct EnglishNumber {
    /// The digits, with a decimal point if there is one, and a minus sign.
    var digits: String
    /// `million` and the like, where the number is shorter to read with it.
    var scale: String?
    var end: Int
    /// False for a whole number of one digit.
    var isLarge: Bool

    var text: String { scale.map { digits + " " + $0 } ?? digits }
    /// The value of a whole number below a million; nil for others.
    var value: Int? { scale == nil && digits.utf8.count <= 6 ? Int(digits) : nil }
}

/// Reads English numbers from tokens.
struct EnglishNumberReader {
    let tokens: [SpokenToken]

    /// Returns the token's text if a form that begins at `start` may go on to it.
    func word(_ index: Int, from start: Int) -> String? {
        guard index < tokens.count else { return nil }
        if index > start, !tokens[index - 1].marks.isEmpty || tokens[index - 1].endsTurn { return nil }
        return tokens[index].text
    }

    /// A number of 1 to 99.
    func small(_ index: Int, from start: Int) -> (value: Int, end: Int)? {
        guard let first = word(index, from: start) else { return nil }
        if let unit = EnglishVocabulary.units[first] ?? EnglishVocabulary.teens[first] { return (unit, index + 1) }
        guard let ten = EnglishVocabulary.tens[first] else { return nil }
        if let second = word(index + 1, from: start), let unit = EnglishVocabulary.units[second] { return (ten + unit, index + 2) }
        return (ten, index + 1)
    }

    /// A number of 1 to 9999 without `thousand`: `twenty one hundred and eleven`.
    private func group(_ index: Int, from start: Int) -> (value: Int, end: Int)? {
        guard let first = small(index, from: start) else { return nil }
        guard word(first.end, from: start) == "hundred" else { return first }
        let hundreds = first.value * 100
        var next = first.end + 1
        if word(next, from: start) == "and" { next += 1 }
        guard let rest = small(next, from: start), word(rest.end, from: start) != "hundred" else { return (hundreds, first.end + 1) }
        return (hundreds + rest.value, rest.end)
    }

    /// A whole number in words, or one that is written in digits already.
    func whole(_ start: Int) -> EnglishNumber? {
        guard let first = word(start, from: start) else { return nil }
        if first == "zero" { return EnglishNumber(digits: "0", end: start + 1, isLarge: false) }
        if first.utf8.first.map({ 48...57 ~= $0 }) == true {
            let digits = first.filter { $0 != "," }
            guard digits.utf8.allSatisfy({ 48...57 ~= $0 || $0 == 46 }), digits.utf8.count <= 24, digits.split(separator: ".").count < 3 else {
                return nil
            }
            guard let scale = word(start + 1, from: start), EnglishVocabulary.scales[scale].map({ $0 >= 6 }) == true else {
                return EnglishNumber(digits: digits, end: start + 1, isLarge: digits.utf8.count > 1)
            }
            return EnglishNumber(digits: digits, scale: scale, end: start + 2, isLarge: true)
        }
        // Groups at falling powers of ten.
        var groups: [(value: Int, power: Int)] = []
        var end = start
        var scale: String?
        var index = start
        while let part = group(index, from: start) {
            if let name = word(part.end, from: start), let power = EnglishVocabulary.scales[name] {
                guard groups.last.map({ power < $0.power }) ?? true else { break }
                groups.append((part.value, power))
                scale = name
                end = part.end + 1
                index = end
                if word(index, from: start) == "and" {
                    // `two thousand and nine`, not `two thousand and three hundred`.
                    guard let rest = small(index + 1, from: start),
                        word(rest.end, from: start).map({ $0 != "hundred" && EnglishVocabulary.scales[$0] == nil }) ?? true
                    else { break }
                    index += 1
                }
            } else {
                guard groups.last.map({ $0.power > 3 || part.value < 1000 }) ?? true else { break }
                groups.append((part.value, 0))
                end = part.end
                break
            }
        }
        guard let highest = groups.first else { return nil }
        if groups.count == 1, highest.power >= 6, let scale, scale != "crore" {
            return EnglishNumber(digits: String(highest.value), scale: scale, end: end, isLarge: true)
        }
        return EnglishNumber(digits: Self.digits(of: groups), end: end, isLarge: groups.count > 1 || highest.power > 0 || highest.value > 9)
    }

    /// Writes groups at powers of ten as one number, which may be larger than an integer.
    private static func digits(of groups: [(value: Int, power: Int)]) -> String {
        var places = [Int](repeating: 0, count: 28)
        for group in groups {
            var value = group.value
            var place = group.power
            while value > 0, place < places.count {
                places[place] += value % 10
                value /= 10
                place += 1
            }
        }
        for place in places.indices.dropLast() where places[place] > 9 {
            places[place + 1] += places[place] / 10
            places[place] %= 10
        }
        let digits = places.reversed().drop { $0 == 0 }
        return digits.isEmpty ? "0" : digits.map(String.init).joined()
    }

    /// A whole or decimal number, with a minus sign if there is one.
    func number(_ start: Int) -> EnglishNumber? {
        var index = start
        var sign = ""
        if let first = word(start, from: start), first == "minus" || first == "negative" {
            sign = "-"
            index += 1
            if word(index, from: start) == nil { return nil }
        }
        var whole = whole(index)
        guard var number = decimal(after: &whole, at: index, from: start) ?? whole else { return nil }
        number.digits = sign + number.digits
        number.isLarge = number.isLarge || !sign.isEmpty
        return number
    }

    /// The digits behind `point`. `five point two million` has its scale behind them.
    private func decimal(after whole: inout EnglishNumber?, at index: Int, from start: Int) -> EnglishNumber? {
        let point = whole?.end ?? index
        guard whole?.scale == nil, whole.map({ !$0.digits.contains(".") }) ?? true, word(point, from: start) == "point" else { return nil }
        var end = point + 1
        var digits = (whole?.digits ?? "") + "."
        while let next = word(end, from: start), let digit = Self.digit(next) {
            digits.append(digit)
            end += 1
        }
        guard end > point + 1 else { return nil }
        if let scale = word(end, from: start), EnglishVocabulary.scales[scale] != nil {
            return EnglishNumber(digits: digits, scale: scale, end: end + 1, isLarge: true)
        }
        return EnglishNumber(digits: digits, end: end, isLarge: true)
    }

    static func digit(_ word: String) -> String? {
        if EnglishVocabulary.zeros.contains(word) { return "0" }
        return EnglishVocabulary.units[word].map(String.init)
    }

    /// `one fifty five` for 155, as prices are said.
    func shortHundreds(_ start: Int) -> EnglishNumber? {
        guard let first = word(start, from: start), let hundreds = EnglishVocabulary.units[first], let second = word(start + 1, from: start),
            EnglishVocabulary.tens[second] ?? EnglishVocabulary.teens[second] != nil, let rest = small(start + 1, from: start)
        else { return nil }
        return EnglishNumber(digits: String(hundreds * 100 + rest.value), end: rest.end, isLarge: true)
    }

    /// A year from 1000 to 2999: `nineteen oh five`, `twenty twelve`, `two thousand and nine`.
    func year(_ index: Int, from start: Int) -> (value: Int, end: Int)? {
        guard let first = word(index, from: start) else { return nil }
        let century = EnglishVocabulary.teens[first] ?? (first == "twenty" ? 20 : nil)
        if let century, let second = word(index + 1, from: start) {
            if EnglishVocabulary.zeros.contains(second), second != "zero", let third = word(index + 2, from: start),
                let unit = EnglishVocabulary.units[third]
            {
                return (century * 100 + unit, index + 3)
            }
            if EnglishVocabulary.units[second] == nil, let rest = small(index + 1, from: start),
                word(rest.end, from: start).map({ $0 != "hundred" && EnglishVocabulary.scales[$0] == nil }) ?? true
            {
                return (century * 100 + rest.value, rest.end)
            }
        }
        guard let number = whole(index), let value = number.value, 1000...2999 ~= value else { return nil }
        return (value, number.end)
    }

    /// An ordinal number's value: `twenty fifth`, `one hundred eleventh`.
    func ordinal(_ index: Int, from start: Int) -> (value: Int, end: Int)? {
        guard let first = word(index, from: start) else { return nil }
        if first == "zeroth" { return (0, index + 1) }
        if let value = EnglishVocabulary.ordinalUnits[first] ?? EnglishVocabulary.ordinalTeens[first] { return (value, index + 1) }
        // The words before the last one are a whole number that the ordinal ends.
        if let ten = EnglishVocabulary.tens[first], let second = word(index + 1, from: start), let unit = EnglishVocabulary.ordinalUnits[second] {
            return (ten + unit, index + 2)
        }
        guard let whole = whole(index), let value = whole.value, let next = word(whole.end, from: start) else { return nil }
        if let power = EnglishVocabulary.ordinalScales[next], value < 1000 {
            return (value * [2: 100, 3: 1000, 6: 1_000_000, 9: 1_000_000_000][power, default: 1], whole.end + 1)
        }
        if let last = EnglishVocabulary.ordinalUnits[next], value % 10 == 0 { return (value + last, whole.end + 1) }
        if let last = EnglishVocabulary.ordinalTeens[next], value % 100 == 0 { return (value + last, whole.end + 1) }
        return nil
    }

    static func written(ordinal value: Int) -> String {
        let ending = (11...13).contains(value % 100) ? "th" : [1: "st", 2: "nd", 3: "rd"][value % 10] ?? "th"
        return String(value) + ending
    }
}
