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

@Suite(.hangLimit) struct `Files of a device that was offline` {
    private static let day = 1_710_000_000

    private func with(
        _ engine: any PrerecordedEngine, keys: TestKeys = TestKeys(valid: []), ears: TestEars? = nil, _ body: (TestGateway) async throws -> Void
    ) async throws {
        try await TestGateway.with(ScriptedEngine(), keys: keys, ears: ears, recorded: [engine]) { gateway in
            await gateway.resumeJobs()
            try await body(gateway)
        }
    }

    private func engine(_ answer: @escaping @Sendable (Int) async throws(EngineError) -> [Word] = { _ in [.at(1, "Hello.")] }) -> ChunkEngine {
        ChunkEngine(.local) { (count, _) async throws(EngineError) in try await answer(count) }
    }

    @Test func `become a conversation at the time of day at which they were recorded`() async throws {
        try await with(engine()) { gateway in
            let other = (name: OfflineFiles.name(at: 1_720_000_000), bytes: OfflineFiles.frames(seconds: 3))
            let accepted = try await gateway.sendFiles([other])
            #expect(accepted.status == 202)
            #expect(accepted.string("status_url") == "/v2/sync-local-files/\(accepted.string("job_id") ?? "")")
            let state = try await gateway.synchronize([(OfflineFiles.name(at: Self.day), OfflineFiles.frames(seconds: 3))])
            #expect(state.string("status") == "completed", "\(state.text)")
            #expect(state.json["total_segments"]?.double == 1 && state.json["successful_segments"]?.double == 1, "\(state.text)")
            #expect(state.json["result"]?["new_memories"] == state.json["conversations"])
            let conversation = try await gateway.conversation(state.string("conversation_id"))
            #expect(conversation.texts == ["Hello."])
            #expect(conversation.string("started_at")?.hasPrefix("2024-03-09T16:00:00") == true, "\(conversation.text)")
            #expect(conversation.string("status") == "completed")
            let usage = try await gateway.send(.get, "/api/v1/usage").text
            #expect(usage.contains(#""workload":"sync""#))
        }
    }

    @Test(arguments: [(60, 1), (130, 2)]) func `are one conversation unless silence lies between`(apart: Int, count: Int) async throws {
        try await with(engine()) { gateway in
            // In no order.
            let state = try await gateway.synchronize([
                (OfflineFiles.name(at: Self.day + apart), OfflineFiles.frames(seconds: 4, sample: 1)),
                (OfflineFiles.name(at: Self.day), OfflineFiles.frames(seconds: 3)),
            ])
            guard case .array(let conversations)? = state.json["conversations"] else {
                Issue.record("no conversations: \(state.text)")
                return
            }
            #expect(conversations.count == count)
            let conversation = try await gateway.conversation(state.string("conversation_id"))
            #expect(conversation.texts.count == 3 - count)
            guard count == 1, case .array(let segments)? = conversation.json["segments"] else { return }
            #expect(segments.compactMap { $0["start"]?.double } == [1, 61])
        }
    }

