import Speech

/// Text that is safe and fits on a line of a terminal.
enum TerminalText {
    /// Returns the text without control characters, so that text from a server or a file name cannot move the cursor.
    static func safe(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { isUnsafe($0) ? " " : $0 }))
    }

    /// Maximum number of columns of a word from a command line in a message.
    private static let maxWord = 200
    /// Maximum number of columns of a message.
    private static let maxMessage = 8_000

    /// Returns a message that has words from elsewhere in it as one line, with `…` for the end of a long one.
    static func message(_ text: String) -> String { head(safe(text), columns: maxMessage) }

    /// Returns a word from a command line for a message: without control characters, and with `…` for the end of a long one.
    static func word(_ text: String) -> String { head(safe(text), columns: maxWord) }

    /// Returns the end of `text` that fits into `columns`, with `…` for the omitted part.
    static func tail(_ text: String, columns: Int) -> String {
        cut(text, columns: columns) { text, limit in
            var used = 0
            return String(
                text.reversed().prefix {
                    used += TextColumns.count(of: $0); return used <= limit
                }.reversed())
        } mark: {
            "…" + $0
        }
    }

    /// Returns the beginning of `text` that fits into `columns`, with `…` for the omitted part.
    static func head(_ text: String, columns: Int) -> String {
        cut(text, columns: columns) { text, limit in
            var used = 0
            return String(
                text.prefix {
                    used += TextColumns.count(of: $0); return used <= limit
                })
        } mark: {
            $0 + "…"
        }
    }

    static func width(of text: String) -> Int { TextColumns.count(of: text) }

    private static func cut(_ text: String, columns: Int, _ part: (String, Int) -> String, mark: (String) -> String) -> String {
        guard width(of: text) > columns else { return text }
        return columns < 1 ? "" : mark(part(text, columns - 1))
    }

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        // Control characters, and marks that change the direction of the text after them.
        scalar.properties.generalCategory == .control || (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
    }
}
