extension RecurringZoneRule {
    /// Maximum length of a rule's text in bytes.
    private static let maxText = 256

    /// Reads a rule such as `CET-1CEST,M3.5.0,M10.5.0/3`; nil when the text is not a rule. Summer time needs its two moments.
    init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.maxText else { return nil }
        var reader = RuleReader(bytes)
        guard let name = reader.name(), let west = reader.time(maxHours: 24), let standard = Self.offset(name, -west) else { return nil }
        self.standard = standard
        guard !reader.isAtEnd else { return }
        guard let summerName = reader.name() else { return nil }
        var ahead = standard.seconds + 3_600
        if !reader.isAt(",") {
            guard let west = reader.time(maxHours: 24) else { return nil }
            ahead = -west
        }
        guard let offset = Self.offset(summerName, ahead), let start = reader.change(), let end = reader.change(), reader.isAtEnd else { return nil }
        summer = SummerTime(offset: offset, start: start, end: end)
    }

    private static func offset(_ name: String, _ seconds: Int) -> ZoneOffset? {
        ZoneOffset.range.contains(seconds) ? ZoneOffset(seconds: seconds, abbreviation: name) : nil
    }
}

/// A reader of the parts of a `RecurringZoneRule`'s text. Each method returns nil when its part is not there.
private struct RuleReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    var isAtEnd: Bool { rest.isEmpty }

    func isAt(_ character: Character) -> Bool { rest.first != nil && rest.first == character.asciiValue }

    private mutating func take(_ character: Character) -> Bool {
        guard isAt(character) else { return false }
        rest.removeFirst()
        return true
    }

    /// Reads `CET`, or `<+03>`.
    mutating func name() -> String? {
        let isQuoted = take("<")
        let name = rest.prefix { byte in
            let letter = byte | 0x20
            return (0x61...0x7A).contains(letter) && byte >= 0x41 || isQuoted && ((0x30...0x39).contains(byte) || byte == 0x2B || byte == 0x2D)
        }
        rest = rest.dropFirst(name.count)
        guard name.count >= 3, !isQuoted || take(">") else { return nil }
        return String(decoding: name, as: UTF8.self)
    }

    /// Reads `[+-]hh[:mm[:ss]]` in seconds.
    mutating func time(maxHours most: Int) -> Int? {
        let isNegative = take("-")
        if !isNegative { _ = take("+") }
        guard let hours = number(0...most) else { return nil }
        var seconds = hours * 3_600
        for unit in [60, 1] {
            guard take(":") else { break }
            guard let count = number(0...59) else { return nil }
            seconds += count * unit
        }
        return isNegative ? -seconds : seconds
    }

    /// Reads `,M3.5.0/2`, `,J60` or `,59`.
    mutating func change() -> YearlyChange? {
        guard take(","), let day = dayRule() else { return nil }
        guard take("/") else { return YearlyChange(day: day, seconds: 2 * 3_600) }
        return time(maxHours: 167).map { YearlyChange(day: day, seconds: $0) }
    }

    private mutating func dayRule() -> YearlyChange.DayRule? {
        if take("J") { return number(1...365).map { .common($0) } }
        guard take("M") else { return number(0...365).map { .counted($0) } }
        guard let month = number(1...12), take("."), let week = number(1...5), take("."), let day = number(0...6) else { return nil }
        return .weekday(month: month, week: week, day: day)
    }

    private mutating func number(_ range: ClosedRange<Int>) -> Int? {
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        guard (1...3).contains(digits.count) else { return nil }
        rest = rest.dropFirst(digits.count)
        let number = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        return range.contains(number) ? number : nil
    }
}
