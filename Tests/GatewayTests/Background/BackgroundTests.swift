import Conversations
import Foundation
import Framing
import Gateway
import HarkenTesting
import Net
import Speech
import Store
import Synchronization
import Testing

@Suite(.hangLimit) struct `A recording in chunks` {
    /// Says the same word in each chunk, 6 s after its start, or what is told.
    private func engine(
        _ name: EngineName = .local, _ answer: @escaping @Sendable (Int) async throws(EngineError) -> [Word] = { _ in [.at(6, "Hello.")] }
    ) -> ChunkEngine { ChunkEngine(name) { (count, _) async throws(EngineError) in try await answer(count) } }

    private func with(
        _ engines: [any PrerecordedEngine], keys: TestKeys = TestKeys(valid: []), settings: [String: String] = [:],
        _ body: (TestGateway) async throws -> Void
    ) async throws {
        try await TestGateway.with(
            ScriptedEngine(), keys: keys, settings: settings, recorded: engines, now: { TestGateway.daytime }
        ) { gateway in try await body(gateway) }
    }

    @Test func `becomes one conversation, each word at its place`() async throws {
        try await with([engine()]) { gateway in
            let id = try await gateway.startRecording()
            let first = try await gateway.sendChunk("a", at: 0, of: id)
            #expect(first.status == 200, "\(first.text)")
            #expect(first.texts == ["Hello."])
            #expect(first.json["chunk_duration_ms"] == 15_000)
            #expect(first.json["provider"] == "local")
            #expect(first.json["duplicate"] == .bool(false))
            let second = try await gateway.sendChunk("b", at: 29_000, of: id)
            guard case .array(let segments)? = second.json["segments"] else {
                Issue.record("no segments")
                return
            }
            #expect(segments.map { $0["start"] } == [.double(35)] || segments.map { $0["start"] } == [35])
            let done = try await gateway.finishRecording(id)
            #expect(done.status == 200)
            #expect(done.texts == ["Hello.", "Hello."])
            #expect(done.json["status"] == "completed")
            #expect(try await gateway.finishRecording(id).text == done.text)
            let usage = try await gateway.send(.get, "/api/v1/usage").text
            #expect(usage.contains(#""workload":"background""#))
            #expect(usage.contains(#""runs":2"#))
        }
    }

    @Test func `hides a number that is cut between two chunks`() async throws {
        let secret = "42424242"
        let words: [[Word]] = [[.at(12, "it's"), .at(14, secret)], [.at(0, secret), .at(2, "thanks")]]
        try await with([engine { words[$0] }], settings: ["HARKEN_REDACT": "pci"]) { gateway in
            let id = try await gateway.startRecording()
            let first = try await gateway.sendChunk("a", at: 0, of: id)
            let second = try await gateway.sendChunk("b", at: 15_000, of: id, fill: 1)
            let done = try await gateway.finishRecording(id)
            for answer in [first, second, done] {
                #expect(answer.status == 200 && answer.text.contains("[card_number]") && !answer.text.contains(secret), "\(answer.text)")
            }
            #expect(done.text.contains("it's") && done.text.contains("thanks"), "\(done.text)")
            let names = try #require(FileManager.default.enumerator(atPath: gateway.directory)).compactMap { $0 as? String }
            let leaks = names.filter { FileManager.default.contents(atPath: gateway.directory + "/" + $0)?.has(Array(secret.utf8)) == true }
            #expect(names.contains("harken.db") && leaks.isEmpty, "\(leaks)")
        }
    }

