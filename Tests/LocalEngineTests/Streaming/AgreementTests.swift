import Speech
import Testing

@testable import LocalEngine

@Suite struct `The agreement of interims` {
    /// The words of a text, with a token for each letter.
    private func words(_ text: String) -> [SegmentResult.Word] {
        text.split(separator: " ").map { word in
            SegmentResult.Word(text: String(word), confidence: 1, tokens: tokens(word), range: SampleRange(.zero, count: SampleCount(8_000)))
        }
    }

    private func tokens(_ text: some StringProtocol) -> [Token] { text.unicodeScalars.map { Token(Int32($0.value)) } }

    /// Adds a text, and returns the text that is shown.
    private func add(_ text: String, to agreement: inout Agreement) -> String {
        agreement.add(words(text)).map(\.text).joined(separator: " ")
    }

    private func stable(_ agreement: Agreement) -> String { agreement.stable.map(\.text).joined(separator: " ") }

    @Test func `settles what two of them agree on, but for the last words`() {
        var agreement = Agreement()
        let texts = [
            ("go four words", ""), ("go four words on", ""), ("go forward ten metres", "go"), ("go forward ten metres and", "go"),
            ("go forward ten metres and on", "go forward"),
        ]
        for (text, settled) in texts {
            #expect(add(text, to: &agreement) == text)
            #expect(stable(agreement) == settled)
        }
        #expect(agreement.prefix == tokens("goforward"))
    }

    @Test func `keeps settled words, whatever is heard later`() {
        var agreement = Agreement()
        for _ in 0..<2 { _ = add("go forward ten metres", to: &agreement) }
        let shown = add("gone forward ten metres and on", to: &agreement)
        #expect(shown == "go forward ten metres and on")
        #expect(agreement.prefix == tokens("go"), "the words behind it were the last ones of an interim")
        _ = add("gone forward ten metres and on", to: &agreement)
        #expect(stable(agreement) == "go forward ten")
    }

    @Test func `takes settled words for a text that has fewer`() {
        var agreement = Agreement()
        for _ in 0..<2 { _ = add("one two three x y z", to: &agreement) }
        #expect(stable(agreement) == "one two three")
        let shown = add("One, too", to: &agreement)
        #expect(shown == "one two three")
        #expect(stable(agreement) == "one two three")
    }

    @Test func `needs the same text and the same tokens`() {
        var agreement = Agreement(), other = words("one two three four")
        _ = add("one two three four", to: &agreement)
        other[0].tokens = tokens("eno")
        _ = agreement.add(other)
        #expect(agreement.stable.isEmpty)
        _ = add("One two three four", to: &agreement)
        #expect(agreement.stable.isEmpty)
        _ = add("One two three four", to: &agreement)
        #expect(stable(agreement) == "One")
    }

    /// Number of words that two equal texts settle: three words stay open, and three written syllables count as one word.
    @Test(arguments: [
        ("a b c", 0), ("a b c d", 1), ("我 今 天 在 家 里 写 一 些", 0), ("我 今 天 在 家 里 写 一 些 字", 1), ("我 今 天 在 家 里 写 一 些 字 和 信", 3),
        ("a b 我 今 天 在 家 里 写 一 些", 2), ("a b 我 今 天 在 家 里 写 一", 1), ("我 今 天 a b c", 3), ("我 今 天 在 家 a b", 2),
    ])
    func `leaves nine syllables open where words are not divided by blanks`(text: String, settled: Int) {
        var agreement = Agreement()
        for _ in 0..<2 { _ = add(text, to: &agreement) }
        #expect(agreement.stable.count == settled)
    }
}
