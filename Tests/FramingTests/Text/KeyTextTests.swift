import Framing
import Testing

@Suite struct `The text of a key` {
    @Test(arguments: [
        "zq-9f3e71", "zq-9f3e71\n", "zq-9f3e71\r\n", "\r\n  zq-9f3e71 \t", "\u{FEFF}zq-9f3e71\u{200B}", "\u{A0}zq-9f3e71\u{A0}", "\"zq-9f3e71\"",
        "'zq-9f3e71'\n", " \" zq-9f3e71 \" ",
    ])
    func `is without what other systems put around it`(given: String) throws {
        #expect(try KeyText(given).text == "zq-9f3e71")
        #expect(KeyText.flaw(of: given) == nil)
    }

    @Test(arguments: ["sk_live-9.f=+/~", "e30.e30.c2ln", "a\"b", "k", "none", "-"]) func `has any other printable ASCII`(given: String) throws {
        #expect(try KeyText(given).text == given)
    }

    @Test(
        arguments: [
            ("", .empty), ("   ", .empty), ("\r\n", .empty), ("\"\"", .empty), ("' '", .empty), ("zq\nother", .severalLines),
            ("zq\r\nX-Smuggled: 1", .severalLines), ("zq\u{2028}other", .severalLines), ("zq-…", .ellipsis), ("sk-...", .ellipsis),
            ("zq other", .blank),
            ("zq\tother", .blank), ("zq\u{A0}other", .blank), ("schlüssel", .otherCharacter), ("zq\u{0}", .otherCharacter),
            ("zq\u{7F}x", .otherCharacter),
            ("“zq”", .otherCharacter), ("\"zq", .quotationMark), ("zq'", .quotationMark), ("\"\"zq\"\"", .quotationMark),
        ] as [(String, KeyText.Flaw)])
    func `is refused for what no key has, without being shown`(given: String, flaw: KeyText.Flaw) {
        #expect(throws: flaw) { try KeyText(given) }
        #expect(KeyText.flaw(of: given) == flaw)
    }

    @Test func `names no part of the key in any reason`() {
        for flaw in KeyText.Flaw.allCases { #expect(!flaw.description.contains("zq") && !flaw.description.isEmpty) }
    }

    @Test func `may be any line where it is never sent`() throws {
        #expect(try KeyText(unsent: " pass phrase…\n").text == "pass phrase…")
        #expect(throws: KeyText.Flaw.severalLines) { try KeyText(unsent: "one\ntwo") }
        #expect(throws: KeyText.Flaw.empty) { try KeyText(unsent: " ") }
    }

    @Test func `is hidden in descriptions`() throws {
        let key = try KeyText("zq-9f3e71")
        var dumped = ""
        dump(key, to: &dumped)
        #expect(!"\(key) \(String(reflecting: key)) \(dumped)".contains("zq"))
    }
}

@Suite struct `The lines of a text` {
    @Test(arguments: ["a\nb\n\nc", "a\r\nb\r\n\r\nc", "a\rb\r\rc", "\u{FEFF}a\r\nb\n\rc"]) func `are the same from every system`(text: String) {
        #expect(text.textLines == ["a", "b", "", "c"])
    }

    @Test func `end with an empty one after a last line end`() {
        #expect("a\r\n".textLines == ["a", ""] && "".textLines == [""])
    }
}
