extension EvaluationReport {
    /// The report as Markdown.
    public var markdown: String {
        var text = "# Evaluation: \(Self.escaped(headline))\n"
        for table in tables {
            text += "\n## \(Self.escaped(table.title))\n\n"
            text += "| " + table.columns.map(Self.escaped).joined(separator: " | ") + " |\n"
            text += "|" + String(repeating: "---|", count: table.columns.count) + "\n"
            for row in table.rows { text += "| " + row.map(Self.escaped).joined(separator: " | ") + " |\n" }
            if let note = table.note { text += "\n\(note)\n" }
        }
        return text
    }

    /// Returns the text escaped: names from manifests must not end a table cell or contain markup.
    private static func escaped(_ text: String) -> String {
        String(
            text.flatMap { character -> [Character] in
                "\\|`*_<>[]#".contains(character) ? ["\\", character] : character.isNewline ? [" "] : [character]
            })
    }
}
