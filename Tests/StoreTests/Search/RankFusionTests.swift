import Testing

@testable import Store

@Suite struct `Rankings made one` {
    @Test func `put first what both have`() {
        let fused = RankFusion.fuse(words: [1, 2, 3], windows: [[4, 5], [3], [9, 2]])
        #expect(fused.map(\.segment) == [3, 2, 4, 1])
        #expect(fused[0].score == 1 / 63.0 + 1 / 62)
    }

    @Test func `give of overlapping windows the best one only`() {
        #expect(RankFusion.fuse(words: [], windows: [[1, 2], [2, 1], [1], [7]]).map(\.segment) == [1, 7])
        #expect(RankFusion.fuse(words: [2], windows: [[1, 2], [2, 3]]).map(\.segment) == [2])
        #expect(RankFusion.fuse(words: [2], windows: [[1, 2], [2, 3]])[0].score == 2 / 61.0)
        #expect(RankFusion.fuse(words: [], windows: []) == [])
    }

    @Test func `leave one ranking as it is when the other has nothing`() {
        #expect(RankFusion.fuse(words: [5, 9, 7], windows: []).map(\.segment) == [5, 9, 7])
        #expect(RankFusion.fuse(words: [], windows: [[5], [9], [7]]).map(\.segment) == [5, 9, 7])
    }

    @Test(
        arguments: [
            ("red car", ["red", "car"]), ("\"red  Car\" of", ["red car"]), ("\"open end", ["open end"]), ("x x X", ["x"]), ("- + ...", []),
            ("\"\" x", ["x"]), ("don't", ["don't"]), ("x\"y z\"", ["x", "y z"]),
            // Stop words are terms only in quotes, or where there are no other words.
            ("the car of my sister", ["car", "sister"]), ("\"of\" the car", ["of", "car"]), ("to be or not to be", ["to be or not to be"]),
            ("我们去公园的", ["们去", "去公", "公园", "园的"]), ("的", ["的"]),
        ] as [(String, [String])])
    func `a query's text has words and phrases`(text: String, terms: [String]) {
        #expect(SearchTerms(text).terms.map(\.text) == terms)
    }

    @Test func `what is quoted is wanted as it is`() {
        #expect(SearchTerms("red \"blue car\" red").terms.map(\.isQuoted) == [false, true])
        #expect(!SearchTerms("\"red\" car").isQuoted && SearchTerms("\"red\" \"car\"").isQuoted && !SearchTerms("").isQuoted)
    }

    @Test func `a query has so many words and no more`() {
        let many = (0..<100).map { "w\($0)" }.joined(separator: " ")
        #expect(SearchTerms(many).terms.count == SearchTerms.most)
        #expect(SearchTerms(String(repeating: "x", count: 1_000)).terms == [])
    }
}
