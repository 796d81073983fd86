/// English words for numbers.
package enum SpokenNumber {
    /// The numbers from this one on stay digits in texts.
    package static let limit = 1_000_000_000

    private static let small = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
        "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    ]
    private static let tens = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
    private static let scales = [(1_000_000_000, "billion"), (1_000_000, "million"), (1_000, "thousand"), (100, "hundred")]
    private static let irregular = [
        "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth", "twelve": "twelfth",
    ]

    /// Returns the words of a number from 0 to below a thousand billions: 37 is `["thirty", "seven"]`.
    package static func cardinal(_ number: Int) -> [String] {
        for (size, name) in Self.scales where number >= size {
            let rest = number % size
            return cardinal(number / size) + [name] + (rest == 0 ? [] : cardinal(rest))
        }
        if number < 20 { return [small[number]] }
        return [tens[number / 10]] + (number % 10 == 0 ? [] : [small[number % 10]])
    }

    /// Returns the word of a digit, 0…9.
    package static func digit(_ digit: Int) -> String { small[digit] }

    /// Returns the ordinal of a cardinal's words: `["thirty", "seventh"]`.
    package static func ordinal(_ cardinal: [String]) -> [String] {
        guard let last = cardinal.last else { return cardinal }
        let changed = irregular[last] ?? (last.hasSuffix("y") ? last.dropLast() + "ieth" : last + "th")
        return cardinal.dropLast() + [changed]
    }
}
