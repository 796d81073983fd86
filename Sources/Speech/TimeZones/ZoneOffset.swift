/// The difference between a place's clocks and UTC, for as long as it stays the same.
package struct ZoneOffset: Hashable, Sendable {
    /// Seconds by which the clocks are ahead of UTC; negative west of Greenwich.
    package var seconds: Int
    /// The short name of the offset: `CET`, `+03`. It is not unique in the world.
    package var abbreviation: String

    /// The offsets that RFC 8536 allows.
    static let range = -89_999...93_599

    /// The offset as RFC 3339 writes it: `Z`, `+09:00`. Seconds of an offset are dropped.
    package var rfc3339: String {
        guard seconds != 0 else { return "Z" }
        let minutes = abs(seconds) / 60
        return (seconds < 0 ? "-" : "+") + (minutes / 60).padded(to: 2) + ":" + (minutes % 60).padded(to: 2)
    }

    var milliseconds: Int64 { Int64(seconds) * 1_000 }
}
