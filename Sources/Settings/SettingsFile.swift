internal import Framing

/// A file of settings: lines `NAME=value`, as a shell and systemd's `EnvironmentFile=` read them, from any system.
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
    /// A line may begin with `export`. A value may be in single quotes, or in double quotes, in which a backslash protects the next character. A `#`
    /// after a blank begins a comment.
    ///
    /// - Throws: the first wrong line, with its number and without its value, which may be a secret.
    package init(parsing text: String, named path: String) throws(ConfigurationError) {
        self.path = path
        // In UTF-16 every second byte of such a text is zero.
        guard !text.utf8.contains(0) else { throw ConfigurationError(path, "is not a text in UTF-8", accepted: "a file that is saved as UTF-8") }
        for (index, line) in text.textLines.enumerated() {
            var line = line.trimmingSurroundings
            if line.isEmpty || line.first == "#" { continue }
            let place = "\(path), line \(index + 1)"
            if line.hasPrefix("export "), let name = line.dropFirst(7).first(where: { $0 != " " }), name != "=" {
                line = line.dropFirst(7).trimmingSurroundings
            }
            guard let equals = line.firstIndex(of: "=") else {
                throw ConfigurationError(place, "is not NAME=value", accepted: "NAME=value, a blank line, or # and a comment")
            }
            let name = String(line[..<equals].trimmingSurroundings)
            guard Settings.known.contains(name) else { throw .unknown(name, at: place) }
            lines.append(Line(name: name, value: try Self.value(line[line.index(after: equals)...], at: place), number: index + 1))
        }
    }

    /// - Parameter written: the text after the equals sign.
    private static func value(_ written: Substring, at place: String) throws(ConfigurationError) -> String {
        let text = written.trimmingSurroundings
        guard let quote = text.first, quote == "\"" || quote == "'" else { return String(uncommented(written).trimmingSurroundings) }
        var value = ""
        var rest = text.dropFirst()
        while let next = rest.popFirst() {
            if next == quote {
                let end = rest.trimmingSurroundings
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

    /// Returns a value without the comment behind it.
    private static func uncommented(_ written: Substring) -> Substring {
        var isAfterBlank = false
        for index in written.indices {
            if written[index] == "#", isAfterBlank { return written[..<index] }
            isAfterBlank = written[index].isWhitespace
        }
        return written
    }
}

extension ConfigurationError {
    /// The error of a name that is not a setting.
    static func unknown(_ name: String, at place: String) -> ConfigurationError {
        let suggestion = Suggestion.text(for: name, among: Settings.known.sorted())
        // A line that does not begin with a name may be the rest of a key, of which nothing is shown.
        guard !suggestion.isEmpty || name.isVariableName else {
            return ConfigurationError(place, "does not begin with the name of a setting; harken config show lists the settings", accepted: nil)
        }
        return ConfigurationError(
            place, "unknown setting \(name)" + (suggestion.isEmpty ? "; harken config show lists the settings" : suggestion), accepted: nil)
    }
}

extension String {
    /// True for capital letters, digits and underscores after a capital letter.
    fileprivate var isVariableName: Bool {
        let (capitals, digits) = (UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"))
        guard let first = utf8.first, capitals.contains(first) else { return false }
        return utf8.allSatisfy { capitals.contains($0) || digits.contains($0) || $0 == UInt8(ascii: "_") }
    }
}
