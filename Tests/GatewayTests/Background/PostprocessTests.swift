import Conversations
import Framing
import Gateway
import HarkenTesting
import Net
import Speech
import Store
import Testing

@Suite(.hangLimit) struct `A conversation that is recognised once more` {
    private static let day = 1_710_000_000

    /// A gateway with a conversation of two files that say "First." and "Second."; later the engine says other words.
    private func with(
        _ later: @escaping @Sendable (Int) async throws(EngineError) -> [Word] = { count in [.at(1, "New\(count).")] },
        _ body: (TestGateway, String, ChunkEngine) async throws -> Void
    ) async throws {
        let engine = ChunkEngine(.local) { (count, _) async throws(EngineError) in
            count < 2 ? [.at(1, count == 0 ? "First." : "Second.")] : try await later(count)
        }
        try await TestGateway.with(ScriptedEngine(), keys: TestKeys(valid: []), recorded: [engine]) { gateway in
            await gateway.resumeJobs()
            let files = [0, 20].map { (name: OfflineFiles.name(at: Self.day + $0), bytes: OfflineFiles.frames(seconds: 5, sample: Int16($0))) }
            let id = try #require(try await gateway.synchronize(files).string("conversation_id"))
            try await body(gateway, id, engine)
        }
    }

    private func postprocess(_ id: String, _ gateway: TestGateway, headers: HTTPHeaders = [:]) async throws -> TestGateway.Answer {
        let accepted = try await gateway.api(.post, "/api/v1/conversations/\(id)/postprocess", headers: headers)
        guard accepted.status == 202, let address = accepted.string("status_url") else { return accepted }
        return try await untilSome {
            let state = try await gateway.api(.get, address)
            return ["queued", "processing"].contains(state.string("status") ?? "") ? nil : state
        }
    }

    @Test func `has the new words, at their places`() async throws {
        try await with { gateway, id, _ in
            #expect(try await gateway.conversation(id).texts == ["First.", "Second."])
            let state = try await postprocess(id, gateway)
            #expect(state.string("status") == "completed", "\(state.text)")
            #expect(state.string("conversation_id") == id)
            let conversation = try await gateway.conversation(id)
            #expect(conversation.texts == ["New2.", "New3."])
            #expect(conversation.string("status") == "completed")
            let hits = try await gateway.api(.get, "/api/v1/search?q=First").text
            #expect(hits.contains(#""hits":[]"#), "\(hits)")
            #expect(try await gateway.api(.get, "/api/v1/usage").text.contains(#""workload":"postprocess""#))
        }
    }

    @Test func `keeps what people have done to it`() async throws {
        try await with { gateway, id, _ in
            guard case .array(let segments)? = try await gateway.conversation(id).json["segments"], segments.count == 2,
                case .string(let first)? = segments[0]["id"], case .string(let second)? = segments[1]["id"]
            else {
                Issue.record("no segments")
                return
            }
            let path = "/api/v1/conversations/\(id)/segments/"
            #expect(try await gateway.api(.patch, path + first, body: #"{"text":"By hand."}"#).status == 200)
            #expect(try await gateway.api(.post, path + "assign", body: #"{"is_user":true,"segment_ids":["\#(second)"]}"#).status == 200)
            #expect(try await postprocess(id, gateway).string("status") == "completed")
            let conversation = try await gateway.conversation(id)
            #expect(conversation.texts == ["By hand.", "New3."])
            guard case .array(let after)? = conversation.json["segments"] else { return }
            #expect(after.map { $0["is_user"] } == [.bool(false), .bool(true)])
        }
    }

    @Test func `stays as it is when a part cannot be recognised`() async throws {
        try await with { (count) async throws(EngineError) in
            guard count == 2 else { throw .badRequest("not this") }
            return [.at(1, "New.")]
        } _: { gateway, id, _ in
            let state = try await postprocess(id, gateway)
            #expect(state.string("status") == "failed")
            #expect(state.string("error")?.contains("audio_not_usable") == true)
            #expect(try await gateway.conversation(id).texts == ["First.", "Second."])
        }
    }