    @Test func `are parted where nobody spoke for two minutes, once, also within a file`() async throws {
        let words: [Word] = [.at(1, "One."), .at(100, "Same."), .at(221, "Two."), .at(345, "Three.")]
        try await with(engine { _ in words }) { gateway in
            let files = [(OfflineFiles.name(at: Self.day), OfflineFiles.frames(seconds: 350))]
            let state = try await gateway.synchronize(files)
            func ids(_ state: TestGateway.Answer) -> [String] {
                guard case .array(let all)? = state.json["conversations"] else { return [] }
                return all.compactMap { if case .string(let id) = $0 { id } else { nil } }
            }
            let parts = ids(state)
            var texts: [[String]] = [], starts: [Int?] = [], titles: [String?] = []
            for id in parts {
                let conversation = try await gateway.conversation(id)
                texts.append(conversation.texts)
                starts.append(conversation.string("started_at").flatMap(UnixTime.init(rfc3339:)).map { Int($0.milliseconds / 1_000) - Self.day })
                titles.append(conversation.string("title"))
                #expect(conversation.string("status") == "completed")
            }
            #expect(texts == [["One.", "Same."], ["Two."], ["Three."]], "\(state.text)")
            // The silence before "Two." is shorter by its half second of speech: 100.5 to 221 and 221.5 to 345.
            #expect(starts == [0, 221, 345] && titles.allSatisfy { $0 != nil } && Set(titles).count == 3, "\(starts) \(titles)")
            // Sent again they are the same ones; joined by hand they stay joined.
            try #require(parts.count == 3)
            #expect(ids(try await gateway.synchronize(files)) == parts)
            let joined = try await gateway.api(.post, "/api/v1/conversations/\(parts[0])/merge", body: #"{"conversation_id":"\#(parts[1])"}"#)
            #expect(joined.status == 200, "\(joined.text)")
            _ = try await gateway.synchronize(files)
            #expect(try await gateway.conversation(parts[0]).texts == ["One.", "Same.", "Two."])
        }
    }

    @Test func `are recognised once, however often they are sent`() async throws {
        let engine = engine()
        try await with(engine) { gateway in
            let files = [(name: OfflineFiles.name(at: Self.day), bytes: OfflineFiles.frames(seconds: 3))]
            let first = try await gateway.synchronize(files), again = try await gateway.synchronize(files)
            #expect(engine.count == 1)
            #expect(first.string("conversation_id") == again.string("conversation_id"))
            // One that was deleted is wanted again when it is sent again.
            #expect(try await gateway.send(.delete, "/api/v1/conversations/\(first.string("conversation_id") ?? "")").status == 204)
            let third = try await gateway.synchronize(files)
            #expect(engine.count == 2)
            #expect(third.string("conversation_id") != first.string("conversation_id"))
            #expect(try await gateway.conversation(third.string("conversation_id")).texts == ["Hello."])
        }
    }

    @Test func `may be sent twice at once`() async throws {
        let engine = engine()
        try await with(engine) { gateway in
            let files = [(name: OfflineFiles.name(at: Self.day), bytes: OfflineFiles.frames(seconds: 3))]
            async let one = gateway.synchronize(files), other = gateway.synchronize(files)
            let states = try await [one, other]
            #expect(engine.count == 1)
            #expect(states.map { $0.string("status") } == ["completed", "completed"])
            for state in states { #expect(try await gateway.conversation(state.string("conversation_id")).texts == ["Hello."]) }
        }
    }

    @Test func `fail each by itself`() async throws {
        let engine = engine { (count) async throws(EngineError) in
            guard count < 1 else { throw .badRequest("it is not to be heard") }
            return [.at(1, "Hello.")]
        }
        try await with(engine) { gateway in
            let state = try await gateway.synchronize([
                (OfflineFiles.name(at: Self.day), OfflineFiles.frames(seconds: 3)),
                (OfflineFiles.name(at: Self.day + 10), OfflineFiles.frames(seconds: 3, sample: 1)),
            ])
            #expect(state.string("status") == "partial_failure", "\(state.text)")
            #expect(state.string("error")?.contains("audio_not_usable") == true)
            #expect(try await gateway.conversation(state.string("conversation_id")).texts == ["Hello."])
            let other = try await gateway.synchronize([(OfflineFiles.name(at: Self.day + 5_000), OfflineFiles.frames(seconds: 3, sample: 2))])
            #expect(other.string("status") == "failed")
            #expect(other.json["conversation_id"] == .null)
        }
    }

    @Test func `keep what was before the damage`() async throws {
        try await with(engine()) { gateway in
            let state = try await gateway.synchronize([(OfflineFiles.name(at: Self.day), OfflineFiles.frames(seconds: 3) + [255, 255, 255, 255, 1])])
            #expect(state.string("status") == "failed")
            #expect(state.string("error")?.contains("damaged") == true)
            #expect(try await gateway.conversation(state.string("conversation_id")).texts == ["Hello."])
        }
    }

    @Test(arguments: [
        ("audio_omi_1710000000.bin", 400, "unknown_coding"), ("audio_omi_wma_1710000000.bin", 400, "unknown_coding"),
    ]) func `are rejected when nobody knows what is in them`(name: String, status: Int, code: String) async throws {
        try await with(engine()) { gateway in
            let answer = try await gateway.sendFiles([(name, [1, 2, 3])])
            #expect(answer.status == status)
            #expect(answer.string("code") == code)
        }
    }

    @Test func `are rejected without a file, with an empty one, with too many, and from nowhere`() async throws {
        try await with(engine()) { gateway in
            let file = (name: OfflineFiles.name(at: Self.day), bytes: OfflineFiles.frames(seconds: 1))
            let many = (0..<51).map { (name: OfflineFiles.name(at: Self.day + $0), bytes: [UInt8(1)]) }
            let empty = [(name: file.name, bytes: [UInt8]())]
            for (files, query, code) in [
                ([], "", "no_audio"), (empty, "", "no_audio"), (many, "", "bad_request"), ([file], "?source=the%20moon", "invalid_source"),
                ([file], "?language=%21", "unsupported_language"),
            ] {
                let answer = try await gateway.sendFiles(files, query: query)
                #expect(answer.string("code") == code, "\(answer.text)")
            }
        }
    }

    @Test func `are told of to nobody else`() async throws {
        try await with(engine(), keys: TestKeys(valid: ["ann", "bob"], users: ["ann": "ann", "bob": "bob"])) { gateway in
            let state = try await gateway.synchronize([(OfflineFiles.name(at: Self.day), OfflineFiles.frames(seconds: 3))], key: "ann")
            let id = try #require(state.string("job_id"))
            #expect(try await gateway.syncState(id, key: "ann").status == 200)
            #expect(try await gateway.syncState(id, key: "bob").status == 404)
        }
    }

    @Test func `leave no bytes behind`() async throws {
        try await with(engine()) { gateway in
            _ = try await gateway.synchronize([(OfflineFiles.name(at: Self.day), OfflineFiles.frames(seconds: 3))])
            for folder in ["uploads", "spool"] {
                try await until { (try? FileManager.default.contentsOfDirectory(atPath: gateway.directory + "/" + folder))?.isEmpty == true }
            }
        }
    }

    @Test func `go on after a restart where they stood`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "harken-gateway-\(UUID().uuidString)").path
        let stuck = Mutex(false)
        let before = engine { (count) async throws(EngineError) in
            guard count > 0 else { return [.at(1, "First.")] }
            stuck.withLock { $0 = true }
            // Ends when the job is cancelled.
            try? await until { false }
            throw .cancelled
        }
        let after = engine { _ in [.at(1, "Second.")] }
        var id = ""
        try await TestGateway.with(ScriptedEngine(), keys: TestKeys(valid: []), directory: folder, keepsDirectory: true, recorded: [before]) {
            gateway in
            await gateway.resumeJobs()
            let accepted = try await gateway.sendFiles([
                (OfflineFiles.name(at: Self.day), OfflineFiles.frames(seconds: 3)),
                (OfflineFiles.name(at: Self.day + 10), OfflineFiles.frames(seconds: 3, sample: 1)),
            ])
            id = try #require(accepted.string("job_id"))
            try await until { stuck.withLock(\.self) }
        }
        try await TestGateway.with(ScriptedEngine(), keys: TestKeys(valid: []), directory: folder, recorded: [after]) { gateway in
            await gateway.resumeJobs()
            try await until { try await gateway.syncState(id).string("status") == "completed" }
            #expect(after.count == 1)
            let conversation = try await gateway.conversation(try await gateway.syncState(id).string("conversation_id"))
            #expect(conversation.texts == ["First.", "Second."] || conversation.texts == ["First. Second."], "\(conversation.text)")
        }
    }

