import Framing
import Testing

@Suite struct `The gzip form` {
    @Test func `has its own header, and is smaller than a text that repeats`() throws {
        let text = Array(String(repeating: "the same words again ", count: 200).utf8)
        let small = try #require(Gzip.compressed(text))
        #expect(small.starts(with: [0x1F, 0x8B, 8]) && small.count < 200)
        #expect(try #require(Gzip.compressed([])).count == 20)
    }

    @Test func `tells the beginning of what it has, also when it is cut off`() throws {
        let text = Array((0..<5_000).map { "line \($0)" }.joined(separator: "\n").utf8)
        let small = try #require(Gzip.compressed(text))
        for count in 0...small.count {
            let found = try #require(Gzip.beginning(of: Array(small.prefix(count)), limit: 100))
            #expect(text.starts(with: found) && (found.count == 100 || count < small.count))
        }
        #expect(Gzip.beginning(of: small, limit: 100_000) == text)
        #expect(Gzip.beginning(of: text, limit: 100) == nil)
        #expect(Gzip.beginning(of: [1, 2, 3], limit: 100) == nil)
        #expect(try Gzip.beginning(of: #require(Gzip.compressed([])), limit: 100) == [])
    }

    @Test(arguments: [
        ("gzip", true), ("br, GZIP;q=0.5", true), ("gzip;q=0", false), ("gzip; q=0.000", false), ("deflate, br", false), ("gzipped", false),
        ("", false),
    ])
    func `is accepted by clients that name it`(value: String, isAccepted: Bool) {
        #expect(Gzip.isAccepted(by: ["Accept-Encoding": value]) == isAccepted)
    }
}
