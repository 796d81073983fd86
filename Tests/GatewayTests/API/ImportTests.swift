import Conversations
import Foundation
import Framing
import HarkenTesting
import Speech
import Store
import Testing

@testable import Gateway

/// Imports that are cut off, hostile archives, and what happens beside an import.
@Suite(.hangLimit) struct `An import` {
    private let path = "/v4/listen?language=en&sample_rate=16000&codec=pcm16&vad_gate=disabled"

    /// Returns a document of a conversation, with the least members that an import needs.
    private func conversation(
        _ id: String = "c", status: String = "completed", started: String = "2025-01-01T00:00:00Z", segments: [String] = [], audio: String = "",
        stored: String = "", language: String = ""
    ) -> ArchivedFile {
        ArchivedFile(
            "conversations/1.json",
            """
            {"id":"\(id)","status":"\(status)","source":"test","language":"\(language)","started_at":"\(started)","finished_at":"\(started)",\
            "segments":[\(segments.joined(separator: ","))],"audio":[\(audio)],"stored":{\(stored)}}
            """)
    }

    private func segment(_ number: Int = 1, start: Double = 0, end: Double = 1, speaker: Int = 0, words: String = "") -> String {
        """
        {"id":"s\(number)","text":"harbour","start":\(start),"end":\(end),"words":[\(words)],"stored":{"speaker":\(speaker)}}
        """
    }

    private func part(_ entry: String, start: Double = 0, duration: Double, created: String = "2025-01-01T00:00:00Z") -> String {
        #"{"entry":"\#(entry)","start":\#(start),"duration":\#(duration),"created_at":"\#(created)","format":"opus"}"#
    }

    // MARK: Hostile archives

    @Test func `refuses conversations that no gateway has recorded, and names the reason`() async throws {
        let many = (0...1_000).map { segment($0, start: Double($0), end: Double($0 + 1), speaker: $0) }
        let cases: [(ArchivedFile, String)] = [
            (conversation(segments: [segment(start: -2_000, end: 10)]), "cannot be read: start"),
            (conversation(segments: [segment(start: 5, end: 3)]), "ends before it starts"),
            (conversation(segments: [segment(start: 9e9, end: 9.1e9)]), "cannot be read: start"),
            (conversation(started: "2300-01-01T00:00:00Z", segments: [segment()]), "starts in the future"),
            (conversation(started: (TestGateway.time + .seconds(3_600)).rfc3339, segments: [segment()]), "starts in the future"),
            (conversation(started: "2001-01-01T00:00:00Z", segments: [segment()]), "starts more than ten years ago"),
            (conversation(status: "in_progress", segments: [segment()]), "was not over"),
            (conversation(segments: many), "more than 1000 speakers"), (conversation(segments: [segment(), segment()]), "an id stands twice"),
            (conversation(segments: [segment()], audio: part("a", duration: -1)), "lacks its start, duration"),
            (conversation(segments: [segment()], audio: part("a", start: -50, duration: 1)), "lacks its start, duration"),
        ]
        try await TestGateway.with { gateway in
            for (document, reason) in cases {
                let outcome = try await gateway.importFiles([.head, document])
                #expect(outcome.status == 200 && outcome.counts[0] == [0, 0] && outcome.text.contains(reason), "\(reason): \(outcome.text)")
            }
            // Words that an engine has turned round are put in order.
            let word = #"{"text":"harbour","start":1,"end":0.5,"confidence":1}"#
            let outcome = try await gateway.importFiles([.head, conversation(segments: [segment(words: word)])])
            #expect(outcome.counts[0] == [1, 0], "\(outcome.text)")
            let found = try #require(try await gateway.store().conversation(ID("c"), of: .local))
            #expect(found.segments.first?.words.map(\.end) == [.seconds(1)])
            #expect(try await gateway.send(.get, "/api/v1/conversations").status == 200)
        }
    }