    @Test func `has its language found when the list of its user lacks it`() async throws {
        let engine = ChunkEngine(.local) { (count, options) async throws(EngineError) in
            guard count > 0 else { return [.at(1, "First.")] }
            guard options.language == nil, options.shared.languages == [.english, LanguageTag("fr")] else { throw .badRequest("not this") }
            return [.at(1, "New.")]
        }
        try await TestGateway.with(ScriptedEngine(), keys: TestKeys(valid: []), recorded: [engine]) { gateway in
            await gateway.resumeJobs()
            let files = [(name: OfflineFiles.name(at: Self.day), bytes: OfflineFiles.frames(seconds: 5))]
            let id = try #require(try await gateway.synchronize(files, query: "?language=de").string("conversation_id"))
            #expect(try await gateway.conversation(id).string("language") == "de")
            #expect(try await gateway.api(.patch, "/api/v1/users/me/settings", body: #"{"languages":["en","fr"]}"#).status == 200)
            let state = try await postprocess(id, gateway)
            #expect(state.string("status") == "completed", "\(state.text)")
            #expect(try await gateway.conversation(id).texts == ["New."])
        }
    }

    @Test func `is silent where words are hidden that were not heard before`() async throws {
        let engine = ChunkEngine(.local) { (count, _) async throws(EngineError) in [.at(1, count == 0 ? "First." : "4242424242424242")] }
        try await TestGateway.with(ScriptedEngine(), keys: TestKeys(valid: []), settings: ["HARKEN_REDACT": "pci"], recorded: [engine]) { gateway in
            await gateway.resumeJobs()
            let files = [(name: OfflineFiles.name(at: Self.day), bytes: OfflineFiles.frames(seconds: 5))]
            let id = try #require(try await gateway.synchronize(files).string("conversation_id"))
            let store = try gateway.store(), conversation = ID<Conversation>(id)
            let before = try await store.audio(of: conversation, of: .local)
            #expect(try await postprocess(id, gateway).string("status") == "completed")
            #expect(try await gateway.conversation(id).texts == ["[card_number]"])
            let after = try await store.audio(of: conversation, of: .local)
            #expect(before.count == 1 && after.count == 1 && after[0].file != before[0].file, "a silenced file has taken its place")
        }
    }

    @Test func `is rejected without audio, and where there is none`() async throws {
        try await with { gateway, _, _ in
            let missing = [
                try await gateway.api(.post, "/api/v1/conversations/none/postprocess"), try await gateway.api(.get, "/api/v1/jobs/none"),
            ]
            #expect(missing.map(\.status) == [404, 404])
        }
        let engine = ChunkEngine(.local) { (_, _) async throws(EngineError) in [.at(1, "Hello.")] }
        try await TestGateway.with(ScriptedEngine(), keys: TestKeys(valid: []), settings: ["HARKEN_AUDIO_DAYS": "0"], recorded: [engine]) { gateway in
            await gateway.resumeJobs()
            let state = try await gateway.synchronize([(OfflineFiles.name(at: Self.day), OfflineFiles.frames(seconds: 5))])
            let id = try #require(state.string("conversation_id"))
            let answer = try await gateway.api(.post, "/api/v1/conversations/\(id)/postprocess")
            #expect(answer.status == 409)
            #expect(answer.text.contains("no_audio"))
        }
    }

    @Test func `never goes to the operator's engine when a key of the caller's cannot be used`() async throws {
        try await with { gateway, id, engine in
            let state = try await postprocess(id, gateway, headers: ["X-BYOK-AssemblyAI": "key"])
            #expect(state.string("status") == "failed", "\(state.text)")
            #expect(state.string("error")?.isEmpty == false)
            #expect(engine.count == 2)
        }
    }
}
