import Framing
import Gateway
import HarkenTesting
import Net
import Protocols
import Speech
import Testing

/// Other tracks, holes and cuts of chunks, of files of devices and of imports.
@Suite(.hangLimit) struct `What was noticed about a recording` {
    private static let notices: [RecordingNotice] = [
        .otherTracks(heard: 1, total: 2, names: ["Mic", "Desktop"]), .holes(count: 1, total: .seconds(2), first: .seconds(3)),
    ]
    private static let texts = notices.map { JSONValue.string($0.text(by: .parameter)) }

    private func with(_ notices: [RecordingNotice] = Self.notices, _ body: (TestGateway) async throws -> Void) async throws {
        let engine = ChunkEngine(.local, notices: notices) { (_, _) async throws(EngineError) in [.at(6, "Hello.")] }
        try await TestGateway.with(
            ScriptedEngine(), keys: TestKeys(valid: []), recorded: [engine], change: { $0.engines = [engine.name] }, now: { TestGateway.daytime }
        ) { gateway in
            await gateway.resumeJobs()
            try await body(gateway)
        }
    }

    private func told(of conversation: String, _ gateway: TestGateway) async throws -> [JSONValue] {
        let gaps = try await gateway.api(.get, "/api/v1/conversations/\(conversation)/gaps")
        guard case .array(let warnings)? = gaps.json["warnings"] else {
            Issue.record("\(gaps.text)")
            return []
        }
        return warnings
    }

    @Test func `is in the answer to a chunk, to the same chunk again, and with its conversation`() async throws {
        try await with { gateway in
            let id = try await gateway.startRecording()
            for chunk in ["a", "a", "b"] {
                let answer = try await gateway.sendChunk(chunk, at: chunk == "a" ? 0 : 15_000, of: id)
                #expect(answer.json["warnings"] == .array(Self.texts) && answer.json["sound_tracks"] == 2, "\(answer.text)")
                let headers = answer.headers.values(RecordingNotices.header)
                #expect(headers.count == 2 && headers.first?.contains("Mic") == false, "\(headers)")
            }
            // The second chunk's hole stands at its place in the conversation.
            func holes() async throws -> [JSONValue] { try await told(of: id, gateway).filter { "\($0)".contains("no sound from") } }
            let first = try await holes()
            #expect(first.count == 2 && "\(first)".contains("00:03") && "\(first)".contains("00:18"), "\(first)")
            #expect(try await gateway.finishRecording(id).status == 200)
            let later = try await holes()
            #expect(later == first)
            // What a finished recording's chunks keep has no text from the file.
            let all = try await told(of: id, gateway)
            #expect(all.count == 4 && !"\(all)".contains("Mic"), "\(all)")
        }
    }

    @Test func `is in the answer to a chunk that is not kept`() async throws {
        try await with { gateway in
            let answer = try await gateway.desktop(
                .post, "background-transcribe?chunk_start_ms=0", body: [UInt8](repeating: 0, count: 160_000))
            #expect(answer.json["warnings"] == .array(Self.texts) && answer.headers.values(RecordingNotices.header).count == 2, "\(answer.text)")
        }
    }

    @Test func `is in the states of jobs, for each file`() async throws {
        try await with { gateway in
            let state = try await gateway.synchronize([(OfflineFiles.name(at: 1_710_000_000), OfflineFiles.frames(seconds: 3))])
            guard case .array(let files)? = state.json["files"] else {
                Issue.record("\(state.text)")
                return
            }
            #expect(files.map { $0["warnings"] } == [.array(Self.texts)], "\(state.text)")
            let imported = try await gateway.imported(RecordingFile.tone(seconds: 15), name: "Talk.wav")
            #expect(imported.json["warnings"] == .array(Self.texts), "\(imported.text)")
            let warnings = try await told(of: imported.string("conversation_id") ?? "", gateway)
            #expect(warnings.count == 2)
        }
    }

    @Test func `is nowhere when nothing was noticed`() async throws {
        try await with([]) { gateway in
            let id = try await gateway.startRecording(), answer = try await gateway.sendChunk("a", at: 0, of: id)
            #expect(answer.json["warnings"] == nil && answer.headers[RecordingNotices.header] == nil, "\(answer.text)")
            let warnings = try await told(of: id, gateway)
            #expect(warnings == [])
        }
    }
}
