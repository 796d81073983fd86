/// A day and a time of day as the clocks of a place show them. A time zone makes a moment of it.
package struct LocalTime: Hashable, Comparable, Sendable {
    static let dayMilliseconds: Int64 = 86_400_000

    package var day: CalendarDay
    /// Milliseconds since midnight on these clocks: less than a day.
    package private(set) var milliseconds: Int64

    /// Makes the time of a day.
    ///
    /// - Parameter minutes: minutes since the day's midnight, on the clocks. 24 hours are the next day's midnight.
    package init(_ day: CalendarDay, minutes: Int = 0) {
        self.init(onClocks: Int64(day.number) * Self.dayMilliseconds + Int64(minutes) * 60_000)
    }

    /// Makes the time that clocks in UTC show.
    package init(utc time: UnixTime) { self.init(onClocks: time.milliseconds) }

    /// - Parameter milliseconds: milliseconds since 1970-01-01T00:00 on these clocks.
    init(onClocks milliseconds: Int64) {
        var (days, rest) = milliseconds.quotientAndRemainder(dividingBy: Self.dayMilliseconds)
        if rest < 0 { (days, rest) = (days - 1, rest + Self.dayMilliseconds) }
        day = CalendarDay(number: Int(days))
        self.milliseconds = rest
    }

    /// Reads `2026-01-31T15:00`, optionally with seconds and a fraction; nil for any other text, such as one with an offset.
    package init?(_ text: String) {
        guard text.utf8.count >= 16, let time = UnixTime(rfc3339: text + "Z") ?? UnixTime(rfc3339: text + ":00Z") else { return nil }
        self.init(utc: time)
    }

    /// Milliseconds since 1970-01-01T00:00 on these clocks.
    var onClocks: Int64 { Int64(day.number) * Self.dayMilliseconds + milliseconds }

    /// The time of day in the form `09:05`.
    package var clock: String { "\((milliseconds / 3_600_000).padded(to: 2)):\((milliseconds / 60_000 % 60).padded(to: 2))" }

    package static func < (a: Self, b: Self) -> Bool { (a.day, a.milliseconds) < (b.day, b.milliseconds) }
}
