import Conversations
import Framing
import Net
import Speech
import Store
import Testing

@Suite struct `Moving to another gateway` {
    private let export = "/api/v1/users/me/export"
    private let take = "/api/v1/users/me/import"

    private struct File: Equatable {
        var name: String
        var content: [UInt8]
    }

    private func archive(of gateway: TestGateway, query: String = "?audio=true", key: String? = nil) async throws -> [UInt8] {
        var headers: HTTPHeaders = [:]
        if let key { headers.set("Authorization", "Bearer " + key) }
        let answer = try await gateway.client.send(
            HTTPClientRequest(.get, "http://127.0.0.1:\(gateway.port)\(export)\(query)", headers: headers))
        #expect(answer.status == .ok)
        return answer.body
    }

    private func send(
        _ archive: [UInt8], to gateway: TestGateway, key: String? = nil
    ) async throws -> (status: Int, json: JSONValue, text: String) {
        var headers: HTTPHeaders = ["Content-Type": "application/x-tar"]
        if let key { headers.set("Authorization", "Bearer " + key) }
        let answer = try await gateway.send(.post, take, headers: headers, body: archive)
        return (answer.status, (try? JSONValue(parsing: Array(answer.text.utf8))) ?? .null, answer.text)
    }

    /// Unpacks an archive.
    private func files(_ archive: [UInt8]) throws -> [File] {
        var reader = TarReader(maxEntries: 10_000)
        var files: [File] = [], offset = 0
        while let event = try reader.next(archive.span.bytes, from: &offset) {
            switch event {
            case .file(let file): files.append(File(name: file.name, content: []))
            case .data(let bytes): files[files.count - 1].content += bytes.array(in: archive.span.bytes)
            case .fileEnd, .end: break
            }
        }
        try reader.finish()
        return files
    }

    private func packed(_ files: [File]) -> [UInt8] {
        var archive = TarArchive()
        for file in files { archive.add(file.name, file.content, changedAt: 0) }
        return archive.finish()
    }

    /// The files of an archive without the one that says when it was made.
    private func memories(_ archive: [UInt8]) throws -> [File] { try files(archive).filter { $0.name != "harken-export/export.json" } }

    private func count(_ answer: JSONValue, _ name: String) -> [Int] {
        ["added", "present"].compactMap { if case .int(let number)? = answer[name]?[$0] { number } else { nil } }
    }

    private let kinds = ["conversations", "people", "voices", "samples", "audio", "settings"]

