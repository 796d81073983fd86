/// The content of a step of a schema, as a checksum of its statements: another build may have other statements under the same number.
///
/// Line breaks and indentation do not count.
enum MigrationContent {
    static func checksum(of statements: [StaticString]) -> String { checksum(of: statements.map { inOneLine($0.description) }) }

    /// Returns the checksum of some texts, in their order.
    static func checksum(of texts: [String]) -> String {
        var hash = ContentHash()
        for text in texts { hash.add(text) }
        return ContentHash.digits(hash.values)
    }

    /// Returns a statement in one line.
    static func inOneLine(_ statement: String) -> String { statement.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
}
