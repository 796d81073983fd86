extension EvaluationReport {
    /// The report for people who read text.
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

    /// Names come from manifests: nothing in them ends a cell or is markup.
    private static func escaped(_ text: String) -> String {
        String(
            text.flatMap { character -> [Character] in
                "\\|`*_<>[]#".contains(character) ? ["\\", character] : character.isNewline ? [" "] : [character]
            })
    }
}
