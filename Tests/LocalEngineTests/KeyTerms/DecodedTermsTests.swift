import Testing

@testable import LocalEngine

@Suite struct `Decoded terms` {
    @Test func `a term takes the place of its words, which it remembers`() throws {
        let table = try #require(TestTerms.table), encoder = TextEncoder(table)
        func tokens(_ text: String, _ score: Float) throws -> [ScoredToken] {
            try #require(encoder.encode(text)).map { ScoredToken($0, logProbability: score) }
        }
        let heard = try tokens("a post modern.", -0.1) + tokens("the", -0.1)
        let decoded = Decoded(tokens: heard, words: table.words(of: heard), stop: .end)
        let place = TermPlace(
            term: 0, words: 1..<3, tokens: decoded.words[1].tokens.lowerBound..<decoded.words[2].tokens.upperBound, distance: 0.1, isOrdinary: false)
        let changed = decoded.with([TermChange(place: place, gain: -1, tokens: try tokens("Post Mortem.", -0.7))]) { table.words(of: $0) }
        #expect(changed.text == "a Post Mortem. the")
        #expect(changed.words.map(\.mark) == [nil, TermMark(heard: "post modern", wordCount: 2), TermMark(heard: "post modern", wordCount: 0), nil])
        #expect(changed.words.last?.tokens.upperBound == changed.tokens.count)
        #expect(abs(changed.words[1].confidence - 0.4966) < 1e-3 && changed.words[3].confidence > 0.9)
    }

    @Test func `lists have no terms that are empty, doubled, too long or too many`() {
        let long = String(repeating: "x", count: KeyTermLimits.length + 1)
        #expect(KeyTermLimits.usable([" a  b ", "a b", "", "  ", long, "one two three four five six seven", "c"]) == ["a b", "c"])
        #expect(KeyTermLimits.usable((0..<2_000).map(String.init)).count == KeyTermLimits.count)
    }
}
