import Speech
import Testing

@Suite struct `The beginning of a text` {
    @Test(arguments: [
        ("", 0, ""), ("", 5, ""), ("gateway", 0, ""), ("gateway", 4, "gate"), ("gateway", 7, "gateway"), ("gateway", 100, "gateway"),
        ("é", 1, ""), ("é", 2, "é"), ("日本", 5, "日"), ("日本", 6, "日本"), ("a👍", 4, "a"), ("a👍", 5, "a👍"),
    ])
    func `is cut by bytes, between two scalars`(text: String, bytes: Int, beginning: String) {
        #expect(text.prefix(bytes: bytes) == beginning)
        #expect(text[...].prefix(bytes: bytes) == beginning)
    }

    @Test func `of one endless character is short`() {
        let text = "a" + String(repeating: "\u{301}", count: 10_000)
        #expect(text.count == 1)
        #expect(Array(text.prefix(bytes: 64).unicodeScalars) == ["a"] + Array(repeating: "\u{301}", count: 31))
    }
}
