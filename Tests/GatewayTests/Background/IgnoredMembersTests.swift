import Framing
import Gateway
import HarkenTesting
import Net
import Protocols
import Speech
import Testing

/// The header that names members of requests for background work which have no effect.
@Suite(.hangLimit) struct `A member without an effect` {
    private func with(_ body: (TestGateway) async throws -> Void) async throws {
        let engine = ChunkEngine(.local) { (_, _) async throws(EngineError) in [.at(6, "Hello.")] }
        try await TestGateway.with(
            ScriptedEngine(), keys: TestKeys(valid: []), recorded: [engine], change: { $0.engines = [engine.name] }, now: { TestGateway.daytime }
        ) { gateway in
            await gateway.resumeJobs()
            try await body(gateway)
        }
    }

    @Test func `is named in the answers to a recording in chunks`() async throws {
        try await with { gateway in
            let body = Array(#"{"language":"en","diarize":true,"client_conversation_id":"mine"}"#.utf8)
            let start = try await gateway.desktop(.post, "background-conversation/start", body: body)
            #expect(start.status == 200 && start.headers[IgnoredOptions.header] == "diarize, client_conversation_id", "\(start.text)")
            let id = start.string("conversation_id") ?? ""
            // The same chunk again is told so again.
            for _ in 1...2 {
                let chunk = try await gateway.sendChunk("a", at: 0, of: id, more: "&model=nova-3&keywords=x,Harken")
                #expect(
                    chunk.status == 200 && chunk.headers[IgnoredOptions.header] == IgnoredOptions.value(["model", "keywords=x"]), "\(chunk.text)")
            }
            let plain = try await gateway.sendChunk("b", at: 15_000, of: id, more: "&keywords=Harken&model=")
            #expect(plain.status == 200 && plain.headers[IgnoredOptions.header] == nil, "\(plain.text)")
            let wrong = try await gateway.sendChunk("c", at: 30_000, of: id, more: "&persist=maybe")
            #expect(wrong.status == 422 && wrong.string("code") == "bad_parameter", "\(wrong.text)")
            let unkept = try await gateway.desktop(
                .post, "background-transcribe?chunk_start_ms=0&diarize=true", body: [UInt8](repeating: 0, count: 160_000))
            #expect(unkept.status == 200 && unkept.headers[IgnoredOptions.header] == "diarize", "\(unkept.text)")
        }
    }

    @Test func `is named in the answer to files of a device`() async throws {
        try await with { gateway in
            let file = (name: OfflineFiles.name(at: 1_710_000_000), bytes: OfflineFiles.frames(seconds: 3))
            let answer = try await gateway.sendFiles([file], query: "?diarize=true", fields: [("language", "en"), ("title", "A walk")])
            #expect(answer.status == 202 && answer.headers[IgnoredOptions.header] == "diarize, title", "\(answer.text)")
            let plain = try await gateway.sendFiles([file], fields: [("language", "en")])
            #expect(plain.status == 202 && plain.headers[IgnoredOptions.header] == nil, "\(plain.text)")
        }
    }
}
