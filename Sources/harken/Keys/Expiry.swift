import Speech

/// The end of a key's validity: a duration from now, or a day.
enum Expiry: Equatable {
    case after(Duration)
    case at(UnixTime)

    static let accepts = "a time from now such as 12h, 30d or 8w, or a future day such as 2027-01-31"

    init?(_ text: String) {
        if let day = Self.day(text) {
            self = .at(day)
            return
        }
        guard let span = TimeSpan.parse(text) else { return nil }
        self = .after(span)
    }

    func time(from now: UnixTime) -> UnixTime {
        switch self {
        case .after(let duration): now + duration
        case .at(let time): time
        }
    }

    private static func day(_ text: String) -> UnixTime? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2], let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]) else { return nil }
        return UnixTime(year: year, month: month, day: day)
    }
}
