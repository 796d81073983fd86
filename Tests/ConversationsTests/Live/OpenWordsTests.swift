import Speech
import Testing

@testable import Conversations

@Suite("Open words of a conversation") struct OpenWordsTests {
    private var open = OpenWords()

    /// Words of a second each.
    private func words(_ text: String, at second: Int) -> [Word] {
        text.split(separator: " ").enumerated().map { index, word in
            Word(String(word), SampleRange(SampleIndex(Int64(16_000 * (second + index))), count: SampleCount(16_000)), confidence: 1)
        }
    }

    private mutating func guess(_ text: String, at second: Int, in channel: ChannelIndex = .first) -> String {
        let words = words(text, at: second), start = SampleIndex(Int64(16_000 * second))
        return open.guessed(Hypothesis(channel: channel, range: SampleRange(start, words.last?.range.end ?? start), words: words)).text
    }

    private mutating func commit(_ text: String, at second: Int) {
        let words = words(text, at: second)
        open.covered(through: words.last?.range.end ?? .zero, in: .first)
        open.committed(words, in: .first)
    }

    @Test mutating func `are the engine's guess while nothing waits`() {
        #expect(guess("one tw", at: 0) == "one tw")
        #expect(guess("", at: 0) == "")
        #expect(open.all.isEmpty)
    }

    @Test mutating func `are also the final words that wait for their speaker, from their beginning to the guess's end`() {
        _ = guess("one too three", at: 0)
        commit("one two", at: 0)
        #expect(open.interim(of: .first).text == "one two three")
        #expect(open.interim(of: .first).range == SampleRange(.zero, SampleIndex(48_000)))
        #expect(guess("three four", at: 2) == "one two three four")
    }

    @Test mutating func `are the rest when segments show what was final`() {
        commit("one two", at: 0)
        commit("three", at: 2)
        _ = guess("four", at: 3)
        open.added(2, in: .first)
        #expect(open.interim(of: .first).text == "one two three four", "the client does not have the segment yet")
        open.shown()
        #expect(open.all.map(\.text) == ["three four"])
        open.added(1, in: .first)
        open.shown()
        #expect(open.all.map(\.text) == ["four"])
    }

    @Test mutating func `are not the rest of a guess whose turn is final at other times`() {
        _ = guess("one two three", at: 0)
        let end = SampleIndex(36_000)
        open.covered(through: end, in: .first)
        #expect(open.interim(of: .first).text == "three")
        open.turnEnded(through: end, in: .first)
        #expect(open.all.isEmpty)
        _ = guess("four", at: 4)
        open.turnEnded(through: SampleIndex(48_000), in: .first)
        #expect(open.all.map(\.text) == ["four"], "a guess behind the turn stays")
    }

    @Test mutating func `are apart for each channel`() {
        let other = ChannelIndex(1)
        commit("one", at: 0)
        #expect(guess("uno", at: 0, in: other) == "uno")
        open.added(1, in: .first)
        open.shown()
        #expect(open.all.map(\.channel) == [other])
    }

    @Test mutating func `are bounded where nobody shows them`() {
        for second in 0..<1_500 { commit("w\(second)", at: second) }
        let interim = open.interim(of: .first)
        #expect(interim.words.count == 1_000 && interim.words.last?.text == "w1499")
    }
}
