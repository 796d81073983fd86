/// One table of a report, before it is Markdown or HTML.
struct ReportTable {
    var title: String
    var columns: [String]
    var rows: [[String]]
    /// Said below the table.
    var note: String?
}
