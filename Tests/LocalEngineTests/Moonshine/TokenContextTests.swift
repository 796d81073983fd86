import LocalEngine
import Testing

@Suite struct `Token context` {
    private static let pieces = ["<unk>", "<s>", "</s>", "\u{2581}iron", "\u{2581}and", "a", ".", ",", "\u{2581}", "7", "\u{2581}\"", "\n", "-"]
    private static let full = Int32(6), comma = Int32(7), space = Int32(8), digit = Int32(9), opening = Int32(10), hyphen = Int32(12)

    private func table() throws -> TokenTable {
        let file: [UInt8] = Self.pieces.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        let table = TokenTable(file.span)
        return try #require(table)
    }

    private func context(_ ids: [Int32]) throws -> [Int32] { try table().context(of: ids.map { Token($0) }).map(\.id) }

    @Test func `punctuation without a space before it closes a word`() throws {
        let table = try table()
        #expect(Self.pieces.indices.filter { table.isClosing(Token(Int32($0))) } == [6, 7, 12])
        #expect(!table.isClosing(Token(9_999)))
    }

    @Test func `a segment's own punctuation stays`() throws {
        #expect(try context([3, Self.full, 4, 5, Self.comma, 4]) == [3, Self.full, 4, 5, Self.comma, 4])
        #expect(try context([5, Self.hyphen, 5]) == [5, Self.hyphen, 5])
    }

    @Test func `where segments meet the later one's punctuation counts`() throws {
        #expect(try context([3, Self.full, Self.comma, 4, 5]) == [3, Self.comma, 4, 5])
        #expect(try context([3, Self.full, Self.full, Self.full, 4]) == [3, Self.full, 4])
    }

    @Test func `it begins and ends with something that is said`() throws {
        #expect(try context([Self.comma, Self.full, 4, 5, Self.full]) == [4, 5])
        #expect(try context([4, Self.comma, Self.opening]) == [4])
        #expect(try context([Self.comma, Self.full]).isEmpty)
        #expect(try context([]).isEmpty)
    }

    @Test func `a space before digits or quotes stays, and so does the punctuation before it`() throws {
        #expect(try context([Self.space, Self.digit]) == [Self.space, Self.digit])
        #expect(try context([3, Self.full, Self.space, Self.digit]) == [3, Self.full, Self.space, Self.digit])
        #expect(try context([3, Self.full, Self.opening, 5]) == [3, Self.full, Self.opening, 5])
    }
}
