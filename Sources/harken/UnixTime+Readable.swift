import Glibc
import Speech

extension UnixTime {
    /// The local time to the minute, for people: `2026-11-20 09:09 CET`. The variable TZ sets the time zone.
    var readable: String {
        var seconds = time_t(milliseconds / 1_000), fields = tm()
        localtime_r(&seconds, &fields)
        var text = [CChar](repeating: 0, count: 64)
        let count = strftime(&text, text.count, "%Y-%m-%d %H:%M %Z", &fields)
        return String(decoding: text.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Makes midnight, in local time, at the start of a day; nil when the date does not exist.
    init?(localYear year: Int, month: Int, day: Int) {
        guard UnixTime(year: year, month: month, day: day) != nil else { return nil }
        var fields = tm()
        (fields.tm_year, fields.tm_mon, fields.tm_mday) = (Int32(year - 1_900), Int32(month - 1), Int32(day))
        // The zone decides if that day has summer time.
        fields.tm_isdst = -1
        self.init(milliseconds: Int64(mktime(&fields)) * 1_000)
    }

    /// Midnight, in local time, at the start of this time's day or of a day before it.
    func localMidnight(daysBefore days: Int = 0) -> UnixTime {
        var seconds = time_t(milliseconds / 1_000), fields = tm()
        localtime_r(&seconds, &fields)
        (fields.tm_hour, fields.tm_min, fields.tm_sec, fields.tm_isdst) = (0, 0, 0, -1)
        // mktime accepts a day before the first of the month.
        fields.tm_mday -= Int32(days)
        return UnixTime(milliseconds: Int64(mktime(&fields)) * 1_000)
    }
}
