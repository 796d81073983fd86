/// A moment as people write it: a time, or a day, whose beginning depends on a time zone.
package enum NamedMoment: Sendable, Equatable {
    case time(UnixTime)
    /// The beginning of a day.
    case day(CalendarDay)
    /// The beginning of a day before today; 0 is today.
    case daysAgo(Int)

    package static let accepts = "today, yesterday, a day such as 2026-01-31, or a time such as 2026-01-31T12:00:00Z"

    package init?(_ text: String) {
        switch text {
        case "today": self = .daysAgo(0)
        case "yesterday": self = .daysAgo(1)
        case _:
            if let day = CalendarDay(text) {
                self = .day(day)
            } else if let time = UnixTime(rfc3339: text) {
                self = .time(time)
            } else {
                return nil
            }
        }
    }

    package func time(now: UnixTime, in zone: TimeZoneRules) -> UnixTime {
        switch self {
        case .time(let time): time
        case .day(let day): zone.start(of: day)
        case .daysAgo(let days): zone.start(of: zone.day(of: now) - days)
        }
    }
}
