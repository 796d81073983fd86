/// A table with headings. Each column is as wide as its widest text.
enum Table {
    static func text(_ headings: [String], _ rows: [[String]]) -> String {
        let all = [headings] + rows.map { $0.map(TerminalText.safe) }
        let widths = headings.indices.map { column in all.map { TerminalText.width(of: $0[column]) }.max() ?? 0 }
        return all.map { row in
            var line = ""
            for (text, width) in zip(row, widths) { line += text + String(repeating: " ", count: width - TerminalText.width(of: text) + 2) }
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }
}
