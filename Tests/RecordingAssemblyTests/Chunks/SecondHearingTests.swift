import Conversations
import HarkenTesting
import RecordingAssembly
import Speakers
import Speech
import Testing

@Suite struct `A second hearing` {
    private func hearing(of old: [Segment], in chunks: [RecognizedChunk]) -> SecondHearing {
        SecondHearing(of: old, in: chunks, speakers: Reconciliation(chunks)) { ID("\($0.chunk)/\($0.word)") }
    }

    @Test func `replaces words, and lets a segment without words stand`() {
        let word = SegmentWord("old", start: .seconds(1), end: .seconds(2), confidence: 1)
        let old = [
            Segment(id: ID("spoken"), text: "old", start: .seconds(1), end: .seconds(2), words: [word]),
            Segment(id: ID("edited"), text: "by hand", start: .seconds(5), end: .seconds(7)),
        ]
        let heard = hearing(of: old, in: [.at(0, [("new", 1, 0.5, nil), ("hidden", 6, 0.2, nil)])])
        #expect(heard.removed == [ID("spoken")])
        #expect(heard.new.map(\.text) == ["new"])
    }

    @Test func `goes on beside a segment that ends before it starts`() {
        let old = [Segment(id: ID("backwards"), text: "", start: .seconds(5), end: .seconds(3))]
        let heard = hearing(of: old, in: [.at(0, [("new", 4, 0.5, nil)])])
        #expect(heard.removed.isEmpty && heard.new.map(\.text) == ["new"])
    }
}
