import Continuity
import Speech
import Testing

@Suite struct `A stitcher` {
    private func word(_ text: String, _ start: Int, _ end: Int) -> Word {
        Word(text, SampleRange(SampleIndex(start), SampleIndex(end)), confidence: 1)
    }

    private func final(_ start: Int, _ end: Int, _ words: [Word]) -> Hypothesis {
        Hypothesis(range: SampleRange(SampleIndex(start), SampleIndex(end)), words: words)
    }

    @Test func `commits finals so that they tile the channel`() throws {
        var stitcher = Stitcher(channel: .first)
        let outcome1 = stitcher.accept(final(0, 100, [word("a", 10, 50)]), reason: .pause, from: .local)
        let first = try #require(outcome1)
        let outcome2 = stitcher.accept(
            final(120, 200, [word("b", 130, 190)]), reason: .pause, from: .local)
        let second = try #require(outcome2)
        #expect(first.range == SampleRange(SampleIndex(0), SampleIndex(100)))
        #expect(second.range == SampleRange(SampleIndex(100), SampleIndex(200)))
        #expect(stitcher.committedThrough == SampleIndex(200))
    }

    @Test func `drops a final that is said again`() {
        var stitcher = Stitcher(channel: .first)
        let said = final(0, 100, [word("again", 10, 90)])
        let outcome3 = stitcher.accept(said, reason: .pause, from: .local)
        #expect(outcome3 != nil)
        let outcome4 = stitcher.accept(said, reason: .pause, from: .local)
        #expect(outcome4 == nil)
    }

    @Test func `drops a word without length at the end of a final that is said again`() {
        var stitcher = Stitcher(channel: .first)
        let said = final(0, 100, [word("cut", 100, 100)])
        let once = stitcher.accept(said, reason: .length, from: .local)
        #expect(once?.words.count == 1)
        let twice = stitcher.accept(said, reason: .length, from: .local)
        #expect(twice == nil)
    }

