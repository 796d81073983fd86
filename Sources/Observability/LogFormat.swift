internal import Framing
internal import Speech

/// The form of log lines.
package enum LogFormat: String, Sendable, CaseIterable {
    /// Time, level and message, then `key=value`.
    case text
    /// One JSON object: `time`, `level`, `message`, then the keys.
    case json

    /// Maximum number of characters of a logged value.
    private static let maxValueLength = 500

    /// Returns a line with its line break.
    func line(_ time: UnixTime, _ level: Log.Level, _ message: String, _ metadata: KeyValuePairs<LogKey, String>) -> String {
        switch self {
        case .text:
            var line = "\(time.rfc3339) \(level) \(message)"
            for (key, value) in metadata { line += " \(key.rawValue)=\(Self.quoted(value))" }
            return line + "\n"
        case .json:
            var json = JSONWriter()
            json.beginObject()
            json.member("time", time.rfc3339)
            json.member("level", "\(level)")
            json.member("message", message)
            for (key, value) in metadata {
                json.key(escaping: key.rawValue)
                json.value(String(value.unicodeScalars.prefix(Self.maxValueLength)))
            }
            json.endObject()
            return json.text + "\n"
        }
    }

    /// Quotes a value, so that a peer who chose the value cannot forge a line or a field, and cannot fill the log.
    private static func quoted(_ value: String) -> String {
        let isPlain = value.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=") }
        guard !isPlain || value.isEmpty else { return value.utf8.count <= maxValueLength ? value : value.prefix(maxValueLength) + "…" }
        var quoted = "\""
        for scalar in value.unicodeScalars.prefix(maxValueLength) {
            switch scalar {
            case "\"", "\\": quoted += "\\" + String(scalar)
            case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || (0x2028...0x202E).contains(scalar.value):
                quoted += "\\u{" + String(scalar.value, radix: 16) + "}"
            case _: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