    // MARK: Voices

    @Test func `are said by whom they sound like, over all of them, and tomorrow again`() async throws {
        // An engine's speakers count from 0 in each file.
        let engine = engine { _ in (0..<8).map { .at(Double($0), "word\($0)", speaker: 0) } }
        try await with(engine, ears: TestEars()) { gateway in
            func speakers(_ state: TestGateway.Answer) async throws -> [JSONValue?] {
                guard case .array(let segments)? = try await gateway.conversation(state.string("conversation_id")).json["segments"] else { return [] }
                return segments.map { $0["speaker_id"] }
            }
            let files = [Int16(2_000), -2_000, 2_000].enumerated().map { index, sample in
                (name: OfflineFiles.name(at: Self.day + 20 * index), bytes: OfflineFiles.frames(seconds: 9 + Double(index), sample: sample))
            }
            let first = try await gateway.synchronize(files)
            #expect(try await speakers(first) == [0, 1, 0])
            let voices = try await gateway.store().voices(of: .local)
            try #require(voices.count == 2)
            let second = try await gateway.synchronize([(OfflineFiles.name(at: Self.day + 9_000), OfflineFiles.frames(seconds: 12, sample: 2_000))])
            #expect(second.string("status") == "completed")
            #expect(try await gateway.store().voices(of: .local).count == 2)
            let person = Person(id: ID("anna"), name: "Anna", created: UnixTime(milliseconds: 1))
            _ = try await gateway.store().add(person, reusing: false, of: .local)
            #expect(try await gateway.store().setOwner(.person(person.id), of: voices[0].id, of: .local))
            for state in [first, second] {
                let text = try await gateway.conversation(state.string("conversation_id")).text
                #expect(text.contains(#""person_id":"anna""#), "\(text)")
            }
        }
    }

    @Test func `are kept as audio, each moment once`() async throws {
        try await with(engine()) { gateway in
            let state = try await gateway.synchronize([
                (OfflineFiles.name(at: Self.day), OfflineFiles.frames(seconds: 6, sample: 500)),
                (OfflineFiles.name(at: Self.day + 4), OfflineFiles.frames(seconds: 6, sample: 600)),
            ])
            let id = ID<Conversation>(try #require(state.string("conversation_id")))
            let audio = try await gateway.store().audio(of: id, of: .local)
            #expect(audio.map(\.start) == [.zero, .seconds(6)])
            #expect(audio.map { Int(($0.duration / .milliseconds(1)).rounded()) } == [6_000, 4_000])
        }
    }
}
