extension EnglishNumberReader {
    private static let currencies: [(words: [String], sign: String)] = [
        (["united", "states", "dollar"], "$"), (["us", "dollar"], "$"), (["u", "s", "dollar"], "$"), (["dollar"], "$"), (["euro"], "€"),
        (["pound", "sterling"], "£"), (["yen"], "¥"), (["won"], "₩"), (["rupee"], "₹"),
    ]

    /// `two dollars and fifty cents`, `two point five billion dollars`, `ninety cents`.
    func money(_ start: Int) -> WrittenForm? {
        let isOne = ["a", "an"].contains(word(start, from: start))
        guard let amount = shortAmount(start) ?? number(start) ?? (isOne ? scaled(start) : nil) else { return nil }
        func form(_ end: Int, _ text: String) -> WrittenForm { WrittenForm(kind: .money, end: end, text: text) }
        if let cents = amount.value, 1...99 ~= cents, ["cent", "cents"].contains(word(amount.end, from: start)) {
            return form(amount.end + 1, "$0." + Self.padded(cents))
        }
        guard let (sign, end) = currency(amount.end, from: start) else { return nil }
        guard let whole = amount.value else { return form(end, sign + amount.text) }
        let next = word(end, from: start) == "and" ? end + 1 : end
        guard sign != "¥", sign != "₩", let cents = number(next, from: start), let count = cents.value, 1...99 ~= count else {
            return form(end, sign + amount.text)
        }
        if ["cent", "cents", "pence"].contains(word(cents.end, from: start)) { return form(cents.end + 1, "\(sign)\(whole).\(Self.padded(count))") }
        // `seventy five dollars sixty three`
        guard next == end, count > 9, !isUnit(cents.end, from: start) else { return form(end, sign + amount.text) }
        return form(cents.end, "\(sign)\(whole).\(Self.padded(count))")
    }

    /// `one fifty five dollars`, but not `one twenty point five`.
    private func shortAmount(_ start: Int) -> EnglishNumber? {
        shortHundreds(start).flatMap { currency($0.end, from: start) == nil ? nil : $0 }
    }

    /// `a hundred`, `a million`
    private func scaled(_ start: Int) -> EnglishNumber? {
        switch word(start + 1, from: start) {
        case "hundred": EnglishNumber(digits: "100", end: start + 2, isLarge: true)
        case "thousand": EnglishNumber(digits: "1000", end: start + 2, isLarge: true)
        case "million": EnglishNumber(digits: "1", scale: "million", end: start + 2, isLarge: true)
        case "billion": EnglishNumber(digits: "1", scale: "billion", end: start + 2, isLarge: true)
        default: nil
        }
    }

    private func currency(_ index: Int, from start: Int) -> (sign: String, end: Int)? {
        for currency in Self.currencies {
            let end = index + currency.words.count
            let said = (index..<end).map { word($0, from: start) ?? "" }
            if zip(said, currency.words).allSatisfy({ $0 == $1 || $0 == $1 + "s" }) { return (currency.sign, end) }
        }
        return nil
    }

    private func number(_ index: Int, from start: Int) -> EnglishNumber? { word(index, from: start) == nil ? nil : number(index) }

    /// True if a number before the token counts something else than cents.
    private func isUnit(_ index: Int, from start: Int) -> Bool {
        guard let next = word(index, from: start) else { return false }
        return Self.unit(index, from: start, in: self) != nil || next == "percent" || EnglishVocabulary.scales[next] != nil || next == "hundred"
    }

    static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
