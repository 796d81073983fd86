package import Speech

/// The names by which protocols tell their clients a session's id. A client may use the name in place of the id.
package enum SessionName {
    /// The prefix of OpenAI's realtime protocol, whose names are the digits of a UUID.
    static let realtimePrefix = "sess_"

    /// Returns the id of the session with this name.
    package static func id(of name: String) -> ID<Session> {
        let digits = name.dropFirst(realtimePrefix.count)
        guard name.hasPrefix(realtimePrefix), digits.count == 32, digits.allSatisfy(\.isHexDigit) else { return ID(name) }
        var parts: [Substring] = [], rest = digits
        for length in [8, 4, 4, 4, 12] {
            parts.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return ID(parts.joined(separator: "-"))
    }
}