    /// A speaker who comes again behind another one is a part of their own, until a voice joins the parts.
    @Test func `tells of each chunk's speakers, their parts, and whom they became`() async throws {
        let words = [(1.0, "One.", 0), (3, "Two.", 1), (5, "Three.", 0), (7, "Four.", 2)].map { Word.at($0.0, $0.1, speaker: $0.2) }
        try await with([engine { _ in words }]) { gateway in
            let answer = try await gateway.sendChunk("a", at: 0, of: try await gateway.startRecording())
            let told = try #require(answer.json["speaker_diagnostics"])
            #expect(told["provider_cluster_count"] == 4, "\(answer.text)")
            #expect(told["provider_clusters"] == ["0::local_part:1", "0::local_part:2", "1", "2"], "\(answer.text)")
            #expect(told["speaker_split_cluster_count"] == 2 && told["speaker_split_segment_count"] == 2, "\(answer.text)")
            #expect(told["cannot_link_violations_prevented"] == 1 && told["speaker_reconciliation_accepted_count"] == 0, "\(answer.text)")
            guard case .array(let ids)? = told["mapped_speaker_ids"], case .array(let labels)? = told["mapped_speaker_labels"] else {
                return #expect(Bool(false), "\(answer.text)")
            }
            #expect(told["mapped_speaker_count"] == .int(ids.count) && ids == (0..<ids.count).map { .int($0) } && ids.count >= 3)
            #expect(labels == ids.indices.map { .string("SPEAKER_0\($0)") })
        }
    }

    @Test func `in which nothing was said is none`() async throws {
        try await with([engine { _ in [] }]) { gateway in
            let id = try await gateway.startRecording()
            #expect(try await gateway.sendChunk("a", at: 0, of: id).texts == [])
            let done = try await gateway.finishRecording(id)
            #expect(done.status == 200)
            #expect(done.string("status") == "discarded")
            #expect(try await gateway.finishRecording(id).text == done.text)
        }
    }

    @Test func `may come again when it could not be recognised`() async throws {
        let engine = engine { (count) async throws(EngineError) in
            if count < 2 { throw .unavailable("secret words of the vendor") }
            return [.at(1, "at last")]
        }
        try await with([engine]) { gateway in
            let id = try await gateway.startRecording()
            let failed = try await gateway.sendChunk("a", at: 0, of: id)
            #expect(failed.status == 500)
            #expect(failed.string("detail")?.hasPrefix("Transcription failed: provider_failure") == true)
            #expect(!failed.text.contains("secret"))
            #expect(engine.count == 2)
            #expect(try await gateway.sendChunk("a", at: 0, of: id).texts == ["at last"])
        }
    }

    @Test func `is booked under the model that the failed engine was asked for`() async throws {
        let engine = engine { (_) async throws(EngineError) in throw .unavailable("down") }
        try await with([engine]) { gateway in
            let id = try await gateway.startRecording()
            #expect(try await gateway.sendChunk("a", at: 0, of: id).status == 500)
            let usage = try await gateway.send(.get, "/api/v1/usage").text
            let model = try #require(engine.capabilities.models.first)
            #expect(usage.contains("\"model\":\"\(model)\"") && usage.contains(#""failed":1"#), "\(usage)")
        }
    }

    @Test func `is charged once for time that chunks share`() async throws {
        let keys = TestKeys(valid: ["key"], credit: .seconds(100))
        try await with([engine()], keys: keys) { gateway in
            let id = try await gateway.startRecording(key: "key")
            for (chunk, start) in [("a", 0), ("b", 14_500), ("a", 0)] {
                #expect(try await gateway.sendChunk(chunk, at: start, of: id, key: "key").status == 200)
            }
            try await until { keys.credit("key") == .seconds(100 - 29.5) }
        }
    }

    // MARK: Who is asked

