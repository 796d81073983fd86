extension Substring {
    /// The text without white space, line ends and invisible characters at either end. Programs and people leave these around a value: the line end
    /// of a file with one value, the no-break space of a web page.
    package var trimmingSurroundings: Substring {
        let scalars = unicodeScalars
        guard let first = scalars.firstIndex(where: { !Self.surrounds($0) }), let last = scalars.lastIndex(where: { !Self.surrounds($0) }) else {
            return ""
        }
        return Substring(scalars[first...last])
    }

    private static func surrounds(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        // Zero-width space, word joiner, byte order mark.
        case "\u{200B}", "\u{2060}", "\u{FEFF}": true
        default: scalar.properties.isWhitespace
        }
    }
}

extension String {
    /// The text without white space, line ends and invisible characters at either end.
    package var trimmingSurroundings: String { String(self[...].trimmingSurroundings) }
}
