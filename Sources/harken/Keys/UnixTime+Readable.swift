import Speech

extension UnixTime {
    /// The time to the minute, for people: `2026-11-20 08:09 UTC`.
    var readable: String { rfc3339.prefix(10) + " " + rfc3339.dropFirst(11).prefix(5) + " UTC" }
}
