/// A table of a report, independent of Markdown and HTML.
struct ReportTable {
    var title: String
    var columns: [String]
    var rows: [[String]]
    /// Note below the table; nil: none.
    var note: String?
}
