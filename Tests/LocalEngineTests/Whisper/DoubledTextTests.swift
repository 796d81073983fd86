import Speech
import Testing

@testable import LocalEngine

/// The expected values are those of Python's `difflib` and of the reference program for the same texts.
@Suite struct `A doubled text` {
    @Test(
        arguments: [
            ("", "a", 0), ("", "", 1), ("abcd", "bcde", 0.75), ("qabxcd", "abycdf", 0.6666666666666666), ("müde", "mude", 0.75),
            ("private Thread currentThread;", "private volatile Thread currentThread;", 0.8656716417910447),
            ("the two other were", "the two others where", 0.9473684210526315), ("dotherwiseone", "otherwise two", 0.7692307692307693),
            ("一二三四五", "一二四三五", 0.8),
        ] as [(String, String, Double)])
    func `likeness is the share of common parts`(a: String, b: String, expected: Double) {
        #expect(abs(TextLikeness.ratio(a, b) - expected) < 1e-9)
    }

    @Test(
        arguments: [
            ("we are at present concerned with that we are at present concerned with that", 7),
            ("We are at present concerned, we are at present concerned.", 5),
            (
                "Der hinter diesem Portal liegende Raum wurde als Leichenhalle genutzt."
                    + " Der hinter diesem Portal liegenden Raum wurde als Leichenhalle genutzt.", 10
            ),
            ("one two three four one two three four", 4), ("you know you know you know you know", 4),
            ("one two three four one two three", nil), ("eins zwei drei vier fünf sechs sieben acht", nil),
            ("The birch canoe slid on the smooth planks. Glue the sheet to the dark blue background.", nil),
            ("Ever tried. Ever failed. No matter. Try again. Fail again. Fail better.", nil),
        ] as [(String, Int?)])
    func `is found with the end of its first half`(text: String, words: Int?) {
        #expect(DoubledText.firstHalf(of: text.split(separator: " ").map(String.init)) == words)
    }

    @Test func `is found in a script without blanks`() {
        let words = ["今日", "は", "良い", "天気", "です。"]
        #expect(DoubledText.firstHalf(of: words + words) == 5)
        #expect(DoubledText.firstHalf(of: words) == nil)
    }

    @Test func `keeps its first half, and its times`() {
        let tokens = (0..<8).map { ScoredToken(Token($0), logProbability: -0.1) }
        let words = tokens.indices.map { DecodedWord(text: "w\($0 % 4)", confidence: 0.9, tokens: $0..<$0 + 1) }
        var decoded = WhisperDecoded(words: words, tokens: tokens, mean: -0.1, stop: .end)
        decoded.starts = Array(0...8)
        #expect(!decoded.isDoubtful)
        decoded.firstHalf = 4
        #expect(decoded.isDoubtful)
        #expect(decoded.kept.words == Array(words[..<4]) && decoded.kept.tokens.count == 4)
        #expect(decoded.kept.starts == [0, 1, 2, 3, 4] && !decoded.kept.isDoubtful)
        decoded.settled = 5
        #expect(decoded.kept.words.count == 5, "settled words stay")
        decoded.isImprobable = true
        decoded.settled = 0
        #expect(decoded.kept.words.isEmpty, "an improbable text is dropped, doubled or not")
    }
}
