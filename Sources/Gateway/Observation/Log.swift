internal import Glibc
package import Speech
internal import Sessions

/// Lines on standard error, one write each: time, level, a constant message, and what varies as `key=value`.
package struct Log: Sendable {
    package enum Level: Int, Sendable, Comparable, CaseIterable {
        case debug, info, warning, error

        package init?(name: String) {
            guard let level = Self.allCases.first(where: { "\($0)" == name.lowercased() }) else { return nil }
            self = level
        }

        package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
    }

    private let least: Level
    private let write: @Sendable (String) -> Void
    private let now: @Sendable () -> UnixTime

    package init(
        level: Level, now: @escaping @Sendable () -> UnixTime = { UnixTime.now }, write: @escaping @Sendable (String) -> Void = Log.standardError
    ) {
        least = level
        self.now = now
        self.write = write
    }

    package func debug(_ message: StaticString, _ metadata: KeyValuePairs<LogKey, String> = [:]) { log(.debug, message, metadata) }
    package func info(_ message: StaticString, _ metadata: KeyValuePairs<LogKey, String> = [:]) { log(.info, message, metadata) }
    package func warning(_ message: StaticString, _ metadata: KeyValuePairs<LogKey, String> = [:]) { log(.warning, message, metadata) }
    package func error(_ message: StaticString, _ metadata: KeyValuePairs<LogKey, String> = [:]) { log(.error, message, metadata) }

    private func log(_ level: Level, _ message: StaticString, _ metadata: KeyValuePairs<LogKey, String>) {
        guard level >= least else { return }
        var line = "\(now().rfc3339) \(level) \(message)"
        for (key, value) in metadata { line += " \(key.rawValue)=\(Self.quoted(value))" }
        write(line + "\n")
    }

    /// A value that a peer may have chosen cannot forge a line or a field.
    private static func quoted(_ value: String) -> String {
        let plain = value.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=") }
        guard !plain || value.isEmpty else { return value }
        var quoted = "\""
        for scalar in value.unicodeScalars.prefix(500) {
            switch scalar {
            case "\"", "\\": quoted += "\\" + String(scalar)
            case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || (0x2028...0x202E).contains(scalar.value):
                quoted += "\\u{" + String(scalar.value, radix: 16) + "}"
            case _: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    /// One write(2), so that lines of several threads do not mix.
    package static let standardError: @Sendable (String) -> Void = { line in
        var line = line
        line.withUTF8 { bytes in
            // A log that cannot be written has no better place to say so.
            _ = Glibc.write(2, bytes.baseAddress, bytes.count)
        }
    }
}
