package import Speech

/// A time of day for traces: nanoseconds since 1970 in UTC.
package struct TraceTime: Hashable, Comparable, Sendable {
    package var nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    package static func < (a: Self, b: Self) -> Bool { a.nanoseconds < b.nanoseconds }
}

/// Converts instants of the monotonic clock to times of day, from one reading of both clocks at the same moment.
package struct TraceClock: Sendable, Equatable {
    private let time: UnixTime
    private let instant: Instant

    package init(_ time: UnixTime, at instant: Instant) {
        self.time = time
        self.instant = instant
    }

    package func time(of other: Instant) -> TraceTime {
        let (seconds, attoseconds) = instant.duration(to: other).components
        return TraceTime(nanoseconds: time.milliseconds * 1_000_000 + seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
