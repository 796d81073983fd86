import LocalEngine
import Testing

@Suite struct `A closing token` {
    private static let pieces = ["<unk>", "<s>", "</s>", "\u{2581}iron", "\u{2581}and", "a", ".", ",", "\u{2581}", "7", "\u{2581}\"", "\n", "-"]

    private func table() throws -> TokenTable {
        let file: [UInt8] = Self.pieces.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        let table = TokenTable(file.span)
        return try #require(table)
    }

    @Test func `is punctuation without a space before it`() throws {
        let table = try table()
        #expect(Self.pieces.indices.filter { table.isClosing(Token(Int32($0))) } == [6, 7, 12])
        #expect(!table.isClosing(Token(9_999)))
    }
}