    @Test func `takes a language by its name, and stores its tag`() async throws {
        try await TestGateway.with { gateway in
            let cases: [(String, String?)] = [("portuguese", "pt"), ("pt-BR", "pt-BR"), ("auto", nil)]
            for (number, (name, tag)) in cases.enumerated() {
                let document = conversation("c\(number)", segments: [segment(number)], language: name)
                let outcome = try await gateway.importFiles([.head, document])
                #expect(outcome.counts[0] == [1, 0], "\(outcome.text)")
                let found = try #require(try await gateway.store().conversation(ID("c\(number)"), of: .local))
                #expect(found.language == tag.map { LanguageTag($0) })
            }
        }
    }

    @Test func `names people whose names others have, each pair once`() async throws {
        let people = ["anna": "Anna", "bert": " bert ", "carl": "Carl", "carl2": "CARL"].sorted { $0.key < $1.key }.map { id, name in
            #"{"id":"\#(id)","name":"\#(name)","created_at":"2026-01-02T03:04:05Z"}"#
        }
        let archive = ArchivedFile("people.json", #"{"people":["# + people.joined(separator: ",") + "]}")
        try await TestGateway.with { gateway in
            let store = try gateway.store()
            _ = try await store.add(Person(id: ID("here"), name: "Bert", created: UnixTime(milliseconds: 0)), reusing: false, of: .local)
            for _ in 1...2 {
                let outcome = try await gateway.importFiles([.head, archive])
                #expect(outcome.status == 200 && outcome.rejectedCount == 0, "\(outcome.text)")
                guard case .array(let namesakes)? = outcome.json["namesakes"] else {
                    Issue.record("\(outcome.text)")
                    return
                }
                let pairs = namesakes.map { namesake in
                    ["person_id", "other_person_id"].map { if case .string(let id)? = namesake[$0] { id } else { "" } }
                }
                #expect(pairs == [["bert", "here"], ["carl", "carl2"]])
            }
        }
    }

    @Test func `measures documents before it reads them`() async throws {
        let empty = ArchivedFile("voices.json", #"{"voices":["# + String(repeating: "{},", count: 600_000) + "{}]}")
        let large = ArchivedFile("voices.json", #"{"voices":[]}"# + String(repeating: " ", count: 9 << 20))
        let faulty = ArchivedFile("voices.json", #"{"voices":["# + String(repeating: "{},", count: 99) + "{}]}")
        try await TestGateway.with { gateway in
            for (document, reason) in [(empty, "more than 500000 values"), (large, "more than 8 MiB")] {
                let outcome = try await gateway.importFiles([.head, document])
                #expect(outcome.rejectedCount == 1 && outcome.text.contains(reason), "\(outcome.text.prefix(1_000))")
            }
            let outcome = try await gateway.importFiles([.head, faulty])
            #expect(outcome.rejectedCount == 100, "\(outcome.text.prefix(1_000))")
            guard case .array(let listed)? = outcome.json["rejected"] else {
                Issue.record("\(outcome.text)")
                return
            }
            #expect(listed.count == 20)
            // Documents of other programs are passed over, however large they are.
            #expect(try await gateway.importFiles([.head, ArchivedFile("usage.json", [UInt8](repeating: 32, count: 20 << 20))]).rejectedCount == 0)
        }
    }

    @Test func `cuts findings by their bytes`() async throws {
        let marks = String(repeating: "\u{301}", count: 100_000)
        let findings = """
            "findings":{"category":"work","emoji":"a\(marks)","action_items":["b\(marks)"],\
            "events":[{"title":"c\(marks)","description":"d\(marks)","start":"2025-01-01T00:00:00Z","duration":60}]}
            """
        try await TestGateway.with { gateway in
            let outcome = try await gateway.importFiles([.head, conversation(segments: [segment()], stored: findings)])
            #expect(outcome.counts[0] == [1, 0], "\(outcome.text.prefix(1_000))")
            let found = try #require(try await gateway.store().conversation(ID("c"), of: .local)?.findings)
            #expect(found.emoji.unicodeScalars.first == "a" && found.emoji.utf8.count <= 32)
            #expect(found.actionItems.map { $0.description.utf8.count <= 800 } == [true])
            #expect(found.events.map { $0.title.utf8.count <= 800 && $0.description.utf8.count <= 800 } == [true])
            #expect(try await gateway.send(.get, "/api/v1/conversations?limit=200").text.utf8.count < 20_000)
        }
    }

    @Test func `takes the duration of audio from the file, and no time of the future`() async throws {
        let parts = part("audio/1-0.opus", duration: 0.000000001, created: "9999-01-01T00:00:00Z")
        try await TestGateway.with { gateway in
            let outcome = try await gateway.importFiles([
                .head, conversation(segments: [segment()], audio: parts), ArchivedFile("audio/1-0.opus", try TestGateway.opus(seconds: 5, pitch: 3)),
            ])
            #expect(outcome.count("audio") == [1, 0], "\(outcome.text)")
            let audio = try #require(try await gateway.store().audio(of: ID("c"), of: .local).first)
            #expect(audio.duration == .seconds(5) && audio.created <= TestGateway.time)
        }
    }

    @Test func `refuses files that only look like audio, and keeps none of their bytes`() async throws {
        var hostile = try TestGateway.opus(seconds: 3, pitch: 3)
        let last = try #require(hostile.indices.dropLast(27).last { hostile[$0...].starts(with: "OggS".utf8) })
        hostile.replaceSubrange(last + 6..<last + 14, with: [0, 0, 0, 0, 0, 0, 0, 0x80])
        let parts = [part("audio/1-0.opus", duration: 3), part("audio/1-1.opus", start: 10, duration: 3)].joined(separator: ",")
        try await TestGateway.with { gateway in
            let outcome = try await gateway.importFiles([
                .head, conversation(segments: [segment(1), segment(2, start: 20, end: 21)], audio: parts), ArchivedFile("audio/1-0.opus", hostile),
                ArchivedFile("audio/1-1.opus", "OggS-second"),
            ])
            #expect(outcome.count("audio") == [0, 0] && outcome.rejectedCount == 2, "\(outcome.text)")
            #expect(try await gateway.store().audio(of: ID("c"), of: .local).isEmpty)
            // A draft goes a moment after its last use.
            try await until { try gateway.audioFiles().isEmpty }
        }
    }

    @Test func `checks settings as the API does, and keeps the audio that is here`() async throws {
        let user = ArchivedFile(
            "user.json",
            """
            {"settings":{"vocabulary":"\(String(repeating: "x", count: 2_000))","language":"!!","audio_days":"0","name":" ","learn_voices":"maybe",\
            "model_summaries":"false"},"provider_keys":[{"provider":"soniox","fingerprint":"","created_at":"2025-01-01T00:00:00Z"},\
            {"provider":"deepgram","fingerprint":"\(String(repeating: "\u{FF11}", count: 21))a","created_at":"2025-01-01T00:00:00Z"}]}
            """)
        try await TestGateway.with { gateway in
            let store = try gateway.store()
            _ = try await store.begin(
                Conversation(id: ID("here"), user: .local, status: .completed, source: "test", started: TestGateway.time, finished: TestGateway.time))
            let audio = StoredAudio(file: "here.opus", start: .zero, duration: .seconds(1), byteCount: 1, created: TestGateway.time)
            #expect(try await store.add(audio, to: ID("here"), of: .local))
            let outcome = try await gateway.importFiles([.head, user])
            #expect(outcome.count("settings") == [1, 0] && outcome.rejectedCount == 7, "\(outcome.text)")
            for name in ["vocabulary", "language", "name", "learn_voices", "soniox", "deepgram", "audio_days is left out"] {
                #expect(outcome.text.contains(name), "\(name)")
            }
            #expect(try await store.settings(of: .local) == ["model_summaries": "false"])
            #expect(try await store.providerKeys(of: .local).isEmpty)
        }
    }

    // MARK: Losses

    @Test func `names files that the archive does not have, and fills them in later`() async throws {
        try await TestGateway.with { first in
            try await first.keepEverything(of: .local)
            let all = try ArchivedFile.files(of: await first.exported())
            try await TestGateway.with { second in
                let some = try await second.importFiles(all.filter { !$0.name.hasSuffix("audio/1-1.opus") })
                #expect(some.count("audio") == [2, 0] && some.rejectedCount == 1, "\(some.text)")
                #expect(some.text.contains("the archive does not have the file"))
                #expect(try await second.importFiles(all).count("audio") == [1, 2])
                #expect(try await second.memories() == TestGateway.memories(ArchivedFile.packed(all)))
            }
        }
    }

    @Test func `writes files again that an import has named and not written`() async throws {
        try await TestGateway.with { first in
            try await first.keepEverything(of: .local)
            let all = try ArchivedFile.files(of: await first.exported())
            try await TestGateway.with { second in
                #expect(try await second.importFiles(all).count("audio") == [3, 0])
                let files = try second.audioFiles().filter { $0.hasSuffix(".opus") }
                #expect(files.count == 3)
                // A gateway that is killed between the row and the file leaves this.
                for file in files { try FileManager.default.removeItem(atPath: second.directory + "/audio/" + file) }
                #expect(try await second.importFiles(all).count("audio") == [3, 0])
                #expect(try second.audioFiles().filter { $0.hasSuffix(".opus") } == files)
                #expect(try await second.memories() == TestGateway.memories(ArchivedFile.packed(all)))
            }
        }
    }

    @Test func `names conversations that were not over when they were exported`() async throws {
        try await TestGateway.with { first in
            let store = try first.store()
            for (id, status) in [("open", Conversation.Status.inProgress), ("over", .completed)] {
                _ = try await store.begin(
                    Conversation(id: ID(id), user: .local, status: status, source: "test", started: TestGateway.time, finished: TestGateway.time))
            }
            let archive = try await first.exported()
            #expect(try ArchivedFile.files(of: archive).filter { $0.name.contains("conversations/") }.count == 2)
            try await TestGateway.with { second in
                let outcome = try await second.importArchive(archive)
                #expect(outcome.count("conversations") == [1, 0] && outcome.rejectedCount == 1, "\(outcome.text)")
                #expect(outcome.text.contains("the conversation open was not over"))
            }
        }
    }

    @Test func `moves lists of many voices`() async throws {
        try await TestGateway.with { first in
            let store = try first.store()
            for number in 1...1_100 {
                let values = (0..<192).map { $0 == number % 192 ? 1 : Float(number) / 100_000 }
                let voice = NewVoice(
                    id: ID("voice-\(number)"), owner: .user, voiceprint: try #require(Voiceprint(values, model: "test")), evidence: .seconds(30),
                    created: TestGateway.time)
                _ = try await store.add(voice, of: .local)
            }
            let archive = try await first.exported()
            let lists = try ArchivedFile.files(of: archive).map(\.name).filter { $0.contains("/voices") }
            #expect(lists == ["voices.json", "voices-2.json", "voices-3.json"].map { "harken-export/" + $0 })
            try await TestGateway.with { second in
                let outcome = try await second.importArchive(archive)
                #expect(outcome.count("voices") == [1_100, 0] && outcome.rejectedCount == 0, "\(outcome.text)")
                #expect(try await second.memories() == TestGateway.memories(archive))
            }
        }
    }

    // MARK: What happens beside an import

    /// Sends the beginning of an archive, which has `people`, and leaves the rest to come.
    private func begin(_ archive: [UInt8], until end: Int, to gateway: TestGateway, key: String) throws -> RawConnection {
        let connection = try RawConnection(port: gateway.port)
        try connection.send(
            "POST \(TestGateway.importPath) HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(key)\r\nContent-Type: application/x-tar\r\n"
                + "Content-Length: \(archive.count)\r\nConnection: close\r\n\r\n")
        try connection.send(Array(archive[..<end]))
        return connection
    }

    private func withImport(
        _ body: (TestGateway, TestKeys, _ archive: [UInt8], _ half: Int) async throws -> Void
    ) async throws {
        let access = TestKeys(valid: ["alice", "bob"], users: ["alice": "alice", "bob": "bob"])
        try await TestGateway.with(ScriptedEngine(word: { "zanzibar\($0)" }), keys: access, ears: TestEars()) { gateway in
            try await gateway.keepEverything(of: ID("bob"))
            let archive = try await gateway.exported(key: "bob")
            // In the middle of the first file with audio.
            var reader = TarReader(maxEntries: 100)
            var offset = 0, half = 0
            while let event = try reader.next(archive.span.bytes, from: &offset) {
                guard case .file(let file) = event, file.name.hasSuffix("audio/1-0.opus") else { continue }
                half = offset + file.byteCount / 2
                break
            }
            try await body(gateway, access, archive, half)
        }
    }

    @Test func `is one at a time, disturbs no session, and leaves no draft when its client goes`() async throws {
        try await withImport { gateway, _, archive, half in
            let first = try begin(archive, until: half, to: gateway, key: "alice")
            let store = try gateway.store()
            try await until { try await store.conversation(ID("conversation-1"), of: ID("alice")) != nil }
            let second = try await gateway.importArchive(archive, key: "alice")
            #expect(second.status == 409, "\(second.text)")
            let session = try await gateway.connect(path, headers: ["Authorization": "Bearer alice"])
            for _ in 0..<20 { session.send(binary: (0..<1_600).flatMap { _ in [UInt8(0x47), 0x1F] }) }
            #expect(await session.next { $0.contains("zanzibar2") } != nil)
            session.close()
            first.end(byReset: true)
            try await until { try await gateway.importArchive(archive, key: "alice").status == 200 }
            let files = try await store.audio(of: ID("conversation-1"), of: ID("alice")).map(\.file)
            #expect(files.count == 2)
            // Three files of Bob, three of Alice, and perhaps the session's; no draft.
            try await until { try gateway.audioFiles().allSatisfy { $0.hasSuffix(".opus") } }
        }
    }

    @Test func `ends when its user is deleted, and brings nothing back`() async throws {
        try await withImport { gateway, _, archive, half in
            let connection = try begin(archive, until: half, to: gateway, key: "alice")
            let store = try gateway.store()
            try await until { try await store.conversation(ID("conversation-1"), of: ID("alice")) != nil }
            #expect(try await gateway.send(.delete, "/api/v1/users/me", headers: ["Authorization": "Bearer alice"]).status == 204)
            try connection.send(Array(archive[half...]))
            let answer = try await connection.receiveAll()
            #expect(answer.contains("409") && answer.contains("user_deleted"), "\(answer)")
            #expect(try await store.people(of: ID("alice")).isEmpty)
            #expect(try await store.conversation(ID("conversation-1"), of: ID("alice")) == nil)
            #expect(try await store.settings(of: ID("alice")).isEmpty)
            try await until { try gateway.audioFiles().count == 3 }
        }
    }

    @Test func `ends when its key is revoked`() async throws {
        try await withImport { gateway, access, archive, half in
            let connection = try begin(archive, until: half, to: gateway, key: "alice")
            let store = try gateway.store()
            try await until { try await store.conversation(ID("conversation-1"), of: ID("alice")) != nil }
            access.revoke("alice")
            try connection.send(Array(archive[half...]))
            #expect(try await connection.receiveAll().contains("401"))
            #expect(try await store.conversation(ID("conversation-2"), of: ID("alice")) == nil)
        }
    }
}
