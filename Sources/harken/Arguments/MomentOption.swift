import Sessions
import Speech

/// A moment in the past, as an option's value.
enum MomentOption {
    static let accepts = "today, yesterday, a time ago such as 12h or 7d, a day such as 2026-01-31, or a time such as 2026-01-31T12:00:00Z"

    static let parse: @Sendable (String) -> NamedMoment? = { moment($0, now: .now) }

    /// Reads a moment. The data's owner has the time zone in which a day begins.
    static func moment(_ text: String, now: UnixTime) -> NamedMoment? {
        if text == "now" { return .time(now) }
        if let span = TimeSpan.parse(text) { return .time(UnixTime(milliseconds: now.milliseconds - span.components.seconds * 1_000)) }
        return NamedMoment(text)
    }

    /// Reads a day: the moment's UTC day, because usage is added up by such days.
    static func day(_ text: String, now: UnixTime) -> UnixTime? {
        if text.utf8.count == 10, let day = UnixTime(rfc3339: text) { return day }
        let days: Int64? =
            switch text {
            case "today": 0
            case "yesterday": 1
            case _: TimeSpan.parse(text).map { $0.components.seconds / 86_400 }
            }
        return days.map { UnixTime(milliseconds: (now.milliseconds / 86_400_000 - $0) * 86_400_000) }
    }
}
