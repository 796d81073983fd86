/// Unification of English numbers: spelled numbers become digits, and neighbouring numbers are joined.
///
/// Joining makes "nineteen eighty four", "19 84" and "1984" equal, and also "one two three" and "123".
enum EnglishNumbers {
    /// Returns the text with `5%` and `$5` as spoken words.
    static func withSymbolsSpelled(_ text: String) -> String {
        var result = ""
        var currency: String?
        for character in text {
            if let name = currencies[character] {
                currency = name
                result.append(" ")
                continue
            }
            let isOfNumber = character.isNumber || character == "." || character == ","
            if let name = currency, !isOfNumber {
                result += " \(name) "
                currency = nil
            }
            switch character {
            case "%": result += " percent "
            case "&": result += " and "
            default: result.append(character)
            }
        }
        if let name = currency { result += " \(name)" }
        return result
    }

    private static let currencies: [Character: String] = ["$": "dollars", "£": "pounds", "€": "euros"]

    /// Returns the words with spelled numbers as digits. An ordinal keeps its ending: `21st`.
    static func written(_ words: [String]) -> [String] {
        var result: [String] = []
        /// True if the last of `result` is a number to which the next number is joined.
        var isOpen = false
        var rest = words[...]
        while let word = rest.first {
            let number: Number?
            if let digits = digits(word) {
                number = digits
                rest.removeFirst()
            } else if word == "oh" || word == "o", isOpen, rest.dropFirst().first.map({ cardinals[$0] != nil || digits($0) != nil }) == true {
                number = Number(digits: "0", ending: "")
                rest.removeFirst()
            } else {
                number = spelled(&rest)
            }
            if let number {
                let before = isOpen ? result.popLast() ?? "" : ""
                result.append(before + number.digits + number.ending)
                isOpen = number.ending.isEmpty
            } else {
                result.append(word)
                isOpen = false
                rest.removeFirst()
            }
        }
        return result
    }

    private struct Number {
        var digits: String
        /// Ending of an ordinal, such as `st`; otherwise empty.
        var ending: String
    }

    /// A part of a number, such as a group of three digits.
    private struct Part {
        var value: Int
        var isOrdinal = false
    }

    /// Removes the spelled number at the front of `words` and returns it, if there is one: "two thousand and five", "three point one".
    private static func spelled(_ words: inout ArraySlice<String>) -> Number? {
        var total = 0
        var smallest = Int.max
        while let part = group(&words) {
            if !part.isOrdinal, let scale = words.first.flatMap({ scales[$0] }), scale < smallest {
                words.removeFirst()
                total += part.value * scale
                smallest = scale
                guard continues(words) else { return Number(digits: String(total), ending: "") }
                if words.first == "and" { words.removeFirst() }
                continue
            }
            total += part.value
            if part.isOrdinal { return Number(digits: String(total), ending: ordinalEnding(total)) }
            return Number(digits: String(total) + fraction(&words), ending: "")
        }
        return smallest == Int.max ? nil : Number(digits: String(total), ending: "")
    }

    /// Returns true if a smaller part of the same number follows, with or without an "and" before it.
    private static func continues(_ words: ArraySlice<String>) -> Bool {
        let next = words.first == "and" ? words.dropFirst().first : words.first
        return next.map { cardinals[$0] != nil || ordinals[$0] != nil } ?? false
    }

    /// Removes a group of up to three digits, or of four as in "nineteen hundred", and returns it.
    private static func group(_ words: inout ArraySlice<String>) -> Part? {
        if words.first == "a", let scale = words.dropFirst().first, scale == "hundred" || scales[scale] != nil {
            words.removeFirst()
            guard scale == "hundred" else { return Part(value: 1) }
            words.removeFirst()
            return hundreds(1, &words)
        }
        guard let part = underHundred(&words) else { return nil }
        guard !part.isOrdinal, part.value > 0, words.first == "hundred" else { return part }
        words.removeFirst()
        return hundreds(part.value, &words)
    }

    private static func hundreds(_ count: Int, _ words: inout ArraySlice<String>) -> Part {
        guard continues(words) else { return Part(value: count * 100) }
        var after = words.first == "and" ? words.dropFirst() : words
        guard let part = underHundred(&after) else { return Part(value: count * 100) }
        words = after
        return Part(value: count * 100 + part.value, isOrdinal: part.isOrdinal)
    }

    private static func underHundred(_ words: inout ArraySlice<String>) -> Part? {
        guard let word = words.first else { return nil }
        if let ordinal = ordinals[word] {
            words.removeFirst()
            return Part(value: ordinal, isOrdinal: true)
        }
        guard let first = cardinals[word] else { return nil }
        words.removeFirst()
        guard first >= 20, let next = words.first else { return Part(value: first) }
        if let unit = cardinals[next], (1...9).contains(unit) {
            words.removeFirst()
            return Part(value: first + unit)
        }
        // "second" alone is a unit of time more often than a number.
        if let unit = next == "second" ? 2 : ordinals[next], unit < 10 {
            words.removeFirst()
            return Part(value: first + unit, isOrdinal: true)
        }
        return Part(value: first)
    }

    /// Removes the digits after "point" and returns them.
    private static func fraction(_ words: inout ArraySlice<String>) -> String {
        guard words.first == "point", let next = words.dropFirst().first.flatMap({ cardinals[$0] }), next < 10 else { return "" }
        words.removeFirst()
        var digits = "."
        while let digit = words.first.flatMap({ cardinals[$0] }), digit < 10 {
            digits += String(digit)
            words.removeFirst()
        }
        return digits
    }

    /// Parses a word of digits, with or without an ordinal's ending: `1984`, `3.5`, `21st`.
    private static func digits(_ word: String) -> Number? {
        guard let first = word.first, first.isASCII, first.isNumber else { return nil }
        for ending in ["st", "nd", "rd", "th"] where word.hasSuffix(ending) && word.dropLast(2).allSatisfy(\.isNumber) {
            return Number(digits: String(word.dropLast(2)), ending: ending)
        }
        return word.allSatisfy { $0.isNumber || $0 == "." } ? Number(digits: word, ending: "") : nil
    }

    private static func ordinalEnding(_ number: Int) -> String {
        if (11...13).contains(number % 100) { return "th" }
        return switch number % 10 {
        case 1: "st"
        case 2: "nd"
        case 3: "rd"
        default: "th"
        }
    }

    private static let scales = ["thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000]

    private static let cardinals: [String: Int] = [
        "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
        "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20,
        "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
    ]

    private static let ordinals: [String: Int] = [
        "first": 1, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11,
        "twelfth": 12,
        "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20,
        "thirtieth": 30, "fortieth": 40, "fiftieth": 50, "sixtieth": 60, "seventieth": 70, "eightieth": 80, "ninetieth": 90,
    ]
}
