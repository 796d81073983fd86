/// A day of the Gregorian calendar, in no time zone.
package struct CalendarDay: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Number of days since 1970-01-01; negative before that day.
    package var number: Int

    package init(number: Int) { self.number = number }

    /// Makes a day from its date; nil when the date does not exist, or its year is not 1 to 9999.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...9_999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
        self = CalendarDay(firstOf: month, in: year) + (day - 1)
        guard date.month == month else { return nil }
    }

    /// Makes the first day of a month.
    ///
    /// - Parameter month: 1 to 12.
    package init(firstOf month: Int, in year: Int) {
        // Years begin in March here, so that the leap day is the last day of a year.
        let shifted = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = Self.floorDivide(shifted, 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5
        number = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// Reads `2026-01-31`; nil for any other text, and for years before 1970.
    package init?(_ text: String) {
        guard text.utf8.count == 10, let midnight = UnixTime(rfc3339: text) else { return nil }
        self = LocalTime(utc: midnight).day
    }

    /// The date, by eras of 400 years that begin on 1 March.
    package var date: (year: Int, month: Int, day: Int) {
        let (era, dayOfEra) = Self.floorDivide(number + 719_468, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }

    package var year: Int { date.year }

    /// The day of the week: 0 is Monday.
    package var weekday: Int { Self.floorDivide(number + 3, 7).remainder }

    /// The day in the form `2026-01-31`.
    package var description: String {
        let date = date
        return "\(date.year.padded(to: 4))-\(date.month.padded(to: 2))-\(date.day.padded(to: 2))"
    }

    package static func < (a: Self, b: Self) -> Bool { a.number < b.number }

    package static func + (day: Self, days: Int) -> Self { CalendarDay(number: day.number + days) }

    package static func - (day: Self, days: Int) -> Self { CalendarDay(number: day.number - days) }

    private static func floorDivide(_ value: Int, _ divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

extension BinaryInteger {
    /// Returns the number with zeros in front, in at least `width` characters.
    func padded(to width: Int) -> String {
        let digits = String(self)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
