import Conversations
import Framing
import Net
import Speech
import Store
import Testing

@Suite struct `Moving to another gateway` {
    private let export = TestGateway.exportPath

    @Test func `keeps everything, and importing it twice is importing it once`() async throws {
        try await TestGateway.with { first in
            try await first.keepEverything(of: .local)
            let archive = try await first.exported()
            let names = try ArchivedFile.files(of: archive).map { $0.name.dropFirst("harken-export/".count) }
            #expect(
                names == [
                    "export.json", "user.json", "people.json", "voices.json", "conversations/1.json", "audio/1-0.opus", "audio/1-1.opus",
                    "conversations/2.json", "conversations/3.json", "samples.json", "samples/1-0.opus", "audio.json", "usage.json",
                ])
            try await TestGateway.with { second in
                let imported = try await second.importArchive(archive)
                #expect(imported.status == 200, "\(imported.text)")
                #expect(imported.counts == [[3, 0], [2, 0], [6, 0], [2, 0], [3, 0], [3, 0]], "\(imported.text)")
                #expect(imported.json["rejected"] == .array([]), "\(imported.text)")
                #expect(try await second.memories() == TestGateway.memories(archive))
                let again = try await second.importArchive(archive)
                #expect(again.counts == [[0, 3], [0, 2], [0, 6], [0, 2], [0, 3], [0, 3]], "\(again.text)")
                #expect(try await second.memories() == TestGateway.memories(archive))
                // The order of equal starts, and the first place of words, are as before.
                for path in ["/api/v1/conversations", "/api/v1/search?q=moonlit&by=words", "/v3/speech-profile"] {
                    #expect(try await second.send(.get, path).text == first.send(.get, path).text, "\(path)")
                }
                let audio = "/api/v1/conversations/conversation-1/audio"
                let heard = try await second.client.send(HTTPClientRequest(.get, "http://127.0.0.1:\(second.port)\(audio)"))
                let original = try await first.client.send(HTTPClientRequest(.get, "http://127.0.0.1:\(first.port)\(audio)"))
                #expect(heard.status == .ok && heard.body == original.body)
            }
        }
    }

    @Test func `has no files of audio unless they are asked for`() async throws {
        try await TestGateway.with { gateway in
            try await gateway.keepEverything(of: .local)
            let archive = try await gateway.exported(query: "")
            let names = try ArchivedFile.files(of: archive).map(\.name)
            #expect(!names.contains { $0.hasSuffix(".opus") } && names.contains("harken-export/audio.json"))
            #expect(try await gateway.send(.get, export + "?audio=some").status == 400)
            try await TestGateway.with { second in
                let imported = try await second.importArchive(archive)
                #expect(imported.counts == [[3, 0], [2, 0], [6, 0], [2, 0], [0, 0], [3, 0]], "\(imported.text)")
                // The audio may follow.
                let audio = try await gateway.exported()
                #expect(try await second.importArchive(audio).count("audio") == [3, 0])
                #expect(try await second.memories() == TestGateway.memories(audio))
            }
        }
    }

    @Test func `leaves ids of other users alone, and does not tell of them`() async throws {
        let keys = ["alice", "bob", "carol"]
        let access = TestKeys(valid: keys, users: Dictionary(uniqueKeysWithValues: keys.map { ($0, $0) }))
        try await TestGateway.with(keys: access) { gateway in
            try await gateway.keepEverything(of: ID("alice"))
            let archive = try await gateway.exported(key: "alice")
            var changed = try ArchivedFile.files(of: archive)
            for index in changed.indices { changed[index].replace("moonlit", with: "starlit") }
            let imported = try await gateway.importFiles(changed, key: "bob")
            // The answer is the same as for a user whose ids nobody has.
            #expect(imported.text == (try await gateway.importFiles(changed, key: "carol")).text)
            #expect(imported.count("conversations") == [3, 0] && imported.count("audio") == [3, 0])
            #expect(try await gateway.memories(key: "alice") == TestGateway.memories(archive))
            let bobs = try await gateway.send(.get, "/api/v1/search?q=starlit", headers: ["Authorization": "Bearer bob"]).text
            let alices = try await gateway.send(.get, "/api/v1/search?q=starlit", headers: ["Authorization": "Bearer alice"]).text
            #expect(bobs.contains("segment-4") && !alices.contains("segment"))
        }
    }

    @Test func `an archive that breaks off is sent again as a whole`() async throws {
        try await TestGateway.with { first in
            try await first.keepEverything(of: .local)
            let archive = try await first.exported()
            try await TestGateway.with { second in
                for part in [1, 2, 3] {
                    let cut = try await second.importArchive(Array(archive[..<(archive.count * part / 4)]))
                    #expect(cut.status == 400 && cut.text.contains("bad_archive") && cut.text.contains("ends too early"), "\(cut.text)")
                }
                #expect(try await second.importArchive(archive).status == 200)
                let moved = try await second.memories(), whole = try TestGateway.memories(archive)
                #expect(moved.map(\.name) == whole.map(\.name))
                for (one, other) in zip(moved, whole) { #expect(one == other) }
            }
        }
    }

    @Test func `other files are refused, with what to do`() async throws {
        try await TestGateway.with { gateway in
            var strange = ArchivedFile("", [1])
            strange.name = "photos/1.jpg"
            let cases: [([UInt8], String)] = [
                ([], "not a tar archive"), (Array("RIFF".utf8), "not a tar archive"), ([0x1F, 0x8B] + [UInt8](repeating: 1, count: 600), "gunzip"),
                (ArchivedFile.packed([strange]), "not an export of Harken"),
                (ArchivedFile.packed([ArchivedFile("user.json", [1])]), "earlier version"),
                (ArchivedFile.packed([ArchivedFile("export.json", #"{"format":2}"#)]), "Upgrade this gateway"),
                (ArchivedFile.packed([ArchivedFile("export.json", "{}")]), "not an export of Harken"),
                (ArchivedFile.packed([.head, ArchivedFile("../people.json", [])]), "lead out of its folder"),
            ]
            for (body, words) in cases {
                let answer = try await gateway.importArchive(body)
                #expect(answer.status == 400 && answer.text.contains("bad_archive") && answer.text.contains(words), "\(words): \(answer.text)")
            }
            #expect(try await gateway.store().people(of: .local).isEmpty)
        }
    }

    @Test func `objects that cannot be imported are left out, and named`() async throws {
        try await TestGateway.with { first in
            try await first.keepEverything(of: .local)
            var archive = try ArchivedFile.files(of: await first.exported())
            for index in archive.indices {
                switch archive[index].name {
                case "harken-export/conversations/2.json": archive[index].replace(#""status":"completed""#, with: #""status":"strange""#)
                case "harken-export/people.json": archive[index].replace("Bert", with: String(repeating: "B", count: 401))
                case "harken-export/audio/1-1.opus": archive[index].content = Array("RIFF-second".utf8)
                default: break
                }
            }
            try await TestGateway.with { second in
                let imported = try await second.importFiles(archive)
                #expect(imported.status == 200)
                #expect(imported.counts == [[2, 0], [1, 0], [6, 0], [2, 0], [2, 0], [3, 0]], "\(imported.text)")
                // The person, the conversation, the file, and the sample's segment in that conversation.
                #expect(imported.rejectedCount == 4, "\(imported.text)")
                for name in ["people.json", "conversations/2.json", "audio/1-1.opus", "samples.json"] { #expect(imported.text.contains(name)) }
                #expect(try await second.store().people(of: .local).map(\.name) == ["Anna"])
            }
        }
    }

    @Test func `an export waits for its client, and a user has one at a time`() async throws {
        let keys = TestKeys(valid: ["alice", "bob"], users: ["alice": "alice", "bob": "bob"])
        try await TestGateway.with(keys: keys) { gateway in
            let store = try gateway.store(), text = String(repeating: "tulip ", count: 10_000)
            for number in 0..<200 {
                let segment = Segment(id: ID("s"), text: text, start: .zero, end: .seconds(1))
                let time = UnixTime(milliseconds: 86_400_000 + Int64(number) * 1_000)
                let talk = Conversation(
                    id: ID("c\(number)"), user: ID("alice"), status: .completed, source: "test", started: time, finished: time, segments: [segment])
                #expect(try await store.begin(talk))
            }
            let alice: HTTPHeaders = ["Authorization": "Bearer alice"]
            let slow = try RawConnection(port: gateway.port, receiveBuffer: 65_536)
            try slow.send("GET \(export) HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer alice\r\nConnection: close\r\n\r\n")
            #expect(try await slow.receive { $0.contains("\r\n\r\n") }.contains("200 OK"))
            #expect(try await gateway.send(.get, export, headers: alice).status == 409)
            #expect(try await gateway.send(.get, export, headers: ["Authorization": "Bearer bob"]).status == 200)
            // A conversation that the archive does not have yet is deleted.
            #expect(try await store.delete(ID<Conversation>("c199"), of: ID("alice")))
            let rest = try await slow.receiveAll()
            #expect(rest.contains("conversations/199.json") && !rest.contains("conversations/200.json") && rest.contains("usage.json"))
            #expect(try await gateway.send(.get, export, headers: alice).status == 200)
        }
    }
}
