package import Speech

/// The time at which a recording began, as its client says: checked against the gateway's clock.
package enum RecordingStart {
    /// Time by which a client's clock may be ahead of the gateway's.
    package static let clockTolerance: Duration = .seconds(300)

    /// The reason why a time is not taken. The text is the rest of a sentence that begins with the name of the parameter.
    package enum Fault: Error, Sendable, Equatable, CustomStringConvertible {
        case unreadable
        /// - Parameter now: the time of the gateway's clock.
        case future(now: UnixTime)
        case tooOld

        package var description: String {
            switch self {
            case .unreadable: "takes a time with its offset, such as 2026-01-31T12:00:00Z, or seconds since 1970"
            case .future(let now): "is in the future: it is \(now.rfc3339) here"
            case .tooOld: "is more than ten years ago"
            }
        }
    }

    /// Reads a time and checks it.
    ///
    /// - Parameter text: a time with its offset, or a number since 1970, as `UnixTime(moment:)` reads it.
    /// - Returns: the time; the present where the client's clock is a little ahead.
    package static func read(_ text: String, now: UnixTime) throws(Fault) -> UnixTime {
        guard let time = UnixTime(moment: text) else { throw .unreadable }
        return try check(time, now: now)
    }

    /// Checks a time: at most ten years ago, and not in the future. Both bounds give the client's clock its tolerance.
    ///
    /// - Returns: the time; the present where the client's clock is a little ahead.
    package static func check(_ time: UnixTime, now: UnixTime) throws(Fault) -> UnixTime {
        guard time <= now + clockTolerance else { throw .future(now: now) }
        guard time >= tenYears(before: now) + (.zero - clockTolerance) else { throw .tooOld }
        return min(time, now)
    }

    /// Returns the same day and time of ten years ago.
    private static func tenYears(before now: UnixTime) -> UnixTime {
        let text = now.rfc3339
        // 29 February has no such day ten years ago.
        return Int(text.prefix(4)).flatMap { UnixTime(rfc3339: "\($0 - 10)\(text.dropFirst(4))") } ?? now + .seconds(-3_653 * 86_400)
    }
}
