extension UnixTime {
    /// Makes midnight, in UTC, at the start of a day of the Gregorian calendar, from 1970 on; nil when the date does not exist.
    public init?(year: Int, month: Int, day: Int) {
        guard (1970...9999).contains(year), (1...12).contains(month), day >= 1 else { return nil }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard day <= lengths[month - 1] else { return nil }
        let before = year - 1
        let days = before * 365 + before / 4 - before / 100 + before / 400 - 719_162
        self.init(milliseconds: Int64(days + lengths[..<(month - 1)].reduce(0, +) + day - 1) * 86_400_000)
    }

    public static func + (time: Self, duration: Duration) -> Self {
        let (seconds, attoseconds) = duration.components
        return UnixTime(milliseconds: time.milliseconds + seconds * 1_000 + attoseconds / 1_000_000_000_000_000)
    }
}
