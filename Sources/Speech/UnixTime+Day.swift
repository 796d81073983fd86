extension UnixTime {
    /// Makes midnight, in UTC, at the start of a day of the Gregorian calendar, from 1970 on; nil when the date does not exist.
    public init?(year: Int, month: Int, day: Int) {
        guard let day = CalendarDay(year: year, month: month, day: day), day.number >= 0 else { return nil }
        self.init(milliseconds: Int64(day.number) * LocalTime.dayMilliseconds)
    }

    public static func + (time: Self, duration: Duration) -> Self {
        let (seconds, attoseconds) = duration.components
        return UnixTime(milliseconds: time.milliseconds + seconds * 1_000 + attoseconds / 1_000_000_000_000_000)
    }
}
