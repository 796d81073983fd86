/// A zone's offsets in every year: the standard time, and summer time between two moments of the year.
///
/// Source: POSIX.1-2024, Base Definitions, section 8.3, variable `TZ`; RFC 8536, section 3.3.1, for times of more than a day.
struct RecurringZoneRule: Sendable, Equatable {
    struct SummerTime: Sendable, Equatable {
        var offset: ZoneOffset
        /// The beginning, on clocks in standard time.
        var start: YearlyChange
        /// The end, on clocks in summer time.
        var end: YearlyChange
    }

    var standard: ZoneOffset
    var summer: SummerTime?

    /// - Parameter second: seconds since 1970 UTC.
    func offset(at second: Int64) -> ZoneOffset {
        guard let summer else { return standard }
        let year = LocalTime(onClocks: (second + Int64(standard.seconds)) * 1_000).day.year
        let start = summer.start.second(in: year) - Int64(standard.seconds), end = summer.end.second(in: year) - Int64(summer.offset.seconds)
        // South of the equator summer goes over the turn of the year.
        let isSummer = start <= end ? (start..<end).contains(second) : !(end..<start).contains(second)
        return isSummer ? summer.offset : standard
    }
}
