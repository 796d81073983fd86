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
        #expect(batch.add([segment(1), segment(2)]) == 0)
        #expect(batch.add([segment(1, "word word"), segment(3)]) == 0)
        batch.remove([ID("s2")])
        #expect(batch.take().map(\.text) == ["word word", "word"])
        #expect(batch.isEmpty && batch.take().isEmpty)
    }

    @Test func `are at most 500, of which the oldest are dropped and counted`() {
        var batch = SegmentBatch()
        #expect(batch.add((0..<499).map { segment($0) }) == 0)
        #expect(batch.add((499..<503).map { segment($0) }) == 3)
        let left = batch.take()
        #expect(left.map(\.id) == (3..<503).map { ID("s\($0)") })
        #expect(left.flatMap { $0.words }.isEmpty)
    }

    @Test(arguments: [
        (200, WebhookSender.Answer.accepted), (204, .accepted), (299, .accepted), (302, .failed), (400, .rejected), (404, .rejected),
        (408, .failed), (410, .rejected), (429, .failed), (499, .rejected), (500, .failed), (503, .failed),
    ]) func `are sent again where the receiver may take them later`(status: Int, answer: WebhookSender.Answer) {
        #expect(WebhookSender.Answer(status: status) == answer)
    }
}
