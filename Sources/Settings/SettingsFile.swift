/// A file of settings: lines `NAME=value`, as a shell and systemd's `EnvironmentFile=` read them.
package struct SettingsFile: Sendable, Equatable {
    package struct Line: Sendable, Equatable {
        package var name: String
        package var value: String
        /// Number of the line in the file, from 1.
        package var number: Int
    }

    package let path: String
    package private(set) var lines: [Line] = []

    /// Reads the lines of a file. Blank lines, and lines that begin with `#`, are skipped.
    ///
    /// A line may begin with `export`. A value may be in single quotes, or in double quotes, in which a backslash protects the next character.
    ///
    /// - Throws: the first wrong line, with its number.
    package init(parsing text: String, named path: String) throws(ConfigurationError) {
        self.path = path
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            var line = line.trimmed
            if line.isEmpty || line.first == "#" { continue }
            let place = "\(path), line \(index + 1)"
            if line.hasPrefix("export "), let name = line.dropFirst(7).first(where: { $0 != " " }), name != "=" { line = line.dropFirst(7).trimmed }
            guard let equals = line.firstIndex(of: "=") else {
                throw ConfigurationError(place, "is not NAME=value", accepted: "NAME=value, a blank line, or # and a comment")
            }
            let name = String(line[..<equals].trimmed)
            guard Settings.known.contains(name) else { throw .unknown(name, at: place) }
            lines.append(Line(name: name, value: try Self.value(line[line.index(after: equals)...].trimmed, at: place), number: index + 1))
        }
    }

    private static func value(_ text: Substring, at place: String) throws(ConfigurationError) -> String {
        guard let quote = text.first, quote == "\"" || quote == "'" else { return String(text) }
        var value = ""
        var rest = text.dropFirst()
        while let next = rest.popFirst() {
            if next == quote {
                let end = rest.trimmed
                if end.isEmpty || end.first == "#" { return value }
                throw ConfigurationError(place, "has text after the closing quote", accepted: "one value, such as \"a b\"")
            }
            if next == "\\", quote == "\"", let escaped = rest.first, "\"\\$`".contains(escaped) {
                value.append(escaped)
                rest.removeFirst()
            } else {
                value.append(next)
            }
        }
        throw ConfigurationError(place, "has no closing quote", accepted: "the same quote at the end of the value")
    }
}

extension ConfigurationError {
    /// The error of a name that is not a setting.
    static func unknown(_ name: String, at place: String) -> ConfigurationError {
        let suggestion = Suggestion.text(for: name, among: Settings.known.sorted())
        return ConfigurationError(
            place, "unknown setting \(name)" + (suggestion.isEmpty ? "; harken config show lists the settings" : suggestion), accepted: nil)
    }
}

extension StringProtocol {
    /// The text without blanks at its ends.
    var trimmed: SubSequence {
        let blank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" }
        guard let first = firstIndex(where: { !blank($0) }), let last = lastIndex(where: { !blank($0) }) else { return self[endIndex...] }
        return self[first...last]
    }
}
