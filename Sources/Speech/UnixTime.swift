/// A time of day, for people and wire formats: milliseconds since 1970 in UTC. Not for measuring durations.
public struct UnixTime: Hashable, Comparable, Sendable {
    public var milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    public static func < (a: Self, b: Self) -> Bool { a.milliseconds < b.milliseconds }

    package static func - (a: Self, b: Self) -> Duration { .milliseconds(a.milliseconds - b.milliseconds) }

    /// The time in the form `2026-01-31T12:00:00.000Z`.
    public var rfc3339: String {
        let time = LocalTime(utc: self), rest = time.milliseconds
        return "\(time.day)T\(time.clock):\((rest / 1_000 % 60).padded(to: 2)).\((rest % 1_000).padded(to: 3))Z"
    }
}
