extension EvaluationReport {
    /// The report as a single HTML page without external files.
    public var html: String {
        var text = """
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>Evaluation</title>
            <style>
            body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1a1a1a; background: #fff }
            table { border-collapse: collapse; width: 100% }
            th, td { border-bottom: 1px solid #ccc; padding: .3rem .6rem; text-align: left; vertical-align: top }
            .failure { color: #a40000 } .warning { color: #7a4b00 } .pass { color: #005c1f }
            @media (prefers-color-scheme: dark) {
              body { color: #eee; background: #161616 } th, td { border-color: #444 }
              .failure { color: #ff9a9a } .warning { color: #ffc46b } .pass { color: #7ddc9a }
            }
            </style>
            <h1 class="\(isPassed ? "pass" : "failure")">\(Self.escaped(headline))</h1>

            """
        for table in tables {
            text += "<h2>\(Self.escaped(table.title))</h2>\n<table>\n<tr>"
            text += table.columns.map { "<th>\(Self.escaped($0))</th>" }.joined() + "</tr>\n"
            for row in table.rows { text += "<tr>" + row.map(Self.cell).joined() + "</tr>\n" }
            text += "</table>\n"
            if let note = table.note { text += "<p>\(Self.escaped(note))</p>\n" }
        }
        return text + "</html>\n"
    }

    private static func cell(_ text: String) -> String {
        let severity = GateResult.Severity(rawValue: text).map { " class=\"\($0.rawValue)\"" } ?? ""
        return "<td\(severity)>\(escaped(text))</td>"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
    }
}