    @Test func `keeps everything, and taking it twice is taking it once`() async throws {
        try await TestGateway.with { first in
            try await first.keepMemories(of: .local)
            let archive = try await archive(of: first)
            let names = try files(archive).map { $0.name.dropFirst("harken-export/".count) }
            #expect(
                names == [
                    "export.json", "user.json", "people.json", "voices.json", "conversations/1.json", "conversations/2.json", "audio/2-0.opus",
                    "audio/2-1.opus", "samples.json", "samples/1-0.opus", "audio.json", "usage.json",
                ])
            try await TestGateway.with { second in
                let taken = try await send(archive, to: second)
                #expect(taken.status == 200, "\(taken.text)")
                #expect(kinds.map { count(taken.json, $0) } == [[2, 0], [2, 0], [1, 0], [1, 0], [3, 0], [2, 0]], "\(taken.text)")
                #expect(taken.json["rejected"] == .array([]))
                #expect(try await memories(self.archive(of: second)) == memories(archive))
                let again = try await send(archive, to: second)
                #expect(kinds.map { count(again.json, $0) } == [[0, 2], [0, 2], [0, 1], [0, 1], [0, 3], [0, 2]], "\(again.text)")
                #expect(try await memories(self.archive(of: second)) == memories(archive))
                let heard = try await second.send(.get, "/api/v1/conversations/conversation-1/audio")
                #expect(heard.text == "OggS-firstOggS-second")
                #expect(try await second.send(.get, "/v3/speech-profile/audio").text == "OggS-profile")
                #expect(try await second.send(.get, "/api/v1/search?q=moonlit").text.contains("segment-4"))
            }
        }
    }

    @Test func `has no files of audio unless they are asked for`() async throws {
        try await TestGateway.with { gateway in
            try await gateway.keepMemories(of: .local)
            let archive = try await archive(of: gateway, query: "")
            let names = try files(archive).map(\.name)
            #expect(!names.contains { $0.hasSuffix(".opus") } && names.contains("harken-export/audio.json"))
            #expect(try await gateway.send(.get, export + "?audio=some").status == 400)
            try await TestGateway.with { second in
                let taken = try await send(archive, to: second)
                #expect(kinds.map { count(taken.json, $0) } == [[2, 0], [2, 0], [1, 0], [1, 0], [0, 0], [2, 0]], "\(taken.text)")
                // The audio may follow.
                let audio = try await self.archive(of: gateway)
                #expect(count(try await send(audio, to: second).json, "audio") == [3, 0])
                #expect(try await memories(self.archive(of: second)) == memories(audio))
            }
        }
    }

    @Test func `leaves ids of other users alone, and does not tell of them`() async throws {
        let keys = ["alice", "bob", "carol"]
        let access = TestKeys(valid: keys, users: Dictionary(uniqueKeysWithValues: keys.map { ($0, $0) }))
        try await TestGateway.with(keys: access) { gateway in
            try await gateway.keepMemories(of: ID("alice"))
            let archive = try await archive(of: gateway, key: "alice")
            let before = try files(archive)
            let changed = before.map { file in
                File(name: file.name, content: Array(String(decoding: file.content, as: UTF8.self).replacing("moonlit", with: "starlit").utf8))
            }
            let taken = try await send(packed(changed), to: gateway, key: "bob")
            // The answer is the same as for a user whose ids nobody has.
            #expect(taken.text == (try await send(packed(changed), to: gateway, key: "carol")).text)
            #expect(count(taken.json, "conversations") == [2, 0] && count(taken.json, "audio") == [3, 0])
            #expect(try await memories(self.archive(of: gateway, key: "alice")) == memories(archive))
            let bobs = try await gateway.send(.get, "/api/v1/search?q=starlit", headers: ["Authorization": "Bearer bob"]).text
            let alices = try await gateway.send(.get, "/api/v1/search?q=starlit", headers: ["Authorization": "Bearer alice"]).text
            #expect(bobs.contains("segment-4") && !alices.contains("segment"))
        }
    }

    @Test func `an archive that breaks off is sent again as a whole`() async throws {
        try await TestGateway.with { first in
            try await first.keepMemories(of: .local)
            let archive = try await archive(of: first)
            try await TestGateway.with { second in
                for part in [1, 2, 3] {
                    let cut = try await send(Array(archive[..<(archive.count * part / 4)]), to: second)
                    #expect(cut.status == 400 && cut.text.contains("bad_archive") && cut.text.contains("ends too early"), "\(cut.text)")
                }
                #expect(try await send(archive, to: second).status == 200)
                #expect(try await memories(self.archive(of: second)) == memories(archive))
            }
        }
    }

    @Test func `other files are refused, with what to do`() async throws {
        try await TestGateway.with { gateway in
            let head = File(name: "harken-export/export.json", content: Array(#"{"format":1}"#.utf8))
            let cases: [([UInt8], String)] = [
                ([], "not a tar archive"), (Array("RIFF".utf8), "not a tar archive"), ([0x1F, 0x8B] + [UInt8](repeating: 1, count: 600), "gunzip"),
                (packed([File(name: "photos/1.jpg", content: [1])]), "not an export of Harken"),
                (packed([File(name: "harken-export/user.json", content: [1])]), "earlier version"),
                (packed([File(name: "harken-export/export.json", content: Array(#"{"format":2}"#.utf8))]), "Upgrade this gateway"),
                (packed([File(name: "harken-export/export.json", content: Array("{}".utf8))]), "not an export of Harken"),
                (packed([head, File(name: "harken-export/../people.json", content: [])]), "lead out of its folder"),
            ]
            for (body, words) in cases {
                let answer = try await send(body, to: gateway)
                #expect(answer.status == 400 && answer.text.contains("bad_archive") && answer.text.contains(words), "\(words): \(answer.text)")
            }
            #expect(try await gateway.store().people(of: .local).isEmpty)
        }
    }

    @Test func `what cannot be taken is left out, and named`() async throws {
        try await TestGateway.with { first in
            try await first.keepMemories(of: .local)
            let archive = try await files(archive(of: first)).map { file in
                var text = String(decoding: file.content, as: UTF8.self)
                switch file.name {
                case "harken-export/conversations/1.json": text = text.replacing(#""status":"completed""#, with: #""status":"strange""#)
                case "harken-export/people.json": text = text.replacing("Bert", with: String(repeating: "B", count: 401))
                case "harken-export/audio/2-1.opus": text = "RIFF-second"
                default: break
                }
                return File(name: file.name, content: Array(text.utf8))
            }
            try await TestGateway.with { second in
                let taken = try await send(packed(archive), to: second)
                #expect(taken.status == 200)
                #expect(kinds.map { count(taken.json, $0) } == [[1, 0], [1, 0], [1, 0], [1, 0], [2, 0], [2, 0]], "\(taken.text)")
                #expect(taken.json["rejected_count"] == .int(3))
                for name in ["people.json", "conversations/1.json", "audio/2-1.opus"] { #expect(taken.text.contains(name)) }
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
            // What was not made yet is deleted before it is.
            #expect(try await store.delete(ID<Conversation>("c0"), of: ID("alice")))
            let rest = try await slow.receiveAll()
            #expect(rest.contains("conversations/199.json") && !rest.contains("conversations/200.json") && rest.contains("usage.json"))
            #expect(try await gateway.send(.get, export, headers: alice).status == 200)
        }
    }
}
