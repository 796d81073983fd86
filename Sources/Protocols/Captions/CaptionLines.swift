import Speech

/// Breaks a caption into lines.
enum CaptionLines {
    /// Returns lines of at most `rules.lineLength` columns, two of about even length where two suffice; empty when there is no text. A longer word
    /// stands alone in its line.
    static func wrapped(_ units: ArraySlice<CaptionUnit>, rules: CaptionRules) -> [String] {
        guard let first = units.first else { return [] }
        let whole = units.dropFirst().reduce(first.columns) { $0 + $1.width }
        if whole <= rules.lineLength { return [units.line] }
        if rules.lines >= 2, let cut = evenCut(units, limit: rules.lineLength) { return [units[..<cut].line, units[cut...].line] }
        return filled(units, limit: rules.lineLength)
    }

    /// Columns of difference between two lines that a break behind a mark or at a blank, and one between two words, is worth in a script that is written
    /// without blanks.
    private static let markWorth = 20, wordWorth = 8

    /// Returns the cut that makes two lines most alike in length; nil when no cut makes both lines fit.
    private static func evenCut(_ units: ArraySlice<CaptionUnit>, limit: Int) -> Int? {
        let whole = units.reduce(0) { $0 + $1.width } - (units.first?.hasBlank == true ? 1 : 0)
        var best: (cut: Int, cost: Int)?
        var first = 0
        for cut in units.indices.dropFirst() {
            let unit = units[cut - 1]
            first += cut - 1 == units.startIndex ? unit.columns : unit.width
            let second = whole - first - (units[cut].hasBlank ? 1 : 0)
            guard first <= limit, second <= limit else { continue }
            var cost = abs(first - second)
            let hasBlank = units[cut].hasBlank
            if !hasBlank || unit.word.text.last.map(UnspacedScript.contains) ?? false {
                if hasBlank || unit.word.endsClause || unit.word.endsSentence(before: nil) { cost -= markWorth }
                if units[cut].isWordStart { cost -= wordWorth }
            }
            if best == nil || cost < best?.cost ?? 0 { best = (cut, cost) }
        }
        return best?.cut
    }

    private static func filled(_ units: ArraySlice<CaptionUnit>, limit: Int) -> [String] {
        var lines: [ArraySlice<CaptionUnit>] = []
        var used = 0
        for index in units.indices {
            if let last = lines.last, used + units[index].width <= limit {
                lines[lines.count - 1] = units[last.startIndex...index]
                used += units[index].width
            } else {
                lines.append(units[index...index])
                used = units[index].columns
            }
        }
        return lines.map(\.line)
    }
}
