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

@Suite(.hangLimit) struct `Imported recordings` {
    private func with(
        _ engine: any PrerecordedEngine, keys: TestKeys = TestKeys(valid: []), settings: [String: String] = [:], ears: TestEars? = nil,
        directory: String? = nil, keepsDirectory: Bool = false, disk: DiskSpace = TestGateway.roomyDisk, zones: TimeZones = TimeZones(),
        _ body: (TestGateway) async throws -> Void
    ) async throws {
        try await TestGateway.with(
            ScriptedEngine(), keys: keys, settings: settings, directory: directory, keepsDirectory: keepsDirectory, ears: ears, recorded: [engine],
            disk: disk, zones: zones, change: { $0.engines = [engine.name] }
        ) { gateway in
            await gateway.resumeJobs()
            try await body(gateway)
        }
    }

    private func engine(_ answer: @escaping @Sendable (Int) async throws(EngineError) -> [Word] = { _ in [.at(1, "Hello.")] }) -> ChunkEngine {
        ChunkEngine(.local) { (count, _) async throws(EngineError) in try await answer(count) }
    }

    /// Waits until the work is cancelled.
    private static func hang() async throws(EngineError) -> [Word] {
        try? await until { false }
        throw .cancelled
    }

    // MARK: Becoming a conversation

