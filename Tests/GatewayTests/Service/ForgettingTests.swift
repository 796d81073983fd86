import Conversations
import Foundation
import Framing
import HarkenTesting
@testable import Live
import Speech
import Store
import Testing

@testable import Gateway

/// What becomes of live sessions when their conversations are deleted, or taken from them.
@Suite(.hangLimit) struct `Conversations that their sessions lose` {
    private let path = "/v4/listen?language=en&sample_rate=16000&codec=pcm16&vad_gate=disabled"

    /// - Parameter low: of each sample, so that it is known whose audio is left.
    private func speak(_ seconds: Int, to socket: TestSocket, low: UInt8 = 0x40) {
        for _ in 0..<10 * seconds { socket.send(binary: pcm(1_600, low: low)) }
    }

    private func pcm(_ samples: Int, low: UInt8) -> [UInt8] { (0..<samples).flatMap { _ in [low, 0x1F] } }

    private func store(_ gateway: TestGateway) throws -> SQLConversationStore {
        let data = try DataDirectory(creating: gateway.directory)
        return SQLConversationStore(in: try SQLiteDatabase(in: data), audio: Blobs(in: data).audio, now: { TestGateway.time })
    }

    private func inProgress(_ gateway: TestGateway, _ source: String, words: Int) async throws -> Conversation {
        let store = try store(gateway)
        var found: Conversation?
        try await until {
            found = try await store.inProgress(of: .local, source: source, device: nil)
            return found?.segments.flatMap(\.words).count ?? 0 >= words
        }
        return try #require(found)
    }

    private func files(_ gateway: TestGateway, with text: String) throws -> [String] { try files(gateway, with: Array(text.utf8)) }

    /// Files of the data directory with this in them.
    private func files(_ gateway: TestGateway, with bytes: [UInt8]) throws -> [String] {
        let files = FileManager.default.enumerator(atPath: gateway.directory)?.compactMap { $0 as? String } ?? []
        #expect(files.contains { $0.hasPrefix("journal/") })
        return files.filter { FileManager.default.contents(atPath: gateway.directory + "/" + $0)?.has(bytes) == true }
    }

