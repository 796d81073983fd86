import Speech
import Testing

@testable import Conversations

@Suite struct `Late words` {
    /// One a second, half a second long.
    private func words(_ texts: String..., from second: Int = 0) -> [SpokenWord] {
        texts.enumerated().map { index, text in
            SpokenWord(text, start: .seconds(second + index), end: .seconds(second + index) + .milliseconds(500), speaker: nil)
        }
    }

    private func segment(_ words: [SpokenWord], edited: Bool = false) -> Segment {
        Segment(
            id: ID("known"), text: words.map(\.text).joined(separator: " "), start: words[0].start, end: words[words.count - 1].end,
            words: edited ? [] : words.map { SegmentWord($0.text, start: $0.start, end: $0.end, confidence: 1) })
    }

    private func made(_ segments: [Segment], of words: [SpokenWord], in channel: ChannelIndex = .first) -> [String] {
        var count = 0
        return LateWords(in: segments).segments(of: words, in: channel) {
            count += 1
            return ID("new\(count)")
        }.map(\.text)
    }

    @Test func `are those that the conversation has not`() {
        let all = words("a", "b", "c", "d", "e")
        #expect(made([segment(Array(all[1...2]))], of: all) == ["a", "d e"])
        #expect(made([segment(all)], of: all) == [])
        #expect(made([], of: all) == ["a b c d e"])
    }

    @Test func `are never joined across words that are there`() {
        let all = words("a", "b", "c")
        #expect(made([segment([all[1]])], of: all) == ["a", "c"])
        #expect(made([segment([all[0]]), segment([all[2]])], of: all) == ["b"])
    }

    @Test func `do not come back where somebody has edited the text`() {
        let all = words("a", "b", "c", "d")
        #expect(made([segment(Array(all[0...2]), edited: true)], of: all) == ["d"])
    }

    @Test func `do not come back where somebody has removed words`() {
        let all = words("a", "b", "c", "d")
        #expect(made([segment(Array(all[0...2])).edited(to: "a c")], of: all) == ["d"])
    }

    @Test func `are compared within their channel`() {
        let all = words("a", "b")
        #expect(made([segment(all)], of: all, in: ChannelIndex(1)) == ["a b"])
    }
}
