import HarkenTesting
import Testing

@testable import Store

@Suite struct `Rows of deleted conversations` {
    private func table(_ name: String) throws -> StoredTable { try #require(StoredTable.named(name)) }

    @Test func `are read as they were written`() throws {
        let table = try table("voices")
        let values: [SQLValue] = [
            .integer(Int64.max), .integer(Int64.min), .text("Ü \"quoted\" \\ \u{7} 🙂 今天\n"), .integer(nil as Int64?), .integer(0), .flag(true),
            .text(""), .blob([0, 255, 7]), .integer(-1), .integer(1_790_000_000_000), .integer(nil as Int64?), .integer(5),
            .real(0.1 + 0.2 as Double?), .flag(false), .flag(true),
        ]
        #expect(values.count == table.columns.count)
        let read = try #require(KeptRow(KeptRow(values, of: table).text, of: table))
        #expect(read.values.compactMap { $0 } == values)
    }

    @Test(arguments: [0, -0.0, 1, 1e-300, 1.7976931348623157e308, 0.1, 0.75, 1.0 / 3]) func `keep every bit of a number`(number: Double) throws {
        let table = try table("segments"), column = try #require(table.columns.firstIndex { $0.name.description == "confidence" })
        let text = KeptRow(table.columns.map { _ in .integer(nil as Int64?) }, of: table).text
        var values = try #require(KeptRow(text, of: table)).values.compactMap { $0 }
        values[column] = .real(number as Double?)
        let read = try #require(KeptRow(KeptRow(values, of: table).text, of: table))
        #expect(read.values[column] == .real(number as Double?))
    }

    @Test func `of an earlier version lack columns that came later`() throws {
        let table = try table("session_parts")
        let row = try #require(KeptRow(#"{"session":"s","conversation":7,"begins":0,"left":1}"#, of: table))
        #expect(row.values == [.text("s"), .integer(7), .integer(0), nil])
        #expect(row.integer("conversation") == 7 && row.text("session") == "s" && row.integer("shift") == nil)
        for text in ["", "[", "{\"session\":"] { #expect(KeptRow(text, of: table) == nil, "\(text)") }
    }
}
