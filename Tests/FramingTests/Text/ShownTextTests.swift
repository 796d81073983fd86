import Framing
import Testing

@Suite struct `A stranger's text in a message` {
    @Test func `is short, and has no characters that change what is read`() {
        #expect("Zürich 12 – ⚓".shown == "Zürich 12 – ⚓")
        #expect("a\u{1B}[31m\u{9B}b\n\u{202E}c\u{2028}d\u{7F}".shown == "a?[31m?b??c?d?")
        #expect(String(repeating: "x\u{301}", count: 1_000).shown.unicodeScalars.count == 80)
        #expect("".shown == "")
    }
}
