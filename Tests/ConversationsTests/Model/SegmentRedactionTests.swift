import Conversations
import Speech
import Testing

@Suite struct `A redacted segment` {
    private func word(_ text: String, _ start: Int, _ end: Int) -> SegmentWord {
        SegmentWord(text, start: .seconds(start), end: .seconds(end), confidence: 0.5)
    }

    private var segment: Segment {
        Segment(
            id: ID("s"), text: "my number is five six", start: .seconds(10), end: .seconds(15),
            words: [word("my", 10, 11), word("number", 11, 12), word("is", 12, 13), word("five", 13, 14), word("six", 14, 15)])
    }

    @Test func `has one word in place of those that were said in that time`() throws {
        let redacted = try #require(segment.redacting(.milliseconds(13_500)..<(.seconds(20))))
        #expect(redacted.text == "my number is [redacted]")
        #expect(redacted.words.map(\.text) == ["my", "number", "is", Segment.redacted])
        #expect(redacted.words.last?.start == .seconds(13) && redacted.words.last?.end == .seconds(15))
        #expect(redacted.redacting(.milliseconds(13_500)..<(.seconds(20))) == nil, "a second time changes nothing")
    }

    @Test func `stays as it is when no word was said in that time`() {
        #expect(segment.redacting(.zero..<(.seconds(10))) == nil)
        #expect(segment.redacting(.seconds(15)..<(.seconds(16))) == nil)
    }

    @Test func `is redacted as a whole when the times of its words are not known`() {
        var segment = segment
        segment.words = []
        #expect(segment.redacting(.seconds(14)..<(.seconds(20)))?.text == Segment.redacted)
    }
}