    @Test func `goes to Deepgram when AssemblyAI has failed and that is allowed`() async throws {
        let failing = engine(EngineName("assemblyai")) { (_) async throws(EngineError) in throw .timedOut("Late.") }
        let other = engine(EngineName("deepgram"))
        let settings = ["ASSEMBLYAI_BACKGROUND_STT_ENABLED": "true", "ASSEMBLYAI_PRERECORDED_STT_FALLBACK_ENABLED": "true"]
        try await with([failing, other], settings: settings) { gateway in
            let id = try await gateway.startRecording()
            let answer = try await gateway.sendChunk("a", at: 0, of: id)
            #expect(answer.json["provider"] == "deepgram")
            #expect(failing.count == 2)
            #expect(other.count == 1)
            let metrics = try await gateway.send(.get, "/metrics").text
            #expect(
                metrics.contains(
                    #"harken_transcription_provider_fallbacks_total{from_provider="assemblyai",to_provider="deepgram",workload="background",reason="provider_timeout"} 1"#
                ))
        }
    }

    @Test func `fails closed where nobody may take over`() async throws {
        let failing = engine(EngineName("assemblyai")) { (_) async throws(EngineError) in throw .unavailable("down") }
        let other = engine(EngineName("deepgram"))
        try await with([failing, other], settings: ["ASSEMBLYAI_BACKGROUND_STT_ENABLED": "true"]) { gateway in
            let id = try await gateway.startRecording()
            #expect(try await gateway.sendChunk("a", at: 0, of: id).status == 500)
            #expect(other.count == 0)
        }
    }

    @Test func `goes back to the baseline by settings alone, what runs ends where it began`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "harken-gateway-\(UUID().uuidString)").path
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let vendor = engine(EngineName("assemblyai")) { (count) async throws(EngineError) in
            if count == 1 { for await _ in gate { break } }
            return [.at(1, "Vendor.")]
        }
        let baseline = engine(EngineName("deepgram")) { _ in [.at(1, "Baseline.")] }
        var id = ""
        try await TestGateway.with(
            ScriptedEngine(), keys: TestKeys(valid: []), settings: ["ASSEMBLYAI_BACKGROUND_STT_ENABLED": "true"], directory: folder,
            keepsDirectory: true, recorded: [vendor, baseline]
        ) { gateway in
            id = try await gateway.startRecording()
            #expect(try await gateway.sendChunk("a", at: 0, of: id).json["provider"] == "assemblyai")
            let name = id
            async let running = gateway.sendChunk("b", at: 20_000, of: name)
            try await until { vendor.count == 2 }
            open.yield()
            #expect(try await running.json["provider"] == "assemblyai")
        }
        try await TestGateway.with(ScriptedEngine(), keys: TestKeys(valid: []), directory: folder, recorded: [vendor, baseline]) { gateway in
            let next = try await gateway.sendChunk("c", at: 40_000, of: id)
            #expect(next.json["provider"] == "deepgram")
            #expect(try await gateway.finishRecording(id).texts == ["Vendor.", "Vendor.", "Baseline."])
        }
        #expect(vendor.count == 2 && baseline.count == 1)
    }

    @Test func `lets a shadow hear it, whose words go nowhere`() async throws {
        let shadow = engine(EngineName("assemblyai")) { _ in [.at(1, "unseen")] }
        let settings = ["ASSEMBLYAI_BACKGROUND_STT_ENABLED": "true", "ASSEMBLYAI_BACKGROUND_PROVIDER_MODE": "shadow_only"]
        try await with([shadow, engine(EngineName("deepgram"))], settings: settings) { gateway in
            let id = try await gateway.startRecording()
            #expect(try await gateway.sendChunk("a", at: 0, of: id).texts == ["Hello."])
            try await until { shadow.count == 1 }
            #expect(try await gateway.finishRecording(id).texts == ["Hello."])
        }
    }

    @Test func `never lets the operator pay for a key that is not used`() async throws {
        let other = engine(EngineName("deepgram"))
        try await with([other, engine()]) { gateway in
            let id = try await gateway.startRecording()
            let answer = try await gateway.sendChunk("a", at: 0, of: id, headers: ["X-BYOK-AssemblyAI": "my-own-key"])
            #expect(answer.status == 422)
            #expect(answer.string("code") == "own_key_not_used")
            #expect(answer.text.contains("ASSEMBLYAI_BACKGROUND_STT_ENABLED"))
            #expect(!answer.text.contains("my-own-key"))
            #expect(other.count == 0)
        }
    }

    @Test func `rejects a key that is another one than was enrolled`() async throws {
        try await with([engine()]) { gateway in
            let put = try await gateway.send(.put, "/api/v1/users/me/provider-keys/deepgram", body: Array(#"{"key":"enrolled"}"#.utf8))
            #expect(put.status == 200)
            let answer = try await gateway.desktop(.get, "capabilities", headers: ["X-BYOK-Deepgram": "another"])
            #expect(answer.status == 403)
            #expect(answer.string("detail") == "BYOK key fingerprint mismatch for provider: deepgram")
            #expect(try await gateway.desktop(.get, "capabilities", headers: ["X-BYOK-Deepgram": "enrolled"]).status == 200)
            #expect(try await gateway.desktop(.get, "capabilities", headers: ["X-BYOK-AssemblyAI": "never-enrolled"]).status == 200)
        }
    }

    // MARK: What is rejected

    @Test func `is rejected for the first of several faults`() async throws {
        let keys = TestKeys(valid: ["key", "poor"], credit: .seconds(1_000))
        try await with(
            [engine { (_) async throws(EngineError) in throw .unavailable("down") }], keys: keys, settings: ["HARKEN_KEY_DAY_SECONDS": "10000"]
        ) {
            gateway in
            let id = try await gateway.startRecording(key: "key")
            func status(_ query: String, bytes: Int = 4) async throws -> (Int, String) {
                let answer = try await gateway.desktop(
                    .post, "background-transcribe?" + query, key: "key", body: [UInt8](repeating: 0, count: bytes))
                return (answer.status, answer.string("code") ?? "")
            }
            // From the last to the first: each has all the faults of those before it.
            let cases: [(String, Int, Int, String)] = [
                ("conversation_id=\(id)&chunk_id=a&chunk_start_ms=0", 4, 500, "provider_failure"),
                ("conversation_id=none&chunk_id=a&chunk_start_ms=0", 4, 404, "conversation_not_found"),
                ("conversation_id=none&chunk_start_ms=0", 4, 400, "chunk_id_required"),
                ("persist=true&chunk_start_ms=0", 4, 400, "conversation_id_required"),
                ("persist=true&chunk_start_ms=-1", 4, 422, "bad_parameter"),
                ("persist=true", 4, 422, "bad_parameter"),
                ("persist=true&channels=2", 4, 422, "bad_parameter"),
                ("persist=true&channels=2&sample_rate=1", 4, 422, "bad_parameter"),
                ("persist=true&channels=2&sample_rate=1", 0, 400, "no_audio"),
                ("persist=true&channels=2&sample_rate=8000", 16 * 16_000 + 2, 413, "too_large"),
            ]
            for (query, bytes, expected, code) in cases {
                let found = try await status(query, bytes: bytes)
                #expect(found == (expected, code), "\(query)")
            }
            let odd = try await status("conversation_id=\(id)&chunk_id=a&chunk_start_ms=0", bytes: 5)
            #expect(odd == (422, "odd_length"))
            #expect(try await gateway.desktop(.post, "background-transcribe", key: "wrong").status == 401)
        }
    }

    @Test func `takes chunks of the greatest length and a second more, and no longer ones`() async throws {
        try await with([engine()]) { gateway in
            let id = try await gateway.startRecording()
            #expect(try await gateway.sendChunk("a", at: 0, of: id, seconds: 16).status == 200)
            #expect(try await gateway.sendChunk("b", at: 0, of: id, seconds: 16.001).status == 413)
        }
    }

    @Test func `is rejected without credit, and beyond a limit`() async throws {
        let keys = TestKeys(valid: ["key"], credit: .seconds(15))
        try await with([engine(EngineName("deepgram"))], keys: keys) { gateway in
            let id = try await gateway.startRecording(key: "key")
            #expect(try await gateway.sendChunk("a", at: 0, of: id, key: "key").status == 200)
            let answer = try await gateway.sendChunk("b", at: 20_000, of: id, key: "key")
            #expect(answer.status == 429)
            #expect(answer.string("detail") == "Transcription credits exhausted")
        }
        try await with([engine(EngineName("deepgram"))], keys: TestKeys(valid: ["key"]), settings: ["HARKEN_USER_DAY_SECONDS": "15"]) { gateway in
            let id = try await gateway.startRecording(key: "key")
            #expect(try await gateway.sendChunk("a", at: 0, of: id, key: "key").status == 200)
            let answer = try await gateway.sendChunk("b", at: 20_000, of: id, key: "key")
            #expect(answer.status == 402)
            #expect(answer.string("error") == "quota_exceeded")
        }
    }

    @Test func `may be asked for so often, also at once`() async throws {
        try await with([engine()], settings: ["RATE_LIMIT_BOOST": "0.02"]) { gateway in
            let id = try await gateway.startRecording()
            let statuses = try await withThrowingTaskGroup(of: TestGateway.Answer.self) { group in
                for number in 0..<20 { group.addTask { try await gateway.sendChunk("c\(number)", at: number * 2_000, of: id, seconds: 1) } }
                return try await group.reduce(into: [TestGateway.Answer]()) { $0.append($1) }
            }
            #expect(statuses.count { $0.status == 200 } == 12)
            let rejected = statuses.filter { $0.status == 429 }
            #expect(rejected.count == 8)
            #expect(rejected.allSatisfy { Int($0.headers["Retry-After"] ?? "").map { (3_000...3_600).contains($0) } ?? false })
        }
    }

    @Test func `has the name that its client has chosen, and is one however often it is started`() async throws {
        let keys = TestKeys(valid: ["key", "other"], users: ["other": "somebody"])
        try await with([engine()], keys: keys) { gateway in
            let name = "6F9619FF-8B86-D011-B42D-00CF4FC964FF"
            func start(_ key: String, _ name: String = name) async throws -> TestGateway.Answer {
                try await gateway.desktop(
                    .post, "background-conversation/start", key: key,
                    body: Array(#"{"client_conversation_id":"\#(name)","language":"en"}"#.utf8))
            }
            let id = try #require(try await start("key").string("conversation_id"))
            #expect(id == name.lowercased())
            #expect(try await gateway.sendChunk("a", at: 0, of: id, key: "key").status == 200)
            // The answer was lost.
            let again = try await start("key")
            #expect(again.status == 200 && again.string("conversation_id") == id)
            // Names are each user's own: nobody learns that there is such a conversation, and nobody gets into it.
            let others = try await start("other")
            #expect(others.status == 200 && others.text == again.text)
            #expect(try await gateway.sendChunk("b", at: 0, of: id, key: "other").texts == ["Hello."])
            #expect(try await gateway.finishRecording(id, key: "other").texts == ["Hello."])
            #expect(try await gateway.sendChunk("b", at: 15_000, of: id, key: "key").status == 200)
            #expect(try await gateway.finishRecording(id, key: "key").texts == ["Hello.", "Hello."])
            // It is over, and its name with it.
            let late = try await start("key")
            #expect(late.status == 409 && late.string("code") == "conversation_finished")
            let listed = try await gateway.api(.get, "/api/v1/conversations", headers: ["Authorization": "Bearer key"])
            guard case .array(let all)? = listed.json["conversations"] else { throw CancellationError() }
            #expect(all.count == 1)
            // What is no UUID is no name.
            let none = try await start("key", "mine")
            #expect(none.status == 200 && UUID(uuidString: none.string("conversation_id") ?? "") != nil)
        }
    }

    @Test func `is not started under the name of a conversation of another kind`() async throws {
        try await TestGateway.with(ScriptedEngine(), keys: TestKeys(valid: []), recorded: [engine()]) { gateway in
            let id = UUID().uuidString.lowercased(), now = UnixTime(milliseconds: 1_800_000_000_000)
            _ = try await gateway.store().begin(
                Conversation(id: ID(id), user: .local, source: "omi", language: .english, started: now, finished: now))
            let answer = try await gateway.desktop(
                .post, "background-conversation/start", body: Array(#"{"client_conversation_id":"\#(id)"}"#.utf8))
            #expect(answer.status == 409 && answer.string("code") == "not_in_progress")
            #expect(try await gateway.sendChunk("a", at: 0, of: id).status == 404)
        }
    }

    @Test func `starts with a source that is known`() async throws {
        try await with([engine()]) { gateway in
            func start(_ body: String) async throws -> TestGateway.Answer {
                try await gateway.desktop(.post, "background-conversation/start", body: Array(body.utf8))
            }
            let plain = try await start("")
            #expect(plain.status == 200)
            #expect(try await start(#"{"source":"omi"}"#).status == 200)
            #expect(try await start(#"{"source":"moon"}"#).string("detail") == "Invalid source")
            #expect(try await start(#"{"source":1}"#).status == 422)
            #expect(try await start("[]").status == 422)
        }
    }

    @Test func `is rejected in a language that the engine does not have`() async throws {
        try await with([engine()]) { gateway in
            let id = try await gateway.startRecording()
            #expect(try await gateway.sendChunk("a", at: 0, of: id, more: "&language=fr").status == 422)
            #expect(try await gateway.sendChunk("a", at: 0, of: id, more: "&language=de").status == 200)
        }
    }

    @Test(arguments: [("multi", nil), ("auto", nil), ("de", "de")]) func `in any language has the engine find out which`(
        asked: String, heard: String?
    ) async throws {
        let languages = Mutex<[LanguageTag?]>([])
        let engine = ChunkEngine(.local) { (_, options) async throws(EngineError) in
            languages.withLock { $0.append(options.language) }
            return [.at(1, "Hello.")]
        }
        try await with([engine]) { gateway in
            let id = try await gateway.startRecording()
            let answer = try await gateway.sendChunk("a", at: 0, of: id, more: "&language=\(asked)")
            #expect(answer.status == 200, "\(answer.text)")
            #expect(languages.withLock { $0 } == [heard.map { LanguageTag($0) }])
        }
    }

    @Test func `is known to clients by its capabilities`() async throws {
        func batch(_ engines: [EngineName], _ settings: [String: String], _ headers: HTTPHeaders = [:]) async throws -> JSONValue {
            var found = JSONValue.null
            try await with(engines.map { engine($0) }, settings: settings) { gateway in
                found = try await gateway.desktop(.get, "capabilities", headers: headers).json["background_batch"] ?? .null
            }
            return found
        }
        let on = ["ASSEMBLYAI_BACKGROUND_STT_ENABLED": "true"], back = on.merging(["ASSEMBLYAI_PRERECORDED_STT_FALLBACK_ENABLED": "true"]) { $1 }
        let assemblyAI = EngineName("assemblyai"), deepgram = EngineName("deepgram")
        let cases: [([EngineName], [String: String], HTTPHeaders, String, JSONValue, JSONValue)] = [
            ([.local], [:], [:], "local", "local", "missing_deepgram_api_key"), ([deepgram], [:], [:], "deepgram", "deepgram", nil),
            ([assemblyAI, deepgram], on, [:], "assemblyai", "assemblyai", nil),
            ([deepgram], back, [:], "deepgram_fallback", "deepgram", "fallback_deepgram_available"),
            ([deepgram], on, [:], "disabled", nil, "missing_assemblyai_api_key"), ([], [:], [:], "disabled", nil, "no_usable_batch_provider"),
            ([], [:], ["X-BYOK-Deepgram": "mine"], "deepgram", "deepgram", nil),
            (
                [assemblyAI, deepgram], on.merging(["ASSEMBLYAI_BACKGROUND_PROVIDER_MODE": "shadow_only"]) { $1 }, [:], "shadow_only", "deepgram",
                "shadow_only"
            ),
        ]
        for (engines, settings, headers, mode, effective, reason) in cases {
            let found = try await batch(engines, settings, headers)
            #expect(found["mode"] == .string(mode))
            #expect(found["effective_provider"] == effective)
            #expect(found["reason"] == reason)
            #expect(found["enabled"] == .bool(mode != "disabled"))
            #expect(found["max_chunk_seconds"] == 15)
        }
    }
}
