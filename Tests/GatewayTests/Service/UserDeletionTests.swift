import Conversations
import Foundation
import Framing
import HarkenTesting
import Speech
import Store
import Testing

@testable import Gateway

@Suite(.hangLimit) struct `A user who is deleted` {
    private let alice = "alice-of-the-lake"
    private let path = "/v4/listen?language=en&sample_rate=16000&codec=pcm16&vad_gate=disabled"

    private func with(
        directory: String? = nil, keepsDirectory: Bool = false, _ body: (TestGateway) async throws -> Void
    ) async throws {
        try await TestGateway.with(
            ScriptedEngine(word: { "zanzibar\($0)" }), keys: TestKeys(valid: ["right", "other"], users: ["right": alice, "other": "bob"]),
            directory: directory, keepsDirectory: keepsDirectory, ears: TestEars(), change: { $0.speakerPatience = .seconds(120) }, body)
    }

    private func send(
        _ method: HTTPMethod, _ path: String, _ body: String? = nil, kind: String = "application/json", key: String = "right", to gateway: TestGateway
    ) async throws -> Int {
        let headers: HTTPHeaders = ["Authorization": "Bearer " + key, "Content-Type": kind]
        return try await gateway.send(method, path, headers: headers, body: body.map { Array($0.utf8) }).status
    }

    /// Audio of this user, found in files by its lower bytes.
    private func pcm(_ samples: Int) -> [UInt8] { (0..<samples).flatMap { _ in [UInt8(0x47), 0x1F] } }

    private func speak(_ seconds: Int, to socket: TestSocket) {
        for _ in 0..<10 * seconds { socket.send(binary: pcm(1_600)) }
    }

    /// Leaves something of every kind: conversations, transcripts of two protocols, a voice, a person, settings, a vendor's key, an upload.
    private func live(in gateway: TestGateway) async throws {
        let headers: HTTPHeaders = ["Authorization": "Bearer right"]
        let first = try await gateway.connect(path, headers: headers)
        speak(8, to: first)
        #expect(await first.next { $0.contains("zanzibar8") } != nil)
        let store = try gateway.store()
        try await until { try await !store.voices(of: ID(alice)).isEmpty }
        first.close()
        let second = try await gateway.connect("/v1/listen?encoding=linear16&sample_rate=16000", headers: headers)
        speak(3, to: second)
        #expect(await second.next { $0.contains("zanzibar3") } != nil)
        second.close()
        try await gateway.sessionsEnd()
        // The audio of a session is stored a moment after its end.
        let conversation = try #require(try await store.list(ConversationQuery(limit: 1), of: ID(alice)).conversations.first)
        try await until { try await !store.audio(of: conversation.id, of: ID(alice)).isEmpty }
        #expect(try await send(.post, "/api/v1/people", #"{"name":"Annabella"}"#, to: gateway) == 201)
        #expect(try await send(.post, "/api/v1/people", #"{"name":"Robert"}"#, key: "other", to: gateway) == 201)
        #expect(try await send(.patch, "/api/v1/users/me/settings", #"{"name":"Quagmire"}"#, to: gateway) == 200)
        #expect(try await send(.put, "/api/v1/users/me/provider-keys/soniox", #"{"key":"vendor-key"}"#, to: gateway) == 200)
        #expect(try await send(.post, "/v2/upload", "wednesbury", kind: "application/octet-stream", to: gateway) == 200)
        let form = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"Thornfield.wav\"\r\n\r\nsound\r\n--b--\r\n"
        #expect(try await send(.post, "/v1/files", form, kind: "multipart/form-data; boundary=b", to: gateway) == 201)
    }

    /// Returns what the files of the data directory still have of the user.
    private func remains(in directory: String) throws -> [String] {
        let files = (FileManager.default.enumerator(atPath: directory)?.compactMap { $0 as? String } ?? []).compactMap { name in
            FileManager.default.contents(atPath: directory + "/" + name).map { (name, $0) }
        }
        let secrets =
            [alice, "zanzibar", "Annabella", "Quagmire", "wednesbury", "Thornfield"].map { ($0, Data($0.utf8)) } + [("audio", Data(pcm(100)))]
        return secrets.flatMap { name, bytes in files.filter { $0.1.has(bytes) }.map { "\(name) in \($0.0)" } }
    }

    /// Waits until nothing is left of the user: the journal of a session that ended a moment ago is cleared a little later.
    private func expectNothing(in directory: String, store: SQLConversationStore) async throws {
        var left: [String] = []
        try await until(showing: "\(left)") {
            try? await store.settle()
            left = try remains(in: directory)
            return left.isEmpty
        }
        try await until { try await store.deletions() == [] }
        #expect(try await store.people(of: ID("bob")).map(\.name) == ["Robert"])
    }

