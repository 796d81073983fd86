/// Numbers that follow one another, as one number whose digits were said in any grouping.
struct DigitRun {
    /// The tokens, from the first to the last numeral.
    private(set) var range: Range<Int>
    private(set) var digits: [UInt8] = []
    /// Number of digits that were said one by one, or written.
    private(set) var spelled = 0
    /// Number of `hundred`, `thousand` and the like.
    private(set) var scales = 0
    /// The values of the numerals.
    private var values: [Int] = []
    private var repeats = 1
    private var isOpenTen = false

    private init(_ start: Int) { range = start..<start }

    /// Returns the runs of a text, in order.
    ///
    /// - Parameter end: the end of the part of the text that is read; nil: all of the text.
    static func runs(in tokens: [RedactionToken], from start: Int = 0, through end: Int? = nil) -> [DigitRun] {
        var runs: [DigitRun] = []
        var index = start
        let end = end ?? tokens.count
        while index < end {
            guard tokens[index].numeral != nil else {
                index += 1
                continue
            }
            var run = DigitRun(index)
            var next = index
            while next < end, tokens[next].speaker == tokens[index].speaker {
                // A number that was shown at the end of a turn is over.
                if next > index, tokens[next - 1].endsTurn, tokens[next - 1].entity == nil { break }
                if let numeral = tokens[next].numeral {
                    run.add(numeral)
                    next += 1
                    run.range = index..<next
                } else if tokens[next].isFiller || tokens[next].text == "and" && run.isBehindScale {
                    next += 1
                } else {
                    break
                }
            }
            index = run.range.upperBound
            runs.append(run)
        }
        return runs
    }

    private var isBehindScale: Bool { scales > 0 && digits.last == 0 }

    private mutating func add(_ numeral: RedactionToken.Numeral) {
        switch numeral {
        case .unit(let unit):
            if isOpenTen, unit > 0, repeats == 1 {
                digits[digits.count - 1] = unit
                values[values.count - 1] += Int(unit)
            } else {
                digits += Array(repeating: unit, count: repeats)
                spelled += repeats
                values.append(Int(unit))
            }
            isOpenTen = false
            repeats = 1
        case .teen(let value), .ten(let value):
            digits += [value / 10, value % 10]
            values.append(Int(value))
            if case .ten = numeral { isOpenTen = true } else { isOpenTen = false }
            repeats = 1
        case .digits(let written):
            if repeats > 1, written.count == 1 { digits += Array(repeating: written[0], count: repeats - 1) }
            digits += written
            spelled += written.count
            values.append(written.prefix(4).reduce(0) { $0 * 10 + Int($1) })
            isOpenTen = false
            repeats = 1
        case .hundred: addZeros(2)
        case .scale(let power): addZeros(min(power, 12))
        case .repeats(let count):
            repeats = count
            isOpenTen = false
        }
    }

    private mutating func addZeros(_ count: Int) {
        digits += Array(repeating: 0, count: count)
        scales += 1
        isOpenTen = false
        repeats = 1
    }

    var count: Int { digits.count }

    /// True if the numbers may be the digits of one number; false for a quantity, and for somebody who counts.
    var isIdentifying: Bool { (scales == 0 || scales == 1 && spelled >= 4) && !isCounting }

    /// True if the numerals are one higher than those before them: `one two three`.
    var isCounted: Bool { (values.count > 2 || values == [1, 2]) && zip(values, values.dropFirst()).allSatisfy { $1 == $0 + 1 } }

    /// `nineteen eighty four`, `twenty twelve`, `nineteen oh five`, `two thousand and four`
    var isYear: Bool {
        if values.count == 2 || values.count == 3 && values[1] == 0 { return 18...20 ~= values[0] || values[0] == 2 && scales == 1 }
        return values.count == 1 && values[0] == 2 && scales == 1 || values == [20]
    }

    /// `1984`
    var isWrittenYear: Bool { range.count == 1 && spelled == 4 && (digits.starts(with: [1, 9]) || digits.starts(with: [2, 0])) }

    /// False for a number that is more likely counted: `one`, `one two`.
    var isAnswer: Bool { scales == 0 && count < 5 && !(values.first == 1 && count < 3) }

    /// `one two three four five six seven`
    private var isCounting: Bool {
        values.count > 3 && zip(values, values.dropFirst()).allSatisfy { $1 == $0 + 1 }
    }

    /// True if the digits, or most of them, are the number of a payment card: 13 to 19 digits with the right check digit.
    var holdsCard: Bool {
        guard count > 12 else { return false }
        // A card's security code or expiry may follow, and the end of another number may stand before it.
        for start in 0...count - 13 {
            let rest = digits[start...]
            if [16, 15].contains(where: { $0 <= rest.count && Self.hasCheckDigit(rest.prefix($0)) }) { return true }
        }
        return count <= 19 && Self.hasCheckDigit(digits[...])
    }

    /// The check digit of Luhn.
    static func hasCheckDigit(_ digits: ArraySlice<UInt8>) -> Bool {
        guard (3...6).contains(digits.first ?? 0) else { return false }
        var sum = 0
        for (place, digit) in digits.reversed().enumerated() {
            let value = place % 2 == 1 ? Int(digit) * 2 : Int(digit)
            sum += value > 9 ? value - 9 : value
        }
        return sum % 10 == 0
    }
}
