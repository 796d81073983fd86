import RecordingAssembly
import Speech
import Testing

@testable import Recordings

/// What is told about a file stays with its words in the store.
@Suite struct `Notices about a file` {
    private static let notices: [RecordingNotice] = [
        .otherTracks(heard: 1, total: 2, names: ["Mic", "Desktop"]), .silentTrack(2), .holes(count: 1, total: .seconds(2), first: .seconds(3)),
        .cut(at: .seconds(3), of: nil), .damaged(packets: 4), .mixedChannels(count: 2),
    ]

    @Test(arguments: [[], notices])
    func `stay with a chunk, also when its words are in the conversation`(notices: [RecordingNotice]) {
        var chunk = RecognizedChunk(
            id: "c", start: .seconds(9), duration: .seconds(5), words: [ChunkWord("Hello.", start: .seconds(1), end: .seconds(2))], engine: .local)
        chunk.notices = notices
        #expect(RecognizedChunk(chunk.record, id: "c", start: .seconds(9), duration: .seconds(5)) == chunk)
        // The store finds the chunks that have some by this.
        #expect([chunk.record, RecognizedChunk.emptied(chunk.record)].allSatisfy { $0.contains(RecognizedChunk.noticesMark) == !notices.isEmpty })
        let emptied = RecognizedChunk(RecognizedChunk.emptied(chunk.record), id: "c", start: .zero, duration: .zero)
        // The names are text from the file.
        #expect(emptied?.words == [] && emptied?.notices == notices.map(\.withoutNames))
    }

    @Test(arguments: [[], notices])
    func `stay with a job's report`(notices: [RecordingNotice]) {
        var report = WorkloadReport()
        report.conversations = ["a"]
        report.add(nil, notices)
        #expect(WorkloadReport(report.bytes) == report)
        #expect(report.hasOtherTracks == !notices.isEmpty && report.hasMixedChannels == !notices.isEmpty)
    }
}
