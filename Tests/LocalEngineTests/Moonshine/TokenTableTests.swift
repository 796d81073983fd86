import LocalEngine
import Testing

@Suite struct `Token table` {
    private static let pieces = ["<unk>", "<s>", "</s>", "\u{2581}Hello", "\u{2581}wor", "ld", ".", "\u{2581}", "\n", "\u{2581}\u{2581}"]

    private func table(_ extra: [[UInt8]] = []) throws -> TokenTable {
        var file: [UInt8] = []
        for piece in Self.pieces.map({ Array($0.utf8) }) + extra { file += [UInt8(piece.count)] + piece }
        let table = TokenTable(file.span)
        return try #require(table)
    }

    private func words(_ ids: [Int32], _ table: TokenTable) -> [DecodedWord] {
        table.words(of: ids.map { ScoredToken(Token($0), logProbability: 0) })
    }

    @Test func `words begin at the spaces inside tokens`() throws {
        let words = words([3, 4, 5, 6], try table())
        #expect(words.map(\.text) == ["Hello", "world."])
        #expect(words.map(\.tokens) == [0..<1, 1..<4])
    }

    @Test func `spaces alone make no word`() throws {
        #expect(words([7, 9, 3, 8, 7, 5, 7], try table()).map(\.text) == ["Hello", "ld"])
        #expect(words([7, 8, 9], try table()).isEmpty)
    }

    @Test func `control tokens and numbers outside the table have no text`() throws {
        #expect(words([0, 1, 2, -5, 9_999], try table()).isEmpty)
    }

    @Test(arguments: [
        (Int32(1), false), (3, true), (5, true), (6, false), (7, false), (8, false), (10, true), (11, false), (12, true), (9_999, false),
    ])
    func `a token with a letter or a digit is spoken, punctuation and spaces are not`(id: Int32, isSpoken: Bool) throws {
        let table = try table([[0xc3], Array("\u{2581}…".utf8.prefix(3)) + [0x2d], Array("?7".utf8)])
        #expect(table.isSpoken(Token(id)) == isSpoken)
    }

    @Test func `a letter in several byte tokens is put together`() throws {
        let table = try table([[0xc3], [0xa9]])
        #expect(words([3, 10, 11], table).map(\.text) == ["Helloé"])
    }

    @Test func `a word's confidence is the geometric mean of its tokens'`() throws {
        let scored = [ScoredToken(Token(3), logProbability: -0.5), .init(Token(4), logProbability: -1), .init(Token(5), logProbability: -3)]
        let confidences = try table().words(of: scored).map(\.confidence)
        #expect(confidences.count == 2)
        #expect(abs(confidences[0] - 0.60653) < 1e-4)
        #expect(abs(confidences[1] - 0.13534) < 1e-4)
    }

    @Test func `long entries have a length in two bytes`() throws {
        let long = [UInt8](repeating: 0x61, count: 300)
        let file: [UInt8] = [1, 0x62, 128 + 44, 2] + long
        let table = TokenTable(file.span)
        #expect(table?.count == 2)
    }

    @Test func `every file that breaks off inside an entry is rejected`() {
        let file: [UInt8] = [2, 1, 2, 130, 1] + [UInt8](repeating: 7, count: 130)
        let whole = [0, 3, file.count]
        for length in 0...file.count {
            let part = Array(file[..<length])
            let table = TokenTable(part.span)
            #expect((table != nil) == whole.contains(length), "\(length) bytes")
        }
    }
}
