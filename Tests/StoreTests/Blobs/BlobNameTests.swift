import Store
import Testing

@Suite struct `A blob's name` {
    @Test(arguments: ["a", "6e1f0b9c-0000-4000-8000-000000000001.opus", "A_b.c", "-", String(repeating: "x", count: 200)])
    func `is a file name`(text: String) {
        #expect(BlobName(text)?.text == text)
    }

    @Test(arguments: [
        "", ".", "..", "../out", "a/b", "/etc/passwd", ".hidden", "a b", "a\0b", "ä", "a\\b", "%2e%2e", String(repeating: "x", count: 201),
    ])
    func `leads nowhere else`(text: String) {
        #expect(BlobName(text) == nil)
    }
}
