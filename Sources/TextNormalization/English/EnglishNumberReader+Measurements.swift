extension EnglishNumberReader {
    private static let prefixes: [(word: String, symbol: String)] = [
        ("kilo", "k"), ("mega", "M"), ("giga", "G"), ("tera", "T"), ("peta", "P"), ("milli", "m"), ("micro", "μ"), ("nano", "n"), ("centi", "c"),
        ("deci", "d"),
    ]
    /// Units that take a prefix, in one word or two.
    private static let scaled: [String: String] = [
        "meter": "m", "metre": "m", "gram": "g", "liter": "l", "litre": "l", "watt": "W", "hertz": "Hz", "byte": "B", "bit": "b", "volt": "V",
        "siemens": "S", "ampere": "A", "amp": "A", "pascal": "Pa", "joule": "J",
    ]
    private static let units: [String: String] = [
        "mile": "mi", "foot": "ft", "feet": "ft", "inch": "in", "inches": "in", "yard": "yd", "ounce": "oz", "hectare": "ha", "lumen": "lm",
        "horsepower": "hp", "hour": "h", "minute": "min", "second": "s", "cc": "cc",
    ]

    /// `two hundred kilometers per hour`, `eighteen point five square miles`.
    func measurement(_ start: Int) -> WrittenForm? {
        guard let amount = number(start), let unit = Self.unit(amount.end, from: start, in: self) else { return nil }
        return WrittenForm(kind: .measurements, end: unit.end, text: amount.text + " " + unit.symbol)
    }

    /// The unit at `index`, with what it is per.
    static func unit(_ index: Int, from start: Int, in reader: EnglishNumberReader) -> (symbol: String, end: Int)? {
        var found: (symbol: String, end: Int)?
        if reader.word(index, from: start) != "per" {
            guard let first = power(index, from: start, in: reader) else { return nil }
            found = first
        }
        let end = found?.end ?? index
        guard reader.word(end, from: start) == "per", let divisor = power(end + 1, from: start, in: reader) else { return found }
        if found?.symbol == "mi", divisor.symbol == "h" { return ("mph", divisor.end) }
        return ((found?.symbol ?? "") + "/" + divisor.symbol, divisor.end)
    }

    /// A unit, its square or its cube.
    private static func power(_ index: Int, from start: Int, in reader: EnglishNumberReader) -> (symbol: String, end: Int)? {
        switch reader.word(index, from: start) {
        case "square":
            guard let unit = simple(index + 1, from: start, in: reader) else { return nil }
            return ["mi", "ft", "in", "yd"].contains(unit.symbol) ? ("sq " + unit.symbol, unit.end) : (unit.symbol + "²", unit.end)
        case "cubic":
            return simple(index + 1, from: start, in: reader).map { ($0.symbol + "³", $0.end) }
        default:
            return simple(index, from: start, in: reader)
        }
    }

    private static func simple(_ index: Int, from start: Int, in reader: EnglishNumberReader) -> (symbol: String, end: Int)? {
        guard let word = reader.word(index, from: start) else { return nil }
        if word == "c", reader.word(index + 1, from: start) == "c" { return ("cc", index + 2) }
        for prefix in prefixes where word.hasPrefix(prefix.word) {
            let rest = String(word.dropFirst(prefix.word.count))
            if rest.isEmpty, let next = reader.word(index + 1, from: start), let base = symbol(next, in: scaled) {
                return energy(prefix.symbol + base, index + 2, from: start, in: reader)
            }
            if let base = symbol(rest, in: scaled) { return energy(prefix.symbol + base, index + 1, from: start, in: reader) }
        }
        guard let plain = symbol(word, in: scaled) ?? symbol(word, in: units) else { return nil }
        return energy(plain, index + 1, from: start, in: reader)
    }

    /// `watt hours`
    private static func energy(_ symbol: String, _ end: Int, from start: Int, in reader: EnglishNumberReader) -> (symbol: String, end: Int) {
        guard symbol.hasSuffix("W"), ["hour", "hours"].contains(reader.word(end, from: start)) else { return (symbol, end) }
        return (symbol + "h", end + 1)
    }

    private static func symbol(_ word: String, in units: [String: String]) -> String? {
        units[word] ?? (word.hasSuffix("s") ? units[String(word.dropLast())] : nil)
    }
}