    @Test func `become conversations with name, date, speakers, audio and usage`() async throws {
        let engine = engine { _ in (0..<8).map { .at(Double($0), "word\($0)", speaker: $0 / 4) } }
        try await with(engine) { gateway in
            let started = "2025-03-04T05:06:07Z"
            let state = try await gateway.imported(RecordingFile.tone(seconds: 15), name: "Talk with Ann.wav", fields: [("started_at", started)])
            #expect(state.string("status") == "completed", "\(state.text)")
            #expect(state.string("name") == "Talk with Ann.wav")
            let conversation = try await gateway.conversation(state.string("conversation_id"))
            #expect(conversation.string("title") == "Talk with Ann")
            #expect(conversation.string("status") == "completed")
            #expect(conversation.string("started_at")?.hasPrefix("2025-03-04T05:06:07") == true, "\(conversation.text)")
            #expect(conversation.texts.joined(separator: " ") == (0..<8).map { "word\($0)" }.joined(separator: " "))
            #expect(conversation.text.contains(#""speaker_id":0"#) && conversation.text.contains(#""speaker_id":1"#), "\(conversation.text)")
            let id = ID<Conversation>(try #require(state.string("conversation_id")))
            #expect(try await gateway.store().audio(of: id, of: .local).map { Int(($0.duration / .seconds(1)).rounded()) } == [15])
            let usage = try await gateway.send(.get, "/api/v1/usage").text
            #expect(usage.contains(#""workload":"sync""#), "\(usage)")
            #expect(try await gateway.store().standing(.inProgress, since: UnixTime(milliseconds: .max), limit: 10) == [])
        }
    }

    @Test func `have the title that their sender gives them`() async throws {
        let engine = engine { _ in [.at(0, "Hello.")] }
        try await with(engine) { gateway in
            let state = try await gateway.imported(RecordingFile.tone(seconds: 2), name: "a.wav", fields: [("title", " At sea ")])
            let id = try #require(state.string("conversation_id"))
            #expect(try await gateway.conversation(id).string("title") == "At sea")
            // A blank title is one of the words again.
            let again = try await gateway.api(.patch, "/api/v1/conversations/\(id)", body: #"{"title":" "}"#)
            #expect(again.string("title") == "Hello", "\(again.text)")
        }
    }

    @Test func `keep an engine's speaker who returns as one speaker`() async throws {
        let engine = engine { _ in (0..<9).map { .at(Double($0), "word\($0)", speaker: ($0 / 3) % 2) } }
        try await with(engine) { gateway in
            let state = try await gateway.imported(RecordingFile.tone(seconds: 15), name: "three turns.wav")
            guard case .array(let segments)? = try await gateway.conversation(state.string("conversation_id")).json["segments"] else {
                Issue.record("no segments: \(state.text)")
                return
            }
            #expect(segments.map { $0["speaker_id"] } == [0, 1, 0])
        }
    }

    @Test(arguments: [
        // The file's date is the time of the recording's end; the engine hears 15 seconds.
        ([("modified", "2025-03-04T05:06:15Z")], "2025-03-04T05:06:00"),
        ([("started_at", "2025-03-04T05:06:07+01:00"), ("modified", "2025-06-01T00:00:00Z")], "2025-03-04T04:06:07"),
        ([("started_at", "2025-03-04T05:06:07"), ("time_zone", "UTC")], "2025-03-04T05:06:07"),
    ])
    func `begin when their sender says`(fields: [(name: String, value: String)], started: String) async throws {
        try await with(engine()) { gateway in
            let state = try await gateway.imported(RecordingFile.tone(seconds: 15), name: "a.wav", fields: fields)
            let conversation = try await gateway.conversation(state.string("conversation_id"))
            #expect(conversation.string("started_at")?.hasPrefix(started) == true, "\(conversation.text)")
        }
    }

    @Test func `come as a body too, and end when they come without a date`() async throws {
        try await with(engine()) { gateway in
            let path = "/api/v1/jobs?name=a%2Fb%2Fmemo.m4a&modified=1900-01-01T00:00:00Z"
            let answer = try await gateway.send(.post, path, body: RecordingFile.tone(seconds: 15))
            #expect(answer.status == 202, "\(answer.text)")
            let state = try await gateway.importEnds(answer.text)
            let conversation = try await gateway.conversation(state.string("conversation_id"))
            #expect(conversation.string("title") == "memo")
            let started = try #require(conversation.string("started_at").flatMap { UnixTime(rfc3339: $0) })
            let came = try #require(state.string("created_at").flatMap { UnixTime(rfc3339: $0) })
            #expect(came.milliseconds - started.milliseconds == 15_000)
        }
    }

    @Test func `without speech are done, and make no conversation`() async throws {
        let engine = engine { _ in [] }
        try await with(engine) { gateway in
            let state = try await gateway.imported(RecordingFile.tone(seconds: 3), name: "silence.wav")
            #expect(state.string("status") == "completed" && state.json["conversation_id"] == .null, "\(state.text)")
            #expect(try await gateway.importing(RecordingFile.tone(seconds: 3), name: "silence.wav").status == 200)
            #expect(engine.count == 1)
        }
    }

    // MARK: The same content

    @Test func `are heard once, unless their conversation was deleted`() async throws {
        let engine = engine()
        try await with(engine) { gateway in
            let bytes = RecordingFile.tone(seconds: 3)
            let first = try await gateway.imported(bytes, name: "one.wav")
            let again = try await gateway.importing(bytes, name: "two.wav")
            #expect(again.status == 200 && again.string("conversation_id") == first.string("conversation_id"), "\(again.text)")
            #expect(again.string("job_id") == first.string("job_id") && engine.count == 1)
            // The file has one track, so naming it changes nothing.
            for track in ["1", "all"] {
                let named = try await gateway.importing(bytes, name: "one.wav", fields: [("track", track)])
                #expect(named.status == 200 && named.string("conversation_id") == first.string("conversation_id"), "\(named.text)")
            }
            // A job that is taken from the list stays known by its content.
            #expect(try await gateway.api(.delete, "/api/v1/jobs/\(first.string("job_id") ?? "")").status == 204)
            #expect(try await gateway.importing(bytes, name: "one.wav").string("conversation_id") == first.string("conversation_id"))
            #expect(try await gateway.api(.delete, "/api/v1/conversations/\(first.string("conversation_id") ?? "")").status == 204)
            let third = try await gateway.imported(bytes, name: "one.wav")
            #expect(engine.count == 2 && third.string("conversation_id") != first.string("conversation_id"))
            #expect(try await gateway.conversation(third.string("conversation_id")).texts == ["Hello."])
        }
    }

    @Test func `may come twice at once`() async throws {
        let engine = engine()
        try await with(engine) { gateway in
            let bytes = RecordingFile.tone(seconds: 3)
            async let one = gateway.imported(bytes, name: "one.wav"), other = gateway.imported(bytes, name: "two.wav")
            let states = try await [one, other]
            #expect(engine.count == 1)
            #expect(states[0].string("conversation_id") == states[1].string("conversation_id"))
            #expect(states.allSatisfy { $0.string("status") == "completed" }, "\(states.map(\.text))")
        }
    }

    @Test func `of one user are not another's`() async throws {
        let engine = engine()
        try await with(engine, keys: TestKeys(valid: ["ann", "bob"], users: ["ann": "ann", "bob": "bob"])) { gateway in
            let bytes = RecordingFile.tone(seconds: 3)
            let anns = try await gateway.imported(bytes, name: "a.wav", key: "ann"),
                bobs = try await gateway.imported(bytes, name: "a.wav", key: "bob")
            #expect(engine.count == 2 && anns.string("job_id") != bobs.string("job_id"))
            let path = "/api/v1/jobs/\(anns.string("job_id") ?? "")", bob: HTTPHeaders = ["Authorization": "Bearer bob"]
            #expect(try await gateway.api(.get, path, headers: bob).status == 404)
            #expect(try await gateway.api(.delete, path, headers: bob).status == 404)
            let list = try await gateway.api(.get, "/api/v1/jobs", headers: bob)
            #expect(list.text.contains(bobs.string("job_id") ?? "?") && !list.text.contains(anns.string("job_id") ?? "?"), "\(list.text)")
        }
    }

    // MARK: Channels

    @Test func `with a person on each channel say that they were mixed, and are heard again with each by itself`() async throws {
        let separated = Mutex<[Bool]>([])
        let engine = ChunkEngine(.local) { (count, options) async throws(EngineError) in
            separated.withLock { $0.append(options.separateChannels) }
            return [.at(1, count == 0 ? "Mixed." : "Apart.")]
        }
        try await with(engine) { gateway in
            let uploads = gateway.directory + "/uploads", call = RecordingFile.call(seconds: 3)
            let first = try await gateway.imported(call, name: "call.wav"), path = "/api/v1/jobs/\(first.string("job_id") ?? "")"
            let warning = "The file has 2 channels with different sound, which were mixed to one. Hear each by itself with channels=true."
            #expect(first.json["mixed_channels"] == 2 && first.json["warnings"] == .array([.string(warning)]), "\(first.text)")
            // The conversation says so, too.
            let gaps = try await gateway.api(.get, "/api/v1/conversations/\(first.string("conversation_id") ?? "")/gaps")
            #expect(gaps.text.contains(warning), "\(gaps.text)")
            // The file is kept for it.
            #expect(try FileManager.default.contentsOfDirectory(atPath: uploads).isEmpty == false)
            for (query, status) in [("", 409), ("?channels=false", 409), ("?channels=both", 400)] {
                let refused = try await gateway.api(.post, path + "/retry" + query)
                #expect(refused.status == status, "\(query): \(refused.text)")
            }
            let order = try await gateway.api(.post, path + "/retry?channels=true")
            #expect(order.status == 202, "\(order.text)")
            let apart = try await gateway.importEnds(order.text)
            #expect(apart.string("status") == "completed" && !apart.text.contains("mixed_channels"), "\(apart.text)")
            #expect(!apart.text.contains("warnings") && separated.withLock(\.self) == [false, true])
            #expect(try await gateway.conversation(apart.string("conversation_id")).texts == ["Apart."])
            // The conversation of the mix stays, and the file goes.
            #expect(try await gateway.conversation(first.string("conversation_id")).texts == ["Mixed."])
            try await until { (try? FileManager.default.contentsOfDirectory(atPath: uploads))?.isEmpty == true }
            // Only the second refusal says that the file has to be sent again.
            for (channels, code) in [("true", "conflict"), ("false", "file_gone")] as [(String, JSONValue)] {
                let again = try await gateway.api(.post, path + "/retry?channels=" + channels)
                #expect(again.status == 409 && again.json["error"]?["code"] == code, "\(again.text)")
            }
        }
    }

    @Test func `that are kept are heard again mixed, and again with each channel by itself`() async throws {
        let separated = Mutex<[Bool]>([])
        // The file is kept for its other sound track.
        let tracks = RecordingNotice.otherTracks(heard: 1, total: 2, names: [])
        let engine = ChunkEngine(.local, notices: [tracks]) { (count, options) async throws(EngineError) in
            separated.withLock { $0.append(options.separateChannels) }
            guard count > 0 else { throw .undecodable("The file has no sound.") }
            return [.at(1, "Hello.")]
        }
        try await with(engine) { gateway in
            let first = try await gateway.imported(RecordingFile.call(seconds: 3), name: "call.wav", fields: [("channels", "true")])
            #expect(first.string("status") == "failed", "\(first.text)")
            let path = "/api/v1/jobs/\(first.string("job_id") ?? "")/retry"
            // A job that has failed takes each choice, and one that is done only those that give other words.
            for channels in ["false", "true", "false"] {
                let order = try await gateway.api(.post, path + "?channels=" + channels)
                #expect(order.status == 202, "\(order.text)")
                let heard = try await gateway.importEnds(order.text)
                #expect(heard.string("status") == "completed", "\(heard.text)")
                #expect(heard.text.contains("mixed_channels") == (channels == "false"), "\(heard.text)")
                #expect(try await gateway.api(.post, path + "?channels=" + channels).status == 409)
            }
            #expect(separated.withLock(\.self) == [true, false, true, false])
        }
    }

    @Test func `that were mixed are heard again when they come again for each channel by itself`() async throws {
        let engine = engine()
        try await with(engine) { gateway in
            let call = RecordingFile.call(seconds: 3), apart = [(name: "channels", value: "true")]
            let mixed = try await gateway.imported(call, name: "call.wav")
            #expect(try await gateway.importing(call, name: "call.wav").status == 200 && engine.count == 1)
            let second = try await gateway.imported(call, name: "call.wav", fields: apart)
            #expect(engine.count == 2 && second.string("conversation_id") != mixed.string("conversation_id"), "\(second.text)")
            // Now they are heard so, and a file with one channel has no other words.
            #expect(try await gateway.importing(call, name: "call.wav", fields: apart).status == 200)
            #expect(try await gateway.importing(call, name: "call.wav").status == 200 && engine.count == 2)
            // Their mix is heard again where it is named.
            let third = try await gateway.imported(call, name: "call.wav", fields: [("channels", "false")])
            #expect(engine.count == 3 && third.json["mixed_channels"] == 2, "\(third.text)")
            let mono = RecordingFile.tone(seconds: 3), one = try await gateway.imported(mono, name: "a.wav")
            #expect(!one.text.contains("mixed_channels"), "\(one.text)")
            #expect(try await gateway.importing(mono, name: "a.wav", fields: apart).status == 200 && engine.count == 4)
        }
    }

    // MARK: While they are heard

    @Test func `say how far they are, and are listed the newest first`() async throws {
        let engine = ReachingEngine()
        try await with(engine) { gateway in
            let accepted = try await gateway.importing(RecordingFile.tone(seconds: 3), name: "one.wav")
            let path = "/api/v1/jobs/\(accepted.string("job_id") ?? "")"
            try await until { try await gateway.api(.get, path).text.contains(#""heard":4"#) }
            let state = try await gateway.api(.get, path)
            #expect(state.text.contains(#""duration":10"#), "\(state.text)")
            engine.goOn()
            try await until { try await gateway.api(.get, path).string("status") == "completed" }
            for seconds in [1, 2] { _ = try await gateway.imported(RecordingFile.tone(seconds: seconds), name: "\(seconds).wav") }
            let first = try await gateway.api(.get, "/api/v1/jobs?limit=2")
            #expect(first.names == ["2.wav", "1.wav"])
            let rest = try await gateway.api(.get, "/api/v1/jobs?limit=2&cursor=\(first.string("next") ?? "")")
            #expect(rest.names == ["one.wav"] && rest.json["next"] == .null, "\(rest.text)")
        }
    }

    @Test func `begin anew after a restart, with the same conversation`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "harken-gateway-\(UUID().uuidString)").path
        let begun = Mutex(false)
        let before = engine { _ async throws(EngineError) in
            begun.withLock { $0 = true }
            return try await Self.hang()
        }
        let after = engine()
        var id = ""
        try await with(before, directory: folder, keepsDirectory: true) { gateway in
            id = try #require(try await gateway.importing(RecordingFile.tone(seconds: 3), name: "talk.wav").string("job_id"))
            try await until { begun.withLock(\.self) }
        }
        try await with(after, directory: folder) { gateway in
            let state = try await untilSome {
                let state = try await gateway.api(.get, "/api/v1/jobs/" + id)
                return state.string("status") == "completed" ? state : nil
            }
            #expect(after.count == 1)
            let conversation = try await gateway.conversation(state.string("conversation_id"))
            #expect(conversation.texts == ["Hello."] && conversation.string("title") == "talk")
            guard case .array(let all)? = try await gateway.api(.get, "/api/v1/conversations").json["conversations"] else {
                Issue.record("no list of conversations")
                return
            }
            #expect(all.count == 1)
        }
    }

    @Test func `that are cancelled leave nothing, and may come again`() async throws {
        let begun = Mutex(false)
        let engine = engine { count async throws(EngineError) in
            guard count == 0 else { return [.at(1, "Hello.")] }
            begun.withLock { $0 = true }
            return try await Self.hang()
        }
        try await with(engine) { gateway in
            let bytes = RecordingFile.tone(seconds: 3)
            let accepted = try await gateway.importing(bytes, name: "talk.wav")
            let path = "/api/v1/jobs/\(accepted.string("job_id") ?? "")"
            try await until { begun.withLock(\.self) }
            #expect(try await gateway.api(.delete, path).status == 204)
            #expect(try await gateway.api(.get, path).status == 404)
            #expect(try await gateway.api(.get, "/api/v1/jobs").names == [])
            // Recordings in chunks are in no list before they have words, but here.
            #expect(try await gateway.store().standing(.inProgress, since: UnixTime(milliseconds: .max), limit: 10) == [])
            try await until { (try? FileManager.default.contentsOfDirectory(atPath: gateway.directory + "/uploads"))?.isEmpty == true }
            let state = try await gateway.imported(bytes, name: "talk.wav")
            #expect(state.string("status") == "completed", "\(state.text)")
        }
    }

    @Test func `whose conversation is deleted meanwhile do not bring it back`() async throws {
        let isHeard = Mutex(false)
        let engine = engine { _ async throws(EngineError) in
            try? await until { isHeard.withLock(\.self) }
            return [.at(1, "Hello.")]
        }
        try await with(engine) { gateway in
            let accepted = try await gateway.importing(RecordingFile.tone(seconds: 3), name: "talk.wav")
            let store = try gateway.store()
            let begun = try await untilSome {
                try await store.standing(.inProgress, since: UnixTime(milliseconds: .max), limit: 10).first?.conversation
            }
            #expect(begun.source == "import")
            #expect(try await gateway.api(.delete, "/api/v1/conversations/\(begun.id)").status == 204)
            isHeard.withLock { $0 = true }
            let state = try await gateway.importEnds(accepted.text)
            #expect(state.string("status") == "failed" && state.string("code") == "conversation_deleted", "\(state.text)")
            #expect(try await store.standing(.inProgress, since: UnixTime(milliseconds: .max), limit: 10) == [])
            #expect(try await store.conversation(begun.id, of: .local) == nil)
        }
    }

    // MARK: Failing

    @Test func `that fail say why, and are tried again with the file that is kept`() async throws {
        let engine = engine { (count) async throws(EngineError) in
            guard count > 0 else { throw .undecodable("The file has no sound.") }
            return [.at(1, "Hello.")]
        }
        let keys = TestKeys(valid: ["good", "spent"], users: ["good": "ann", "spent": "ann"], creditOf: ["spent": .zero])
        try await with(engine, keys: keys) { gateway in
            let good: HTTPHeaders = ["Authorization": "Bearer good"]
            let state = try await gateway.imported(RecordingFile.tone(seconds: 3), name: "talk.wav", key: "good")
            #expect(state.string("status") == "failed" && state.string("error") == "The file has no sound.", "\(state.text)")
            #expect(state.string("code") == "audio_not_usable" && state.string("provider") == "local")
            #expect(try await gateway.store().standing(.inProgress, since: UnixTime(milliseconds: .max), limit: 10) == [])
            let path = "/api/v1/jobs/\(state.string("job_id") ?? "")"
            #expect(try await gateway.api(.post, path + "/retry", headers: ["Authorization": "Bearer spent"]).status == 402)
            #expect(try await gateway.api(.post, path + "/retry", headers: good).status == 202)
            try await until { try await gateway.api(.get, path, headers: good).string("status") == "completed" }
            #expect(try await gateway.api(.post, path + "/retry", headers: good).status == 409)
            try await until { (try? FileManager.default.contentsOfDirectory(atPath: gateway.directory + "/uploads"))?.isEmpty == true }
        }
    }

    @Test func `that have failed are heard again when they come again`() async throws {
        let engine = engine { (count) async throws(EngineError) in
            guard count > 0 else { throw .undecodable("The file has no sound.") }
            return [.at(1, "Hello.")]
        }
        try await with(engine) { gateway in
            let bytes = RecordingFile.tone(seconds: 3)
            let first = try await gateway.imported(bytes, name: "talk.wav"), second = try await gateway.imported(bytes, name: "talk.wav")
            #expect(first.string("status") == "failed" && second.string("status") == "completed", "\(first.text) \(second.text)")
            #expect(try await gateway.api(.get, "/api/v1/jobs").names == ["talk.wav"])
        }
    }

    @Test(arguments: [
        ("", "The form has no file"), ("started_at=2024", "started_at"), ("started_at=1999-01-01T00:00:00Z", "ten years"),
        ("started_at=2025-01-01T00:00&time_zone=Nowhere/Land", "time_zone"), ("speakers=perhaps", "speakers"), ("track=0", "track"),
        ("language=%21", "language"), ("engine=none", "no engine"),
    ])
    func `are refused with a reason`(query: String, reason: String) async throws {
        try await with(engine()) { gateway in
            let answer = try await gateway.importing(query.isEmpty ? nil : [1, 2, 3], name: "a.wav", query: query)
            #expect(answer.status == 400 && answer.text.contains(reason), "\(answer.text)")
            #expect(try await gateway.api(.get, "/api/v1/jobs").names == [])
        }
    }

    @Test func `that are too large, or without credit, or find no room are refused`() async throws {
        let bytes = RecordingFile.tone(seconds: 3)
        try await with(engine(), settings: ["HARKEN_RECORDING_BYTES": "1000"]) { gateway in
            let answer = try await gateway.importing(bytes, name: "a.wav")
            #expect(answer.status == 413, "\(answer.text)")
        }
        try await with(engine(), keys: TestKeys(valid: ["spent"], credit: .zero)) { gateway in
            let answer = try await gateway.importing(bytes, name: "a.wav", key: "spent")
            #expect(answer.status == 402, "\(answer.text)")
        }
        try await with(engine(), settings: ["HARKEN_SPOOL_BYTES": "1048576"]) { gateway in
            let answer = try await gateway.importing([UInt8](repeating: 0, count: 2 << 20), name: "a.wav")
            #expect(answer.status == 503 && answer.text.contains("disk"), "\(answer.text)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: gateway.directory + "/spool") == [])
            #expect(try await gateway.api(.get, "/api/v1/jobs").names == [])
        }
    }
}

/// An engine that has heard 4 of 10 seconds, and waits.
private final class ReachingEngine: PrerecordedEngine {
    let name = EngineName.local
    let capabilities = Capabilities(streaming: false, prerecorded: true, languages: .any, models: ["nova-3"])
    private let mayGoOn = Mutex(false)

    func goOn() { mayGoOn.withLock { $0 = true } }

    func recognize(
        _ recording: Recording, options: RecognitionOptions, progress: @escaping @Sendable (RecognitionProgress) -> Void
    ) async throws(EngineError) -> Transcript {
        progress(.reached(through: SampleIndex(64_000), of: SampleCount(160_000), rate: .speech))
        try? await until { mayGoOn.withLock(\.self) }
        return Transcript(
            rate: .speech, length: SampleCount(160_000), language: .english, model: "nova-3",
            channels: [.init(words: [.at(1, "Hello.")], segments: [])])
    }
}

extension TestGateway {
    /// Sends a recording as a form, and returns the answer.
    func importing(
        _ bytes: [UInt8]?, name: String, key: String? = nil, fields: [(name: String, value: String)] = [], query: String = ""
    ) async throws -> Answer {
        var body: [UInt8] = []
        for (name, value) in fields {
            body += Array("--b\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8)
        }
        if let bytes {
            body += Array("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(name)\"\r\n\r\n".utf8) + bytes + Array("\r\n".utf8)
        }
        var headers: HTTPHeaders = ["Content-Type": "multipart/form-data; boundary=b"]
        if let key { headers.set("Authorization", "Bearer " + key) }
        let answer = try await send(
            .post, "/api/v1/jobs" + (query.isEmpty ? "" : "?" + query), headers: headers, body: body + Array("--b--\r\n".utf8))
        return Answer(
            status: answer.status, headers: answer.headers, json: (try? JSONValue(parsing: Array(answer.text.utf8))) ?? .null, text: answer.text)
    }

    /// Sends a recording as a form, and returns the job's state when it is over.
    func imported(
        _ bytes: [UInt8], name: String, key: String? = nil, fields: [(name: String, value: String)] = []
    ) async throws -> Answer {
        let accepted = try await importing(bytes, name: name, key: key, fields: fields)
        guard accepted.status == 202 || accepted.status == 200 else { return accepted }
        return try await importEnds(accepted.text, key: key)
    }

    /// Returns a job's state when it is over.
    ///
    /// - Parameter job: the job as the gateway has answered.
    func importEnds(_ job: String, key: String? = nil) async throws -> Answer {
        guard case .string(let id)? = try JSONValue(parsing: Array(job.utf8))["job_id"] else { throw CocoaError(.coderInvalidValue) }
        return try await untilSome {
            let state = try await api(.get, "/api/v1/jobs/" + id, headers: key.map { ["Authorization": "Bearer " + $0] } ?? [:])
            return ["queued", "processing"].contains(state.string("status") ?? "") ? nil : state
        }
    }
}

extension TestGateway.Answer {
    /// Names of the files of a list of jobs.
    fileprivate var names: [String] {
        guard case .array(let jobs)? = json["jobs"] else { return [] }
        return jobs.compactMap { if case .string(let name)? = $0["name"] { name } else { nil } }
    }
}
