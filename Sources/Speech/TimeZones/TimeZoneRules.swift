/// The rules of a time zone: what the clocks of a place show at a moment, and the moment at which they show a time.
package struct TimeZoneRules: Sendable, Equatable {
    /// UTC, which needs no database.
    package static let utc = TimeZoneRules(.utc, offsets: [ZoneOffset(seconds: 0, abbreviation: "UTC")])

    package let name: TimeZoneName
    /// The times of the changes in seconds since 1970 UTC, ascending.
    private let changes: [Int64]
    /// For each change, the index of the offset from then on.
    private let indices: [Int]
    /// The offsets; the first one holds before the first change.
    private let offsets: [ZoneOffset]
    private let first: ZoneOffset
    /// The rule from the last change on; nil: the last offset stays.
    private let rule: RecurringZoneRule?

    /// - Parameters:
    ///   - changes: seconds since 1970 UTC, ascending.
    ///   - indices: for each change, an index of `offsets`.
    ///   - offsets: at least one.
    init(_ name: TimeZoneName, changes: [Int64] = [], indices: [Int] = [], offsets: [ZoneOffset], rule: RecurringZoneRule? = nil) {
        self.name = name
        self.changes = changes
        self.indices = indices
        self.offsets = offsets
        first = offsets.first ?? ZoneOffset(seconds: 0, abbreviation: "UTC")
        self.rule = rule
    }

    /// Makes a zone that has the same rule in all years, in the form of POSIX's variable TZ: `CET-1CEST,M3.5.0,M10.5.0/3`. nil when the name or the
    /// rule is invalid.
    package init?(_ name: String, rule text: String) {
        guard let name = TimeZoneName(name), let rule = RecurringZoneRule(text) else { return nil }
        self.init(name, offsets: [rule.standard], rule: rule)
    }

    /// Returns UTC under one of its names; nil for the name of another zone.
    static func utc(named name: TimeZoneName) -> TimeZoneRules? {
        ["UTC", "Etc/UTC"].contains(name.text) ? TimeZoneRules(name, offsets: Self.utc.offsets) : nil
    }

    // MARK: - What the clocks show

    package func offset(at time: UnixTime) -> ZoneOffset {
        let (seconds, rest) = time.milliseconds.quotientAndRemainder(dividingBy: 1_000)
        return offset(atSecond: rest < 0 ? seconds - 1 : seconds)
    }

    private func offset(atSecond second: Int64) -> ZoneOffset {
        guard let last = changes.last else { return rule?.offset(at: second) ?? first }
        if last <= second, let rule { return rule.offset(at: second) }
        // The number of changes up to the second.
        var (low, high) = (0, changes.count)
        while low < high {
            let middle = (low + high) / 2
            if changes[middle] <= second { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? first : offsets[indices[low - 1]]
    }

    /// Returns what the clocks show at a moment.
    package func local(_ time: UnixTime) -> LocalTime { LocalTime(onClocks: time.milliseconds + offset(at: time).milliseconds) }

    /// Returns the day at a moment.
    package func day(of time: UnixTime) -> CalendarDay { local(time).day }

    // MARK: - Moments

    /// Returns the moment at which the clocks show a time. When they show it twice, the first moment. When they are put forward over it, the moment
    /// at which they would have shown it.
    package func time(of local: LocalTime) -> UnixTime {
        let clocks = local.onClocks
        func near(_ distance: Int64) -> Int64 { offset(at: UnixTime(milliseconds: clocks + distance)).milliseconds }
        let before = near(-LocalTime.dayMilliseconds)
        // The offset that is the most ahead gives the earliest moment.
        for offset in [before, near(0), near(LocalTime.dayMilliseconds)].sorted(by: >) {
            let time = UnixTime(milliseconds: clocks - offset)
            if self.offset(at: time).milliseconds == offset { return time }
        }
        return UnixTime(milliseconds: clocks - before)
    }

    /// Returns the first moment of a day: midnight, or the moment at which the clocks are put forward over midnight.
    package func start(of day: CalendarDay) -> UnixTime {
        let midnight = LocalTime(day), time = time(of: midnight)
        guard local(time) != midnight else { return time }
        var low = time.milliseconds - 2 * LocalTime.dayMilliseconds, high = time.milliseconds
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if local(UnixTime(milliseconds: middle)) < midnight { low = middle } else { high = middle }
        }
        return UnixTime(milliseconds: high)
    }

    // MARK: - Texts

    /// Returns a moment to the minute, with the zone's name: `2026-11-27 05:26 (Asia/Tokyo)`, `2026-11-26 20:26 UTC`.
    package func text(of time: UnixTime) -> String {
        let local = local(time), isUTC = offsets == Self.utc.offsets && rule == nil
        return "\(local.day) \(local.clock) " + (isUTC ? "UTC" : "(\(name))")
    }

    /// Returns a moment to the minute, with the short name of the offset: `2026-11-20 09:09 CET`.
    package func shortText(of time: UnixTime) -> String {
        let local = local(time)
        return "\(local.day) \(local.clock) \(offset(at: time).abbreviation)"
    }

    /// Returns a moment to the second in the form `2026-11-27T05:26:00+09:00`.
    package func rfc3339(of time: UnixTime) -> String {
        let offset = offset(at: time)
        // The offset is written to the minute, and the time has to fit it.
        let clocks = UnixTime(milliseconds: time.milliseconds + Int64(offset.seconds / 60 * 60) * 1_000)
        return String(clocks.rfc3339.prefix(19)) + offset.rfc3339
    }
}