    /// Returns the amount of audio that the ledger has of a user.
    private func audio(of user: ID<User>, in directory: String) async throws -> Int64 {
        let usage = try SQLiteInstallation(in: DataDirectory(creating: directory)).usage
        try await usage.bookAll()
        return try await usage.rows(UsageQuery(user: user)).reduce(0) { $0 + $1.totals.audio }
    }

    @Test func `leaves nothing in any file of the data directory but amounts of usage`() async throws {
        try await with { gateway in
            try await live(in: gateway)
            let store = try gateway.store()
            #expect(Set(try remains(in: gateway.directory).map { $0.prefix { $0 != " " } }).count == 7)
            let archive = try await gateway.send(.get, "/api/v1/users/me/export", headers: ["Authorization": "Bearer right"]).text
            for part in ["zanzibar8", "zanzibar3", "Annabella", "Quagmire", "voiceprint", "soniox", "audio?part=0", "usage.json"] {
                #expect(archive.contains(part), "\(part)")
            }
            #expect(!archive.contains("Robert"))
            // One session still speaks, and ends.
            let open = try await gateway.connect(path, headers: ["Authorization": "Bearer right"])
            speak(2, to: open)
            #expect(await open.next { $0.contains("zanzibar2") } != nil)
            let before = try await audio(of: ID(alice), in: gateway.directory)
            #expect(before > 0)
            #expect(try await send(.delete, "/api/v1/users/me", to: gateway) == 204)
            try await expectNothing(in: gateway.directory, store: store)
            #expect(await gateway.liveSessions() == 0)
            #expect(try await audio(of: ID(alice), in: gateway.directory) == 0)
            #expect(try await audio(of: .deleted, in: gateway.directory) >= before)
        }
    }

    @Test func `is told to administrators while it is not complete`() async throws {
        try await TestGateway.with { gateway in
            let store = try gateway.store(), zoe = ID<User>("zoe")
            let talk = Conversation(
                id: ID("c"), user: zoe, status: .completed, source: "test", started: TestGateway.time, finished: TestGateway.time,
                segments: [Segment(id: ID("s"), text: "word", start: .zero, end: .seconds(1))])
            #expect(try await store.begin(talk))
            #expect(try await gateway.send(.get, "/api/v1/admin/deletions").text == #"{"deletions":[]}"#)
            #expect(try await store.beginDeletion(of: zoe))
            let told = try await gateway.send(.get, "/api/v1/admin/deletions").text
            #expect(told.contains(#""user":"zoe""#) && told.contains(#""conversations":1}"#), "\(told)")
        }
    }

    @Test func `is refused until the removal is complete, which the answer does not wait for`() async throws {
        try await TestGateway.with { gateway in
            try await gateway.keepMemories(of: .local)
            let store = try gateway.store()
            // The removal cannot end.
            let holder = try SQLiteConnection.open(gateway.directory + "/harken.db", .readWrite)
            try holder.run("CREATE TRIGGER held BEFORE DELETE ON deleted_users BEGIN SELECT RAISE(ABORT, 'held'); END")
            #expect(try await gateway.send(.get, "/api/v1/conversations").status == 200)
            let answer = try await gateway.send(.delete, "/api/v1/users/me")
            #expect(answer.status == 204 && answer.headers["X-Harken-Erasure"] == "/api/v1/erasure")
            for path in ["/api/v1/conversations", "/api/v1/users/me/settings", "/v2/transcript", "/v1/files"] {
                #expect(try await gateway.send(.get, path).status == 403, "\(path)")
            }
            #expect(try await gateway.send(.post, "/api/v1/people", body: Array(#"{"name":"Anna"}"#.utf8)).status == 403)
            // Administration is open, and tells how far the removal is.
            try await until { try await gateway.send(.get, "/api/v1/admin/deletions").text.contains(#""conversations":0}"#) }
            #expect(try await store.deletions().map(\.user) == [.local])
            #expect(try await gateway.send(.get, "/api/v1/erasure").status == 200)
            #expect(try await gateway.send(.get, "/health").status == 200)
        }
    }

    @Test func `is deleted to the end after a crash in the middle`() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "harken-deletion-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await with(directory: directory, keepsDirectory: true) { gateway in try await live(in: gateway) }
        do {
            // The crash comes after the first of several steps.
            let data = try DataDirectory(creating: directory)
            let store = SQLConversationStore(in: try SQLiteDatabase(in: data), audio: Blobs(in: data).audio, now: { TestGateway.time })
            #expect(try await store.beginDeletion(of: ID(alice)))
            #expect(try await store.deleteRows(of: ID(alice), sessions: []))
        }
        #expect(try !remains(in: directory).isEmpty)
        try await with(directory: directory, keepsDirectory: true) { gateway in
            // The gateway clears the database's free pages. On a busy machine that takes longer than another connection waits.
            var store: SQLConversationStore?
            try await until {
                store = try? gateway.store()
                return (try? await store?.deletions().isEmpty) == true
            }
            try await expectNothing(in: directory, store: try #require(store))
        }
    }
}
