package import Speech

/// The header `Retry-After`: the wait that a server asks for, in whole seconds or as a date of HTTP.
///
/// Source: RFC 9110, sections 10.2.3 and 5.6.7, read 2026-11-27.
package enum RetryAfter {
    /// The longest wait that is read; a longer one becomes this one.
    package static let maxWait: Duration = .seconds(31_536_000)

    private static let maxLength = 64
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Returns the wait that a value of the header asks for; nil when the value cannot be read. A date that is over asks for no wait.
    package static func wait(_ value: String, now: UnixTime) -> Duration? {
        guard value.utf8.count <= maxLength else { return nil }
        let text = String(value.trimmingPrefix(while: { $0 == " " || $0 == "\t" }))
        if let first = text.utf8.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) {
            guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
            // A number that is too large for an integer is a long wait too.
            return Int64(text).map { min(Duration.seconds($0), maxWait) } ?? maxWait
        }
        return date(text, now: now).map { min(max($0 - now, .zero), maxWait) }
    }

    /// Reads `Sun, 06 Nov 1994 08:49:37 GMT`, and the older forms `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`.
    private static func date(_ text: String, now: UnixTime) -> UnixTime? {
        let parts = text.split { $0 == " " || $0 == "," || $0 == "-" }.map(String.init)
        let named: (day: String, month: String, year: String, time: String)
        switch parts.count {
        case 6 where parts[5] == "GMT": named = (parts[1], parts[2], parts[3], parts[4])
        case 5: named = (parts[2], parts[1], parts[4], parts[3])
        default: return nil
        }
        let clock = named.time.split(separator: ":", omittingEmptySubsequences: false).map { number(String($0), digits: 2...2) }
        guard let day = number(named.day, digits: 1...2), let month = months.firstIndex(of: named.month), let year = Self.year(named.year, now: now),
            let midnight = UnixTime(year: year, month: month + 1, day: day), clock.count == 3, let hour = clock[0], let minute = clock[1],
            let second = clock[2], hour < 24, minute < 60, second <= 60
        else { return nil }
        return midnight + .seconds(hour * 3_600 + minute * 60 + second)
    }

    /// A year of two digits is the one that is at most 50 years ahead, and less than 50 years ago.
    private static func year(_ text: String, now: UnixTime) -> Int? {
        if let year = number(text, digits: 4...4) { return year }
        guard let short = number(text, digits: 2...2), let present = Int(now.rfc3339.prefix(4)) else { return nil }
        let year = present / 100 * 100 + short
        return year > present + 50 ? year - 100 : year <= present - 50 ? year + 100 : year
    }

    private static func number(_ text: String, digits: ClosedRange<Int>) -> Int? {
        guard digits.contains(text.utf8.count), text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return Int(text)
    }
}
