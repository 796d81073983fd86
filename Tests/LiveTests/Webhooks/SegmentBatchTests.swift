import Conversations
@testable import Live
import Speech
import Testing

@Suite struct `Segments that wait for a webhook` {
    private func segment(_ id: Int, _ text: String = "word") -> Segment {
        Segment(
            id: ID("s\(id)"), text: text, start: .seconds(id), end: .seconds(id + 1),
            words: [SegmentWord("word", start: .zero, end: .seconds(1), confidence: 1)])
    }

    @Test func `are sent once, each in its newest form`() {
        var batch = SegmentBatch()
        batch.add([segment(1), segment(2)])
        batch.add([segment(1, "word word"), segment(3)])
        batch.remove([ID("s2")])
        #expect(batch.take().map(\.text) == ["word word", "word"])
        #expect(batch.isEmpty && batch.take().isEmpty)
    }

    @Test func `are at most 500, of which the oldest are dropped and counted`() {
        var batch = SegmentBatch()
        batch.add((0..<499).map { segment($0) })
        #expect(batch.dropped == 0)
        batch.add((499..<503).map { segment($0) })
        #expect(batch.dropped == 3)
        let left = batch.take()
        #expect(batch.dropped == 0)
        #expect(left.map(\.id) == (3..<503).map { ID("s\($0)") })
        #expect(left.flatMap { $0.words }.isEmpty)
    }

    @Test func `come back before newer ones when they were not sent`() {
        var batch = SegmentBatch()
        batch.add([segment(1), segment(2)])
        let taken = batch.take()
        batch.add([segment(2, "word word"), segment(3)])
        batch.putBack(taken)
        #expect(batch.take().map(\.text) == ["word", "word word", "word"])
        #expect(batch.dropped == 0)
        batch.add((0..<400).map { segment($0) })
        let many = batch.take()
        batch.add((400..<600).map { segment($0) })
        batch.putBack(many, dropped: 7)
        #expect(batch.dropped == 107)
        #expect(batch.take().map(\.id) == (100..<600).map { ID("s\($0)") })
    }
}
