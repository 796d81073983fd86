import Framing
import Testing

@Suite struct `The compression ratio of a text` {
    /// The second number is the length of what Python's `zlib.compress` makes of the text, which Whisper's own program uses.
    @Test(arguments: [
        ("Thank you for watching.", 31), (String(repeating: "again ", count: 40), 17), ("Grüße", 15), (String(repeating: "a", count: 100), 12),
    ])
    func `is that of Whisper's own program`(text: String, compressed: Int) {
        #expect(CompressionRatio.of(text) == Double(text.utf8.count) / Double(compressed))
    }

    @Test func `is 0 without a text`() { #expect(CompressionRatio.of("") == 0) }
}
