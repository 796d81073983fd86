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

    @Test func `is found in a script without blanks, from 12 letters on`() {
        let words = ["今日", "は", "とても", "良い", "天気", "なので", "散歩", "します。"]
        #expect(DoubledText.firstHalf(of: words + words) == 8)
        #expect(DoubledText.firstHalf(of: words) == nil)
        let short = ["今日", "は", "良い", "天気", "です。"]
        #expect(DoubledText.firstHalf(of: short + short) == nil)
        #expect(DoubledText.firstHalf(of: ["右", "に", "曲が", "って", "ください。", "左", "に", "曲が", "って", "ください。"]) == nil)
    }

    /// A text with one token for each word, and with the times at which the words begin, in hundredths of a second.
    private func decoded(_ text: String, _ starts: [Int]) -> WhisperDecoded {
        let texts = text.split(separator: text.contains(" ") ? " " : "/").map(String.init)
        let tokens = texts.indices.map { ScoredToken(Token(Int32($0)), logProbability: -0.1) }
        let words = texts.enumerated().map { DecodedWord(text: $1, confidence: 0.9, tokens: $0..<$0 + 1) }
        var decoded = WhisperDecoded(words: words, tokens: tokens, mean: -0.1, stop: .end)
        decoded.starts = starts.map { $0 * 160 }
        return decoded
    }

    private static let parallel = [
        "Der erste Band kostet zehn Euro, der zweite Band kostet zwölf Euro",
        "Der Zug nach Hamburg fährt heute von Gleis sieben. Der Zug nach Köln fährt heute von Gleis sieben.",
        "Flight two four one to Boston is now boarding. Flight two four two to Denver is now boarding.",
        "null eins sieben sechs zwei null eins sieben sechs zwei", "Ich habe ihn nicht gesehen. Ich habe sie nicht gesehen.",
        "次の/交差点/を/右/に/曲が/って/行って/ください。/次の/交差点/を/左/に/曲が/って/行って/ください。",
    ]

    @Test(arguments: parallel) func `is none where both halves are spoken: parallel sentences`(text: String) throws {
        let count = decoded(text, []).words.count
        #expect(DoubledText.firstHalf(of: decoded(text, []).words.map(\.text)) == count / 2, "the texts alone are those of a doubled text")
        let even = decoded(text, (0...count).map { $0 * 30 })
        #expect(DoubledText.firstHalf(of: even) == nil)
        // The second half is said at double speed, behind a pause.
        let faster = decoded(text, (0...count).map { $0 < count / 2 ? $0 * 30 : count / 2 * 15 + 100 + $0 * 15 })
        #expect(DoubledText.firstHalf(of: faster) == nil)
    }

    @Test(arguments: parallel) func `has no time left for one of its halves`(text: String) {
        let count = decoded(text, []).words.count, half = count / 2
        let late = decoded(text, (0...count).map { min($0, half) * 30 })
        #expect(DoubledText.firstHalf(of: late) == half)
        let early = decoded(text, (0...count).map { max(0, $0 - half) * 30 })
        #expect(DoubledText.firstHalf(of: early) == half)
        // The path gives the beginning of the first half its time, and the end of the second.
        let mixed = decoded(text, (0...count).map { $0 < half / 2 ? $0 * 30 : max(half / 2, $0 - half) * 30 })
        #expect(DoubledText.firstHalf(of: mixed) == half)
        // 70 ms for each word are no speech where the other half has 400.
        let hasty = decoded(text, (0...count).map { $0 < half ? $0 * 40 : half * 40 + ($0 - half) * 7 })
        #expect(DoubledText.firstHalf(of: hasty) == half)
    }

    @Test func `stays whole where nobody knows its times`() {
        var decoded = decoded(Self.parallel[3], Array(repeating: 0, count: 11))
        #expect(DoubledText.firstHalf(of: decoded) == 5)
        decoded.starts = nil
        #expect(DoubledText.firstHalf(of: decoded) == nil)
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
