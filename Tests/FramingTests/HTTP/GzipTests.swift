import Framing
import Testing

@Suite struct `The gzip form` {
    @Test func `has its own header, and is smaller than a text that repeats`() throws {
        let text = Array(String(repeating: "the same words again ", count: 200).utf8)
        let small = try #require(Gzip.compressed(text))
        #expect(small.starts(with: [0x1F, 0x8B, 8]) && small.count < 200)
        #expect(try #require(Gzip.compressed([])).count == 20)
    }

    @Test(arguments: [
        ("gzip", true), ("br, GZIP;q=0.5", true), ("gzip;q=0", false), ("gzip; q=0.000", false), ("deflate, br", false), ("gzipped", false),
        ("", false),
    ])
    func `is accepted by clients that name it`(value: String, isAccepted: Bool) {
        #expect(Gzip.isAccepted(by: ["Accept-Encoding": value]) == isAccepted)
    }
}
