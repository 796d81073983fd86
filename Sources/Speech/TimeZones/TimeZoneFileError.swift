/// The reason why a file of the time zone database is refused.
package enum TimeZoneFileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file does not begin as such a file does, or is too large.
    case notTimeZone
    case truncated
    /// The file's clocks count leap seconds, which times here do not.
    case leapSeconds
    /// A part of the file is invalid: its name.
    case invalid(String)

    package var description: String {
        switch self {
        case .notTimeZone: "is not a file of the time zone database"
        case .truncated: "is cut off"
        case .leapSeconds: "counts leap seconds"
        case .invalid(let part): "has an invalid \(part)"
        }
    }
}