    @Test func `keeps of an overlapping final the words that are new`() throws {
        var stitcher = Stitcher(channel: .first)
        _ = stitcher.accept(final(0, 100, [word("one", 10, 90)]), reason: .pause, from: .local)
        let outcome5 = stitcher.accept(
            final(50, 300, [word("one", 40, 95), word("two", 95, 200), word("three", 200, 290)]),
            reason: .pause, from: .local)
        let commit = try #require(
            outcome5)
        #expect(commit.words.map(\.text) == ["two", "three"])
        #expect(commit.words.first?.range.start == SampleIndex(100))
    }

    @Test func `lets an answer to a flush through though it covers nothing`() throws {
        var stitcher = Stitcher(channel: .first)
        _ = stitcher.accept(final(0, 100, []), reason: .pause, from: .local)
        let outcome6 = stitcher.accept(final(0, 100, []), reason: .flush, from: .local)
        let commit = try #require(outcome6)
        #expect(commit.range.isEmpty && commit.words.isEmpty)
    }

    @Test func `covers a last word that its final cuts short`() throws {
        var stitcher = Stitcher(channel: .first)
        let outcome7 = stitcher.accept(
            final(0, 100, [word("long", 50, 120)]), reason: .pause, from: .local)
        let commit = try #require(outcome7)
        #expect(commit.range.end == SampleIndex(120))
    }

    @Test func `shows of an interim only what is not committed`() {
        var stitcher = Stitcher(channel: .first)
        _ = stitcher.accept(final(0, 100, [word("one", 10, 90)]), reason: .pause, from: .local)
        let rest = stitcher.interim(
            Hypothesis(
                range: SampleRange(.zero, SampleIndex(200)),
                words: [word("one", 10, 90), word("two", 110, 150)], stableWords: 2))
        #expect(rest.words.map(\.text) == ["two"])
        #expect(rest.stableWords == 1)
        #expect(rest.range.start == SampleIndex(100))
    }

    @Test func `reports as a gap only what is not settled`() {
        var stitcher = Stitcher(channel: .first)
        _ = stitcher.accept(final(0, 100, []), reason: .pause, from: .local)
        let outcome8 = stitcher.giveUp(through: SampleIndex(150))
        #expect(outcome8 == SampleRange(SampleIndex(100), SampleIndex(150)))
        let outcome9 = stitcher.giveUp(through: SampleIndex(150))
        #expect(outcome9 == nil)
    }

    // MARK: - Behind a gap

    private func milliseconds(_ text: String, _ start: Int64, _ end: Int64) -> Word {
        Word(text, SampleRange(SampleIndex(milliseconds: start, at: .speech), SampleIndex(milliseconds: end, at: .speech)), confidence: 1)
    }

    private func final(through end: Int64, _ words: [Word]) -> Hypothesis {
        Hypothesis(range: SampleRange(.zero, SampleIndex(milliseconds: end, at: .speech)), words: words)
    }

    @Test func `knows a word that was cut before a gap shorter than it`() {
        var stitcher = Stitcher(channel: .first)
        let cut = [milliseconds("house", 11_645, 12_048), milliseconds("five", 12_048, 12_244)]
        _ = stitcher.accept(final(through: 12_244, cut), reason: .length, from: .local)
        _ = stitcher.giveUp(through: SampleIndex(milliseconds: 12_250, at: .speech))
        let whole = ["house", "five", "five", "river"].enumerated().map { index, text in
            milliseconds(text, [11_651, 12_054, 12_543, 12_913][index], [12_054, 12_534, 12_829, 13_405][index])
        }
        let rest = stitcher.accept(final(through: 13_496, whole), reason: .pause, from: .local, seam: ComparisonContext(rate: .speech))
        #expect(rest?.words.map(\.text) == ["five", "river"])
    }

    @Test func `knows a word that another has committed behind a gap, where it may lie in the gap by its time`() {
        var stitcher = Stitcher(channel: .first)
        _ = stitcher.giveUp(through: SampleIndex(milliseconds: 7_750, at: .speech))
        let untimed = [milliseconds("it's", 6_950, 7_376), milliseconds("very", 7_376, 7_802)]
        _ = stitcher.accept(final(through: 7_802, untimed), reason: .flush, from: .local, isFresh: true)
        let context = ComparisonContext(rate: .speech, origin: SampleIndex(milliseconds: 7_200, at: .speech), others: false)
        let timed = [milliseconds("very", 7_479, 7_764), milliseconds("very", 7_802, 8_130)]
        let rest = stitcher.accept(final(through: 8_130, timed), reason: .pause, from: .local, seam: context)
        #expect(rest?.words.map(\.text) == ["very"])
    }

    @Test func `knows what was heard in a gap, and who does not say where words lie says nothing new with it`() {
        let rate = SampleRate.speech
        func word(_ text: String, _ start: Int64, _ end: Int64) -> Word {
            Word(text, SampleRange(SampleIndex(milliseconds: start, at: rate), SampleIndex(milliseconds: end, at: rate)), confidence: 1)
        }
        func final(_ start: Int64, _ end: Int64, _ words: [Word]) -> Hypothesis {
            Hypothesis(range: SampleRange(SampleIndex(milliseconds: start, at: rate), SampleIndex(milliseconds: end, at: rate)), words: words)
        }
        var stitcher = Stitcher(channel: .first)
        _ = stitcher.giveUp(through: SampleIndex(milliseconds: 1_280, at: rate))
        let first = final(480, 1_234, [word("please", 480, 618), word("well", 667, 999), word("it's", 999, 1_234)])
        _ = stitcher.accept(first, reason: .length, from: .local)
        let second = stitcher.accept(final(1_234, 1_798, [word("well", 1_403, 1_798)]), reason: .endOfTurn, from: .local)
        #expect(second?.words.map(\.text) == ["well"])
        let again = [
            word("two", 0, 369), word("please", 369, 1_015), word("well", 1_015, 1_476), word("it's", 1_476, 1_938), word("well", 1_938, 2_399),
        ]
        let repaired = stitcher.accept(
            final(0, 2_399, again), reason: .pause, from: EngineName("repairer"), seam: ComparisonContext(rate: rate, origin: .zero, hasTimes: false))
        #expect(repaired?.words.map(\.text) == [])
    }

    @Test func `knows that words without times were over when their final was`() {
        let rate = SampleRate.speech
        func word(_ text: String, _ start: Int64, _ end: Int64) -> Word {
            Word(text, SampleRange(SampleIndex(milliseconds: start, at: rate), SampleIndex(milliseconds: end, at: rate)), confidence: 1)
        }
        func at(_ milliseconds: Int64) -> SampleIndex { SampleIndex(milliseconds: milliseconds, at: rate) }
        var stitcher = Stitcher(channel: .first)
        let first = Hypothesis(range: SampleRange(.zero, at(1_905)), words: [word("tell", 820, 1_186), word("five", 1_542, 1_905)])
        _ = stitcher.accept(first, reason: .length, from: .local, isFresh: true, bound: at(1_905))
        let second = Hypothesis(
            range: SampleRange(at(1_905), at(3_816)),
            words: [word("over", 1_905, 2_339), word("thirty", 2_339, 2_947), word("five", 2_947, 3_382), word("over", 3_382, 3_816)])
        _ = stitcher.accept(second, reason: .length, from: .local, isFresh: true, bound: at(3_816))
        // Who begins at 2.24 has not heard the first "five".
        let said = [word("35", 2_240, 2_674), word("over", 2_674, 3_397), word("35", 3_397, 3_830), word("over", 3_830, 4_698)]
        let commit = stitcher.accept(
            Hypothesis(range: SampleRange(at(2_240), at(4_698)), words: said), reason: .endOfAudio, from: EngineName("other"),
            seam: ComparisonContext(rate: rate, origin: at(2_240), hasTimes: false, others: false))
        #expect(commit?.words.map(\.text) == ["35", "over"])
    }

    @Test func `tells what an engine says again, without times, by that it hears alike each time`() {
        func at(_ milliseconds: Int64) -> SampleIndex { SampleIndex(milliseconds: milliseconds, at: .speech) }
        func words(_ script: String, from start: Int64, to end: Int64) -> [Word] {
            let texts = script.split(separator: " ").map(String.init), each = (end - start) / Int64(texts.count)
            return texts.enumerated().map { Word($1, SampleRange(at(start + Int64($0) * each), at(start + Int64($0 + 1) * each)), confidence: 1) }
        }
        func rest(of script: String, said engine: EngineName) -> [String]? {
            var stitcher = Stitcher(channel: .first)
            let said = Hypothesis(range: SampleRange(.zero, at(4_600)), words: words("week end week end and in to", from: 900, to: 4_600))
            _ = stitcher.accept(said, reason: .pause, from: EngineName("engine"), isFresh: true, bound: at(4_600))
            var context = ComparisonContext(rate: .speech, origin: at(3_520), hasTimes: false, others: false)
            context.engine = engine
            let again = Hypothesis(range: SampleRange(at(3_520), at(8_771)), words: words(script, from: 3_520, to: 8_771))
            return stitcher.accept(again, reason: .pause, from: engine, seam: context)?.words.map(\.text)
        }
        #expect(rest(of: "week end in to in to", said: EngineName("engine")) == ["week", "end", "in", "to", "in", "to"], "it has said “and” before")
        #expect(rest(of: "week end in to in to", said: EngineName("another")) == ["in", "to"], "who may have heard nothing for “and”")
        #expect(rest(of: "week end and in to in to", said: EngineName("engine")) == ["in", "to"])
    }

    @Test(arguments: [true, false]) func `knows a word again of which the end of a repair's audio left a part, heard as another`(isCut: Bool) {
        func word(_ text: String, _ start: Int64, _ end: Int64) -> Word {
            Word(text, SampleRange(SampleIndex(milliseconds: start, at: .speech), SampleIndex(milliseconds: end, at: .speech)), confidence: 1)
        }
        var stitcher = Stitcher(channel: .first)
        let cut = [word("and", 5_857, 5_959), word("uh.", 6_108, 6_200)]
        let repaired = Hypothesis(range: SampleRange(.zero, cut[1].range.end), words: cut)
        _ = stitcher.accept(repaired, reason: .pause, from: EngineName("repairer"), isFresh: true, isCut: isCut)
        let said = [word("and", 5_923, 6_132), word("it's", 6_228, 6_564)]
        let commit = stitcher.accept(
            Hypothesis(range: SampleRange(.zero, said[1].range.end), words: said), reason: .pause, from: .local,
            seam: ComparisonContext(rate: .speech, origin: SampleIndex(milliseconds: 4_480, at: .speech)))
        #expect(commit?.words.map(\.text) == (isCut ? [] : ["it's"]))
    }
}