    private func sessions(_ gateway: TestGateway) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: gateway.directory + "/transcripts").filter { $0.hasSuffix(".json") }
    }

    @Test func `are in no file of the data directory when they are deleted, while another session goes on`() async throws {
        // Another word each, so that it is known whose words are left.
        let engine = ScriptedEngine(word: { "zanzibar\($0)" })
        try await TestGateway.with(engine, keys: TestKeys(valid: [])) { gateway in
            let store = try store(gateway)
            let other = try await gateway.connect(path + "&source=other&custom_stt=enabled")
            #expect(await other.next { $0.contains(#""ready""#) } != nil)
            speak(1, to: other)
            let socket = try await gateway.connect(path)
            let audio = pcm(100, low: 0x47)
            speak(4, to: socket, low: 0x47)
            let said = try await inProgress(gateway, "omi", words: 4)
            #expect(try !files(gateway, with: "zanzibar4").isEmpty && !files(gateway, with: audio).isEmpty)
            socket.close()
            try await until { await gateway.liveSessions() == 1 }
            try await until { try !sessions(gateway).isEmpty }
            let session = try #require(try sessions(gateway).first).dropLast(5)
            #expect(try await gateway.send(.get, "/api/v1/sessions/\(session)").text.contains("zanzibar4"))
            #expect(try await gateway.send(.delete, "/api/v1/conversations/\(said.id)").status == 204)
            // What can be restored is hidden, and is on the disk.
            #expect(try await gateway.send(.get, "/api/v1/sessions/\(session)").status == 404)
            #expect(try !files(gateway, with: "zanzibar4").isEmpty)
            #expect(try await gateway.send(.post, "/api/v1/conversations/\(said.id)/restore").status == 204)
            #expect(try await gateway.send(.get, "/api/v1/sessions/\(session)").text.contains("zanzibar4"))
            #expect(try await gateway.send(.delete, "/api/v1/conversations/\(said.id)?for_good=true").status == 204)
            #expect(try await gateway.send(.get, "/api/v1/sessions/\(session)").status == 404)
            var left: [String] = []
            try await until(showing: "\(left)") {
                try await store.settle()
                left = try files(gateway, with: "zanzibar") + files(gateway, with: audio)
                return left.isEmpty
            }
            // The other one's is there still, in the same journal.
            #expect(try files(gateway, with: pcm(100, low: 0x40)).contains { $0.hasPrefix("journal/") })
            speak(1, to: other)
            other.close()
            try await gateway.sessionsEnd()
        }
    }

    @Test func `are told as not erased while a transcript with their words cannot be changed`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            try await gateway.keepMemories(of: .local)
            let socket = try await gateway.connect(path)
            speak(4, to: socket)
            let said = try await inProgress(gateway, "omi", words: 4)
            socket.close()
            try await gateway.sessionsEnd()
            try await until { try !sessions(gateway).isEmpty }
            // The path of the transcript is not that of a file.
            let transcript = gateway.directory + "/transcripts/" + (try #require(try sessions(gateway).first)), aside = gateway.directory + "/aside"
            try FileManager.default.moveItem(atPath: transcript, toPath: aside)
            try FileManager.default.createDirectory(atPath: transcript, withIntermediateDirectories: false)
            #expect(try await gateway.send(.delete, "/api/v1/conversations/\(said.id)?for_good=true").status == 204)
            #expect(try await gateway.send(.get, "/api/v1/erasure").text == #"{"erased":false,"held_by":["transcripts"]}"#)
            try FileManager.default.removeItem(atPath: transcript)
            try FileManager.default.moveItem(atPath: aside, toPath: transcript)
            // Each deletion for good tries again.
            #expect(try await gateway.send(.delete, "/api/v1/conversations/conversation-1?for_good=true").status == 204)
            #expect(try await !gateway.send(.get, "/api/v1/erasure").text.contains("held_by"))
            #expect(try !files(gateway, with: #""w2""#).contains { $0.hasPrefix("transcripts") })
        }
    }

    @Test func `say in their session's transcript what stands in them now`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            let socket = try await gateway.connect(path)
            speak(4, to: socket)
            let said = try await inProgress(gateway, "omi", words: 4)
            socket.close()
            try await gateway.sessionsEnd()
            try await until { try !sessions(gateway).isEmpty }
            let session = try #require(try sessions(gateway).first).dropLast(5), segment = try #require(said.segments.first?.id)
            let answer = try await gateway.send(
                .patch, "/api/v1/conversations/\(said.id)/segments/\(segment)", headers: ["Content-Type": "application/json"],
                body: Array(#"{"text":"nothing"}"#.utf8))
            #expect(answer.status == 200)
            #expect(try await !gateway.send(.get, "/api/v1/sessions/\(session)").text.contains("w2"))
            #expect(try !files(gateway, with: #""w2""#).contains { $0.hasPrefix("transcripts") })
        }
    }

    @Test func `while somebody speaks are followed by another one, with all that is said from there on`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            let socket = try await gateway.connect(path)
            speak(3, to: socket)
            let said = try await inProgress(gateway, "omi", words: 3)
            #expect(try await gateway.send(.delete, "/api/v1/conversations/\(said.id)").status == 204)
            speak(3, to: socket)
            let next = try await inProgress(gateway, "omi", words: 3)
            #expect(next.id != said.id && next.segments.flatMap(\.words).map(\.text) == ["w4", "w5", "w6"])
            #expect(await socket.next { $0.contains("conversation_session") && $0.contains(next.id.rawValue) } != nil)
            socket.close()
            try await gateway.sessionsEnd()
            try await until { try !sessions(gateway).isEmpty }
            let session = try #require(try sessions(gateway).first).dropLast(5)
            let answer = try await gateway.send(.get, "/api/v1/sessions/\(session)").text
            #expect(!answer.contains(#""w3""#) && answer.contains(#""w4""#) && answer.contains(#""w6""#))
        }
    }

    @Test func `when another session completes them are followed by another one, which is completed too`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            let first = try await gateway.connect(path + "&source=desktop")
            speak(2, to: first)
            let shared = try await inProgress(gateway, "desktop", words: 2)
            let second = try await gateway.connect(path + "&source=desktop")
            #expect(await second.next { $0.contains("conversation_session") && $0.contains(shared.id.rawValue) } != nil)
            first.close()
            let store = try store(gateway)
            try await until { try await store.conversation(shared.id, of: .local)?.status == .completed }
            let title = try await store.conversation(shared.id, of: .local)?.title
            speak(3, to: second)
            let next = try await inProgress(gateway, "desktop", words: 3)
            #expect(next.id != shared.id)
            second.send(text: #"{"type":"finish"}"#)
            #expect(await second.next { $0.contains("memory_created") && $0.contains(next.id.rawValue) } != nil)
            let before = try #require(try await store.conversation(shared.id, of: .local))
            #expect(before.segments.flatMap(\.words).count == 2 && before.title == title)
            #expect(try await store.conversation(next.id, of: .local)?.title != nil)
        }
    }

    /// Keeps ten seconds of noise, whose every part is different.
    ///
    /// - Returns: the kept audio, and the content of its file.
    private func noise(
        _ id: String, in folder: String, silencing silence: SampleRange? = nil
    ) async throws -> (kept: ConversationAudio.Kept, bytes: Data) {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let audio = ConversationAudio(in: FolderBlobStore(folder), rate: .speech, channels: 1, newID: { id }, announce: { _, _ in })
        if let silence { await audio.silence(silence) }
        var state: UInt32 = 1
        for second in 0..<10 {
            let noise = (0..<16_000).map { _ in
                state = state &* 1_664_525 &+ 1_013_904_223
                return Int16(truncatingIfNeeded: Int32(bitPattern: state) >> 16) / 8
            }
            #expect(await audio.append(noise, from: SampleIndex(second * 16_000)) == nil)
        }
        let kept = try #require(try await audio.finish())
        return (kept, try #require(FileManager.default.contents(atPath: folder + "/" + kept.file.text)))
    }

    @Test func `have a file of their own when they are split, and nothing of the other part`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            let store = try store(gateway), day = UnixTime(milliseconds: 86_400_000)
            let segments = [0, 6].map { second in
                Segment(id: ID("s\(second)"), text: "Said at \(second).", start: .seconds(second), end: .seconds(second + 2))
            }
            let whole = Conversation(
                id: ID("whole"), user: .local, status: .completed, source: "test", started: day, finished: day, segments: segments)
            #expect(try await store.begin(whole))
            let folder = gateway.directory + "/audio"
            let (kept, bytes) = try await noise("shared", in: folder)
            #expect(
                try await store.add(
                    StoredAudio(file: kept.file.text, start: .zero, duration: .seconds(10), byteCount: kept.byteCount, created: day), to: ID("whole"),
                    of: .local))
            let split = try await gateway.send(
                .post, "/api/v1/conversations/whole/split", headers: ["Content-Type": "application/json"],
                body: Array(#"{"segment_id":"s6"}"#.utf8))
            #expect(split.status == 200)
            let earlier = try #require(try await store.audio(of: ID("whole"), of: .local).first)
            #expect(earlier.file != kept.file.text && earlier.start == .zero && abs((earlier.duration - .seconds(6)) / .milliseconds(1)) <= 20)
            let later = try #require(try await store.list(ConversationQuery(), of: .local).conversations.first { $0.id != ID("whole") })
            let rest = try #require(try await store.audio(of: later.id, of: .local).first)
            #expect(rest.start <= .zero && rest.start > .milliseconds(-20) && abs((rest.duration - .seconds(4)) / .milliseconds(1)) <= 20)
            // The private part is deleted for good: no piece of it is on the disk.
            #expect(try await gateway.send(.delete, "/api/v1/conversations/\(later.id)?for_good=true").status == 204)
            try await store.settle()
            try await until { try FileManager.default.contentsOfDirectory(atPath: folder) == [earlier.file] }
            let left = try #require(FileManager.default.contents(atPath: folder + "/" + earlier.file))
            for place in stride(from: bytes.count * 7 / 10, to: bytes.count - 100, by: 700) {
                #expect(!left.has(bytes[place..<place + 40]))
            }
            #expect(left.has(bytes[bytes.count / 4..<bytes.count / 4 + 40]))
        }
    }

    @Test func `are silent where words are hidden while they are said`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "harken-silence-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (_, whole) = try await noise("whole", in: folder)
        let range = SampleRange(SampleIndex(72_000), SampleIndex(96_000))
        let (kept, silenced) = try await noise("silenced", in: folder, silencing: range)
        #expect(kept.count == SampleCount(160_000) && kept.byteCount == silenced.count)
        for place in stride(from: whole.count * 48 / 100, to: whole.count * 57 / 100, by: 300) {
            #expect(!silenced.has(whole[place..<place + 40]))
        }
        #expect(silenced.has(whole[whole.count / 4..<whole.count / 4 + 40]))
    }

    @Test func `are silent and wordless in a redacted time, in every file`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            let store = try store(gateway), id = ID<Conversation>("spoken")
            let words = (0..<10).map { SegmentWord("secret\($0)", start: .seconds($0), end: .seconds($0 + 1), confidence: 1) }
            let segment = Segment(id: ID("s"), text: words.map(\.text).joined(separator: " "), start: .zero, end: .seconds(10), words: words)
            #expect(
                try await store.begin(
                    Conversation(
                        id: id, user: .local, status: .completed, source: "test", title: "secret5", summary: "secret5", started: TestGateway.time,
                        finished: TestGateway.time, segments: [segment])))
            let folder = gateway.directory + "/audio"
            let (kept, bytes) = try await noise("whole", in: folder)
            let stored = StoredAudio(
                file: kept.file.text, start: .zero, duration: .seconds(10), byteCount: kept.byteCount, created: TestGateway.time)
            #expect(try await store.add(stored, to: id, of: .local))
            let answer = try await gateway.send(
                .post, "/api/v1/conversations/spoken/redact", headers: ["Content-Type": "application/json"],
                body: Array(#"{"from":4.5,"to":6}"#.utf8))
            #expect(answer.status == 200 && answer.text.contains(#""files":1"#), "\(answer.text)")
            let left = try #require(try await store.conversation(id, of: .local))
            #expect(left.segments.first?.text == "secret0 secret1 secret2 secret3 [redacted] secret6 secret7 secret8 secret9")
            #expect(left.title?.contains("secret5") == false && left.summary?.contains("secret5") == false)
            let file = try #require(try await store.audio(of: id, of: .local).first?.file)
            try await store.settle()
            try await until { try FileManager.default.contentsOfDirectory(atPath: folder) == [file] }
            let silenced = try #require(FileManager.default.contents(atPath: folder + "/" + file))
            for place in stride(from: bytes.count * 48 / 100, to: bytes.count * 57 / 100, by: 300) {
                #expect(!silenced.has(bytes[place..<place + 40]))
            }
            #expect(silenced.has(bytes[bytes.count / 4..<bytes.count / 4 + 40]))
            let bad = try await gateway.send(
                .post, "/api/v1/conversations/spoken/redact", headers: ["Content-Type": "application/json"], body: Array(#"{"from":6}"#.utf8))
            #expect(bad.status == 400)
        }
    }
}
