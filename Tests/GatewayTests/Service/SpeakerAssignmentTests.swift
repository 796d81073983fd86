import Conversations
import Foundation
import Framing
import Gateway
import HarkenTesting
import Speech
import Store
import Synchronization
import Testing

@Suite(.hangLimit) struct `Saying who speaks over /listen` {
    private let path = "/v4/listen?language=en&sample_rate=16000&codec=pcm16&vad_gate=disabled&speaker_auto_assign=enabled"
    private let anna = ID<Person>("anna")

    private func send(_ seconds: Int, of value: Int16, to socket: TestSocket) {
        let piece = (0..<1_600).flatMap { _ in [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)] }
        for _ in 0..<10 * seconds { socket.send(binary: piece) }
    }

    private func assign(_ speaker: Int, to person: String, segments: [ID<Segment>] = [], on socket: TestSocket) {
        let ids = segments.map { "\"\($0.rawValue)\"" }.joined(separator: ",")
        socket.send(
            text: #"{"type":"speaker_assigned","speaker_id":\#(speaker),"person_id":"\#(person)","person_name":"Anna","segment_ids":[\#(ids)]}"#)
    }

    /// A gateway that knows of Anna, and whose live conversations look for changes once an hour only.
    private func with(
        _ engine: ScriptedEngine = ScriptedEngine(), heard: [String]? = nil, poll: Duration = .seconds(3_600), directory: String? = nil,
        keepsDirectory: Bool = false, now: @escaping @Sendable () -> UnixTime = { TestGateway.time },
        _ body: (TestGateway, SQLConversationStore) async throws -> Void
    ) async throws {
        let listener = heard.map { words in
            ChunkEngine(.local) { (_, _) async throws(EngineError) in words.enumerated().map { .at(Double($0), $1) } }
        }
        try await TestGateway.with(
            engine, keys: TestKeys(valid: []), directory: directory, keepsDirectory: keepsDirectory, ears: TestEars(),
            recorded: listener.map { [$0] } ?? [],
            change: {
                $0.conversationPoll = poll
                $0.speakerPatience = .seconds(120)
            }, now: now
        ) { gateway in
            let store = try gateway.store()
            for (id, name) in [("anna", "Anna"), ("bert", "Bert")] {
                _ = try await store.add(Person(id: ID(id), name: name, created: UnixTime(milliseconds: 0)), reusing: true, of: .local)
            }
            try await body(gateway, store)
        }
    }

    private func voices(_ store: SQLConversationStore, _ condition: ([Voice]) -> Bool) async throws -> [Voice] {
        var found: [Voice] = []
        try await until {
            found = try await store.voices(of: .local)
            return condition(found)
        }
        return found
    }

    @Test func `names the voice, so that the next session knows it`() async throws {
        try await with { gateway, store in
            let socket = try await gateway.connect(path + "&source=desktop")
            send(8, of: 8_000, to: socket)
            #expect(await socket.next { $0.contains("w8") } != nil)
            _ = try await voices(store) { $0.count == 1 }
            assign(0, to: "anna", on: socket)
            let named = try await voices(store) { $0.first?.owner != .nobody }
            #expect(named.map(\.owner) == [.person(anna)])
            socket.close()
            let next = try await gateway.connect(path)
            send(8, of: 8_000, to: next)
            #expect(await next.next { $0.contains("speaker_label_suggestion") && $0.contains("Anna") } != nil)
            // The machine may have mistaken this speaker for her: her voice stays hers.
            assign(0, to: "bert", on: next)
            try await until {
                let segments = try await store.inProgress(of: .local, source: "omi", device: nil)?.segments ?? []
                return !segments.isEmpty && segments.allSatisfy { $0.identity == SpeakerIdentity(.person(ID("bert")), by: .manual) }
            }
            #expect(try await store.voices(of: .local).map(\.owner) == [.person(anna)])
            next.close()
        }
    }

    @Test func `takes a person who was made a moment ago elsewhere, and says so of one whom there is not`() async throws {
        try await with { gateway, store in
            let socket = try await gateway.connect(path)
            send(8, of: 8_000, to: socket)
            #expect(await socket.next { $0.contains("w8") } != nil)
            assign(0, to: "nobody-there", on: socket)
            let rejected = try #require(await socket.next { $0.contains("unknown_person") || $0.contains(#""person_id":"nobody-there""#) })
            #expect(rejected.contains("service_status") && rejected.contains("invalid_input"))
            func add(_ name: String) async throws {
                _ = try await store.add(Person(id: ID(name), name: name, created: UnixTime(milliseconds: 0)), reusing: false, of: .local)
            }
            func segments() async throws -> [Segment] { try await store.inProgress(of: .local, source: "omi", device: nil)?.segments ?? [] }
            #expect(try await segments().allSatisfy { $0.identity.person == nil })
            // By another replica: this one looks for changes once an hour.
            try await add("carl")
            assign(0, to: "carl", on: socket)
            #expect(await socket.next { $0.contains(#""person_id":"carl""#) } != nil)
            try await until { Set(try await segments().map(\.identity.person)) == [ID("carl")] }
            // And with the last that its client says.
            try await add("dora")
            assign(0, to: "dora", segments: try await segments().map(\.id), on: socket)
            socket.close()
            try await until { Set(try await segments().map(\.identity.person)) == [ID("dora")] }
        }
    }

    @Test func `names a voice that is only heard well enough later, and another name by the same hand`() async throws {
        try await with { gateway, store in
            let socket = try await gateway.connect(path)
            send(2, of: 8_000, to: socket)
            #expect(await socket.next { $0.contains("w1") } != nil)
            assign(0, to: "bert", on: socket)
            send(8, of: 8_000, to: socket)
            #expect(try await voices(store) { $0.first?.owner == .person(ID("bert")) }.count == 1)
            assign(0, to: "anna", on: socket)
            #expect(try await voices(store) { $0.first?.owner == .person(anna) }.count == 1)
            assign(0, to: "user", on: socket)
            #expect(try await voices(store) { $0.first?.owner == .user }.count == 1)
            socket.close()
        }
    }

    @Test func `is told to other live sessions of the user at once`() async throws {
        try await with { gateway, store in
            let first = try await gateway.connect(path + "&source=desktop")
            send(8, of: 8_000, to: first)
            let voice = try #require(try await voices(store) { $0.count == 1 }.first)
            let second = try await gateway.connect(path)
            send(8, of: 8_000, to: second)
            #expect(await second.next { $0.contains("w8") } != nil)
            try await until {
                let segments = try await store.inProgress(of: .local, source: "omi", device: nil)?.segments ?? []
                return !segments.isEmpty && segments.allSatisfy { $0.identity.voice == voice.id }
            }
            assign(0, to: "anna", on: first)
            #expect(await second.next { $0.contains("speaker_label_suggestion") && $0.contains("Anna") } != nil)
            // And what another request changes.
            let renamed = try await gateway.send(
                .patch, "/api/v1/people/anna", headers: ["Content-Type": "application/json"], body: Array(#"{"name":"Anne"}"#.utf8))
            #expect(renamed.status == 200)
            first.close()
            second.close()
        }
    }

    @Test func `is remembered in the next conversation of the same session`() async throws {
        let later = Mutex(Duration.zero)
        try await with(poll: .milliseconds(50), now: { TestGateway.time + later.withLock { $0 } }) { gateway, store in
            let socket = try await gateway.connect(path)
            send(8, of: 8_000, to: socket)
            let voice = try #require(try await voices(store) { $0.count == 1 }.first)
            #expect(await socket.next { $0.contains("w8") } != nil)
            let first = try #require(try await store.inProgress(of: .local, source: "omi", device: nil))
            later.withLock { $0 = .seconds(121) }
            #expect(await socket.next { $0.contains("conversation_session") && !$0.contains(first.id.rawValue) } != nil)
            send(3, of: 8_000, to: socket)
            try await until {
                let segments = try await store.inProgress(of: .local, source: "omi", device: nil)?.segments ?? []
                return !segments.isEmpty && segments.allSatisfy { $0.identity.voice == voice.id }
            }
            socket.close()
        }
    }

    // MARK: - Enrollments

    /// A conversation of 16 s of one voice that is over: "w1 w2 … w16".
    private func conversation(_ gateway: TestGateway, _ store: SQLConversationStore) async throws -> Conversation {
        let socket = try await gateway.connect(path + "&source=desktop")
        send(16, of: 8_000, to: socket)
        #expect(await socket.next { $0.contains("w16") } != nil)
        socket.send(text: #"{"type":"finish"}"#)
        let created = await socket.next { $0.contains("memory_created") }
        #expect(created != nil)
        let id = try #require(try await store.lastCompleted(of: .local))
        return try #require(try await store.conversation(id, of: .local))
    }

    /// Assigns all segments of a conversation.
    ///
    /// - Returns: the JSON of the former speakers.
    @discardableResult private func assign(
        _ conversation: Conversation, to owner: String = #""person_id":"anna""#, _ gateway: TestGateway
    ) async throws -> JSONValue {
        let ids = conversation.segments.map { #""\#($0.id.rawValue)""# }.joined(separator: ",")
        let answer = try await gateway.send(
            .post, "/api/v1/conversations/\(conversation.id.rawValue)/segments/assign", headers: ["Content-Type": "application/json"],
            body: Array(#"{\#(owner),"segment_ids":[\#(ids)]}"#.utf8))
        #expect(answer.status == 200)
        return try #require(try JSONValue(parsing: Array(answer.text.utf8))["former"])
    }

    /// Waits until an enrollment has had this outcome. One assignment may be queued twice.
    private func enrollment(_ outcome: String, _ gateway: TestGateway) async throws {
        try await until { try await gateway.send(.get, "/metrics").text.contains(#"harken_voice_lessons_total{outcome="\#(outcome)"}"#) }
    }

    @Test func `teaches the voice from what is kept of it, until a hand says otherwise`() async throws {
        try await with(heard: (3...14).map { "w\($0)" }) { gateway, store in
            let conversation = try await conversation(gateway, store)
            try await assign(conversation, gateway)
            try await enrollment("learned", gateway)
            #expect(try await store.voices(of: .local).map(\.owner) == [.person(anna), .person(anna)])
            #expect(try await store.voices(of: .local).map { $0.adoption != nil } == [true, false])
            let samples = try await store.samples(of: .person(anna), of: .local)
            #expect(samples.map(\.duration) == [.seconds(10)])
            try await assign(conversation, gateway)
            try await enrollment("known", gateway)
            let next = try await gateway.connect(path)
            send(8, of: 8_000, to: next)
            #expect(await next.next { $0.contains("speaker_label_suggestion") && $0.contains("Anna") } != nil)
            next.close()
            // What was learned from it was wrong.
            try await assign(conversation, to: #""is_user":true"#, gateway)
            #expect(try await store.samples(of: .person(anna), of: .local).isEmpty)
            _ = try await voices(store) { $0.map(\.owner) == [.nobody] }
        }
    }

    @Test func `takes what was learned from an assignment back with it`() async throws {
        try await with(heard: (3...14).map { "w\($0)" }) { gateway, store in
            let conversation = try await conversation(gateway, store), voices = try await store.voices(of: .local)
            let former = try await assign(conversation, gateway)
            try await enrollment("learned", gateway)
            #expect(try await store.voices(of: .local).map(\.owner) == [.person(anna), .person(anna)])
            var body = JSONWriter()
            body.beginObject()
            body.key("former")
            body.value(former)
            body.endObject()
            let answer = try await gateway.send(
                .post, "/api/v1/conversations/\(conversation.id.rawValue)/segments/assign", headers: ["Content-Type": "application/json"],
                body: body.bytes)
            #expect(answer.status == 200, "\(answer.text)")
            // At the answer already: nothing shows the name any more.
            #expect(try await store.voices(of: .local).map(\.owner) == voices.map(\.owner) && voices.map(\.owner) == [.nobody])
            #expect(try await store.samples(of: .person(anna), of: .local).isEmpty)
            #expect(try await store.conversation(conversation.id, of: .local)?.segments == conversation.segments)
        }
    }

    @Test func `teaches the voice after a restart, where it did not come to it before`() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "harken-untaught-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await with(directory: directory, keepsDirectory: true) { gateway, store in
            try await assign(try await conversation(gateway, store), gateway)
            try await enrollment("unavailable", gateway)
        }
        try await with(heard: (3...14).map { "w\($0)" }, directory: directory, keepsDirectory: true) { gateway, store in
            try await enrollment("learned", gateway)
            #expect(try await store.voices(of: .local).map(\.owner) == [.person(anna), .person(anna)])
            #expect(try await store.samples(of: .person(anna), of: .local).count == 1)
        }
    }

    @Test func `teaches nothing where other words are heard, and where the user wants none learned`() async throws {
        try await with(heard: ["something", "else", "was", "said", "here", "all", "the", "time"]) { gateway, store in
            let conversation = try await conversation(gateway, store)
            try await store.set("learn_voices", to: "false", of: .local)
            try await assign(conversation, gateway)
            try await enrollment("unwanted", gateway)
            try await store.set("learn_voices", to: nil, of: .local)
            try await assign(conversation, gateway)
            try await enrollment("rejected", gateway)
            #expect(try await store.voices(of: .local).map(\.owner) == [.nobody])
            #expect(try await store.samples(of: .person(anna), of: .local).isEmpty)
        }
    }

    @Test func `does not listen again to what was rejected, until a segment changes`() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "harken-rejected-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let others = ["something", "else", "was", "said", "here", "all", "the", "time"]
        try await with(heard: others, directory: directory, keepsDirectory: true) { gateway, store in
            try await assign(try await conversation(gateway, store), gateway)
            try await enrollment("rejected", gateway)
        }
        try await with(heard: others, directory: directory, keepsDirectory: true) { gateway, store in
            try await enrollment("unchanged", gateway)
            let id = try #require(try await store.lastCompleted(of: .local))
            let conversation = try #require(try await store.conversation(id, of: .local)), first = try #require(conversation.segments.first)
            let edited = try await gateway.send(
                .patch, "/api/v1/conversations/\(id.rawValue)/segments/\(first.id.rawValue)", headers: ["Content-Type": "application/json"],
                body: Array(#"{"text":"w1 w2 w3"}"#.utf8))
            #expect(edited.status == 200)
            try await assign(conversation, gateway)
            try await enrollment("rejected", gateway)
        }
    }

    @Test func `over the socket teaches when the conversation is over`() async throws {
        try await with(heard: (3...14).map { "w\($0)" }) { gateway, store in
            let socket = try await gateway.connect(path + "&source=desktop")
            send(16, of: 8_000, to: socket)
            #expect(await socket.next { $0.contains("w16") } != nil)
            assign(0, to: "anna", on: socket)
            _ = try await voices(store) { $0.first?.owner == .person(anna) }
            socket.send(text: #"{"type":"finish"}"#)
            try await enrollment("learned", gateway)
            #expect(try await store.samples(of: .person(anna), of: .local).count == 1)
            socket.close()
        }
    }
}
