import Conversations
import HarkenTesting
import RecordingAssembly
import Speech
import Testing

@Suite struct `A conversation of chunks` {
    @Test func `puts a word at its chunk's place, leading silence or not`() {
        let chunk = RecognizedChunk.at(29, [("late", 35, 0.4, nil)])
        #expect(chunk.words.first?.start == .seconds(6))
        let segment = Made.segments([chunk]).first
        #expect(segment?.start == .seconds(35))
        #expect(segment.map { abs(($0.end - .seconds(35.4)) / .seconds(1)) < 0.001 } == true)
    }

    /// Nothing is put before a chunk's audio, so that nothing is to be left out of its answer: a word at its very beginning counts.
    @Test func `has the first word of a chunk and of a recording`() {
        #expect(
            Made.texts([.at(0, [("First", 0, 0.2, "A"), ("of", 0.2, 0.1, "B")]), .at(14.5, [("all", 14.5, 0.2, nil)])]) == ["First", "of", "all"])
        #expect(Made.segments([.at(0, [("First", 0, 0.2, "A")])]).first?.start == .zero)
    }

    @Test func `never changes what engines say: casing, digits, diacritics and times`() {
        let said = [
            ("I", 0.13, 0.11), ("met", 0.31, 0.2), ("Anna", 0.55, 0.21), ("from", 0.8, 0.2), ("NASA", 1.02, 0.4), ("at", 1.5, 0.07),
            ("10:45", 1.61, 0.9),
            ("naïve", 2.6, 0.33),
        ]
        let segments = Made.segments([.at(14.5, said.map { ($0.0, 14.5 + $0.1, $0.2, nil) })])
        #expect(segments.map(\.text) == ["I met Anna from NASA at 10:45 naïve"])
        for (word, expected) in zip(segments.flatMap(\.words), said) {
            #expect(abs((word.start - .seconds(14.5 + expected.1)) / .seconds(1)) < 0.001)
        }
    }

    @Test(arguments: stride(from: 0.0, through: 0.5, by: 0.05).map { $0 }) func `has a word of the seam once, wherever it lies and whoever heard it`(
        offset: Double
    ) {
        let place = 14.5 + offset
        let before = ("before", 13.0, 0.3, String?.none), after = ("after", 16.0, 0.3, String?.none)
        for (inFirst, inSecond, shift) in [(true, true, 0.0), (true, false, 0), (false, true, 0), (true, true, 0.25), (true, true, -0.25)] {
            var one = [before], other = [after]
            if inFirst { one.append(("Word,", place, 0.2, nil)) }
            if inSecond { other.insert(("word", place + shift, 0.2, nil), at: 0) }
            let chunks = [RecognizedChunk.at(0, one), .at(14.5, other)]
            #expect(
                Made.texts(chunks).map { $0.lowercased().filter(\.isLetter) } == ["before", "word", "after"],
                "\(offset) \(inFirst) \(inSecond) \(shift)")
        }
    }

    @Test func `takes a word of both chunks from the one in which it lies deeper`() {
        #expect(Made.texts([.at(0, [("edge", 14.7, 0.25, nil)]), .at(14.5, [("Edge!", 14.75, 0.25, nil)])]) == ["Edge!"])
        #expect(Made.texts([.at(0, [("Edge!", 14.55, 0.25, nil)]), .at(14.5, [("edge", 14.52, 0.25, nil)])]) == ["Edge!"])
    }

    @Test func `takes the whole word where a chunk was cut in it`() {
        #expect(Made.texts([.at(0, [("hel", 14.8, 0.2, nil)]), .at(14.5, [("hello", 14.8, 0.5, nil)])]) == ["hello"])
        #expect(Made.texts([.at(0, [("hello", 14.3, 0.4, nil)]), .at(14.5, [("lo", 14.5, 0.2, nil)])]) == ["hello"])
    }

    @Test func `keeps a word that was said more than once as often as it was said`() {
        let no = [14.55, 14.7, 14.85].map { ("no", $0, 0.1, String?.none) }
        #expect(Made.texts([.at(0, no), .at(14.5, no)]) == ["no", "no", "no"])
    }

    @Test func `pairs each word with one other at most`() {
        let chunks = [RecognizedChunk.at(0, [("no", 14.55, 0.1, nil)]), .at(14.5, [("no", 14.55, 0.1, nil), ("no", 14.75, 0.1, nil)])]
        #expect(Made.texts(chunks) == ["no", "no"])
    }

    @Test func `has words in a row once where an engine that began within a word places them too late`() {
        // As the local engine heard it: the second chunk begins within "reported".
        let one = [("were", 13.84, 0.17), ("reported", 14.01, 0.49), ("on", 14.5, 0.12), ("the", 14.62, 0.08)].map {
            ($0.0, $0.1, $0.2, String?.none)
        }
        let other = [("Were", 14.23, 0.11), ("reported", 14.34, 0.55), ("on", 14.89, 0.09), ("the", 14.98, 0.09), ("chart,", 15.07, 0.4)].map {
            ($0.0, $0.1, $0.2, String?.none)
        }
        let texts = Made.texts([.at(0, seconds: 14.73, one), .at(14.23, other)]).map { $0.lowercased() }
        #expect(texts == ["were", "reported", "on", "the", "chart,"])
    }

    @Test func `keeps words in a row that are said twice across a seam`() {
        let one = [("you", 14.4, 0.1, String?.none), ("know", 14.5, 0.2, nil)],
            other = [("you", 14.95, 0.1, String?.none), ("know", 15.05, 0.3, nil)]
        #expect(Made.texts([.at(0, one), .at(14.5, [one[1]] + other)]) == ["you", "know", "you", "know"])
        #expect(Made.texts([.at(0, one), .at(14.65, other)]) == ["you", "know", "you", "know"])
    }

    @Test func `keeps a word that is said four times, of which each chunk heard two`() {
        let no = [14.55, 14.7, 15.05, 15.2].map { ("no", $0, 0.1, String?.none) }
        #expect(Made.texts([.at(0, Array(no[..<2])), .at(14.5, Array(no[2...]))]) == ["no", "no", "no", "no"])
    }

    @Test func `takes the earlier chunk's word of two that lie as deep, whichever came first`() {
        let chunks = [RecognizedChunk.at(0, [("Tie", 14.625, 0.25, nil)]), .at(14.5, [("tie", 14.625, 0.25, nil)])]
        #expect(Made.texts(chunks) == ["Tie"])
        #expect(Made.texts(chunks.reversed()) == ["Tie"])
    }

    @Test func `does not mix two ways to write a number`() {
        let chunks = [RecognizedChunk.at(0, [("twenty", 14.55, 0.2, nil), ("five", 14.76, 0.2, nil)]), .at(14.5, [("25", 14.55, 0.4, nil)])]
        #expect([["twenty", "five"], ["25"]].contains(Made.texts(chunks)))
    }

    @Test func `keeps every word beyond the overlap`() {
        let words = (0..<300).map { ("w\($0)", Double($0) * 0.2, 0.15, String?.none) }
        let chunks = stride(from: 0.0, to: 58, by: 14.5).map { start in
            RecognizedChunk.at(start, words.filter { $0.1 >= start && $0.1 + $0.2 <= start + 15 })
        }
        #expect(Made.texts(chunks) == words.filter { $0.1 + 0.15 <= 58.5 }.map(\.0))
    }

    // MARK: Speakers

    @Test func `takes speakers of two chunks for two`() {
        let chunks = [RecognizedChunk.at(0, [("one", 1, 0.3, "A")]), .at(14.5, [("two", 20, 0.3, "A")])]
        #expect(Made.segments(chunks).map(\.speaker) == [SpeakerNumber(0), SpeakerNumber(1)])
    }

    @Test func `knows who was recognised in all chunks`() {
        let anna = SpeakerIdentity(.person(ID("anna")), by: .voiceprint, confidence: 0.5)
        var surer = anna
        surer.confidence = 0.9
        let chunks = [
            RecognizedChunk.at(0, identities: ["A": anna], [("one", 1, 0.3, "A"), ("what", 5, 0.3, "B")]),
            .at(14.5, identities: ["B": surer], [("two", 20, 0.3, "B")]),
        ]
        let segments = Made.segments(chunks)
        #expect(segments.map(\.speaker) == [SpeakerNumber(0), SpeakerNumber(1), SpeakerNumber(0)])
        #expect(segments.map(\.identity) == [surer, .unknown, surer])
    }

    @Test func `tells apart who speaks again after somebody else`() {
        let chunk = RecognizedChunk.at(0, [("one", 1, 0.3, "A"), ("two", 5, 0.3, "B"), ("three", 9, 0.3, "A"), ("four", 10, 0.3, "A")])
        #expect(chunk.words.map(\.cluster) == ["A::local_part:1", "B", "A::local_part:2", "A::local_part:2"])
        #expect(Set(Made.segments([chunk]).map(\.speaker)).count == 3)
    }

    @Test func `gives words without a speaker that of the nearer neighbour`() {
        func clusters(_ words: [(String, Double, Double, String?)]) -> [String?] { RecognizedChunk.at(0, words).words.map(\.cluster) }
        #expect(clusters([("a", 1, 1, "A"), ("b", 2.5, 1, nil), ("c", 4, 1, "A")]) == ["A", "A", "A"])
        #expect(clusters([("a", 1, 1, "A"), ("b", 2.4, 1, nil), ("c", 4, 1, "B")]) == ["A", "A", "B"])
        // As near to both: the next one's.
        #expect(clusters([("a", 1, 1, "A"), ("b", 2.5, 1, nil), ("c", 4, 1, "B")]) == ["A", "B", "B"])
        #expect(clusters([("a", 1, 1, nil), ("b", 2.5, 1, "A"), ("c", 4, 1, nil)]) == ["A", "A", "A"])
        #expect(clusters([("a", 1, 1, nil)]) == [nil])
    }

    @Test(arguments: [(29.99, 1), (30.0, 2)]) func `makes a new stretch of a speaker after half a minute`(gap: Double, count: Int) {
        let chunk = RecognizedChunk.at(0, seconds: 60, [("a", 1, 1, "A"), ("b", 2 + gap, 1, "A")])
        #expect(ClusterSpan.all(in: chunk.words).count == count)
    }

    // MARK: The whole

    /// A recording of random words by random speakers, cut into chunks that overlap, each of which has heard most of them.
    private func recording(_ generator: inout SeededGenerator) -> [RecognizedChunk] {
        var words: [(String, Double, Double, String?)] = []
        var time = 0.0
        while time < 120 {
            time += Double.random(in: 0.05...1.5, using: &generator)
            let length = Double.random(in: 0.05...0.6, using: &generator)
            words.append(("w\(words.count)", time, length, Bool.random(using: &generator) ? ["A", "B"].randomElement(using: &generator) : nil))
            time += length
        }
        return stride(from: 0.0, to: 120, by: 14.5).map { start in
            RecognizedChunk.at(
                start,
                words.filter { $0.1 >= start && $0.1 + $0.2 <= start + 15 && Int.random(in: 0..<10, using: &generator) > 0 }.map {
                    ($0.0, $0.1, $0.2, $0.3)
                })
        }
    }

    @Test func `does not depend on the order in which chunks came`() {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<100 {
            let chunks = recording(&generator)
            let expected = Made.segments(chunks)
            for _ in 0..<5 { #expect(Made.segments(chunks.shuffled(using: &generator)) == expected) }
        }
    }

    @Test func `has each word that any chunk has heard, once, in order`() {
        var generator = SeededGenerator(seed: 12)
        for _ in 0..<200 {
            let chunks = recording(&generator)
            let heard = Set(chunks.flatMap { $0.words.map(\.text) })
            let texts = Made.texts(chunks)
            #expect(texts.count == Set(texts).count)
            #expect(Set(texts) == heard)
            let numbers = texts.compactMap { Int($0.dropFirst()) }
            #expect(numbers == numbers.sorted())
            let starts = Made.segments(chunks).map(\.start)
            #expect(starts == starts.sorted())
        }
    }

    @Test func `keeps a segment's identifier when chunks behind it come`() {
        var generator = SeededGenerator(seed: 13)
        let chunks = recording(&generator)
        let few = Made.segments(Array(chunks.prefix(3))), many = Made.segments(chunks)
        let kept = few.filter { $0.end < .seconds(25) }.map(\.id)
        #expect(!kept.isEmpty)
        #expect(kept == Array(many.map(\.id).prefix(kept.count)))
        #expect(Set(many.map(\.id)).count == many.count)
    }
}
