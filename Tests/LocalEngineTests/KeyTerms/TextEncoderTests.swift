import HarkenTesting
import Testing

@testable import LocalEngine

@Suite struct `Text encoder` {
    private func pieces(_ text: String) throws -> [String]? {
        let table = try #require(TestTerms.table)
        return TextEncoder(table).encode(text)?.map { String(decoding: table.bytes(of: $0), as: UTF8.self) }
    }

    @Test func `joins the pieces with the lowest numbers first`() throws {
        #expect(try pieces("the cat") == ["\u{2581}the", "\u{2581}", "c", "a", "t"])
        #expect(try pieces("bother") == ["\u{2581}", "b", "o", "th", "e", "r"])
    }

    @Test func `has no tokens for characters that the table does not have`() throws {
        #expect(try pieces("naïve") == nil)
    }

    @Test(.needs(TestModels.areThere, TestModels.needed))
    func `writes a recognised text in the recogniser's own tokens`() throws {
        let folder = TestModels.folder
        let recognizer = try Recognizer(folder, InferenceRuntime(path: folder.path(of: .runtime)))
        let decoded = try recognizer.decode(Array(try TestModels.samples("beckett.wav")[1_600..<144_000]).span)
        #expect(TextEncoder(recognizer.table).encode(decoded.text) == decoded.tokens.map(\.token))
        #expect(decoded.words.count > 8)
    }
}
