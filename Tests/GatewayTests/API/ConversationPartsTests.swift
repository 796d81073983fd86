import Continuity
import Conversations
import Framing
@testable import API
@testable import Gateway
import HarkenTesting
import Net
import Speech
import Store
import Testing

@Suite(.hangLimit) struct `Parts of a conversation` {
    private func with(_ body: (TestGateway) async throws -> Void) async throws {
        try await TestGateway.with { gateway in
            try await gateway.keepMemories(of: .local)
            try await body(gateway)
        }
    }

    private func ask(_ gateway: TestGateway, _ path: String, status: Int = 200) async throws -> JSONValue {
        let answer = try await gateway.send(.get, "/api/v1" + path)
        #expect(answer.status == status, "\(answer.text)")
        return try JSONValue(parsing: Array(answer.text.utf8))
    }

    private func list(_ value: JSONValue?) -> [JSONValue] { if case .array(let list)? = value { list } else { [] } }

    @Test func `are drawn in a list by who speaks when`() async throws {
        try await with { gateway in
            let first = try #require(list(try await ask(gateway, "/conversations")["conversations"]).first)
            #expect(first["duration"] == 23.5)
            #expect(list(first["people"]).map { $0["name"] } == ["Speaker 1", "Speaker 2"])
            #expect(list(first["people"]).map { $0["voice_id"] } == ["voice-1", .null])
            #expect(first["turns"] == [[0.0, 3.5, 0], [10.0, 13.5, 1], [20.0, 23.5, 0]], "\(first)")
        }
    }

    @Test func `are in a list of named conversations as in the whole list`() async throws {
        try await with { gateway in
            let all = list(try await ask(gateway, "/conversations")["conversations"])
            let named = try await ask(gateway, "/conversations?ids=conversation-1,none,conversation-2&limit=1")
            #expect(list(named["conversations"]) == all.reversed() && all.count == 2 && named["next"] == .null, "\(named)")
            let many = (0...200).map { "c\($0)" }.joined(separator: ",")
            _ = try await ask(gateway, "/conversations?ids=" + many, status: 400)
        }
    }

    @Test func `are segments of a time, page by page`() async throws {
        try await with { gateway in
            let path = "/conversations/conversation-1/segments"
            let all = try await ask(gateway, path)
            #expect(list(all["segments"]).map { $0["id"] } == ["segment-1", "segment-2", "segment-3"])
            #expect(all["total"] == 3 && all["first"] == 0 && all["next"] == .null)
            let middle = try await ask(gateway, path + "?from=5&to=20")
            #expect(list(middle["segments"]).map { $0["id"] } == ["segment-2"] && middle["first"] == 1 && middle["total"] == 3)
            let page = try await ask(gateway, path + "?limit=1&index=1")
            #expect(list(page["segments"]).map { $0["id"] } == ["segment-2"] && page["next"] == 2)
            #expect(list(list(page["segments"]).first?["words"]).count == 4)
            for query in ["from=x", "to=-1", "index=-1", "limit=501"] { _ = try await ask(gateway, path + "?" + query, status: 400) }
            _ = try await ask(gateway, "/conversations/none/segments", status: 404)
        }
    }

    @Test func `are places of all segments with their speakers, without words`() async throws {
        try await with { gateway in
            let path = "/conversations/conversation-1"
            _ = try await gateway.send(
                .post, "/api/v1" + path + "/segments/assign", body: Array(#"{"person_id":"person-1","segment_ids":["segment-2"]}"#.utf8))
            let outline = try await ask(gateway, path + "/outline"), whole = try await ask(gateway, path)
            try #require(outline["segments"] == [[0.0, 3.5, 0, 22], [10.0, 13.5, 1, 22], [20.0, 23.5, 0, 22]], "\(outline)")
            try #require(list(outline["speakers"]).map { $0["name"] } == [.null, "Anna"])
            for (place, segment) in zip(list(outline["segments"]), list(whole["segments"])) {
                guard case .int(let index) = list(place)[2] else { throw UnexpectedAnswer() }
                let speaker = list(outline["speakers"])[index]
                for name in ["person_id", "is_user", "speaker_id", "speaker_identity_state"] { #expect(speaker[name] == segment[name], "\(name)") }
            }
            for name in ["id", "title", "summary", "started_at", "duration"] { #expect(outline[name] == whole[name], "\(name)") }
            _ = try await ask(gateway, "/conversations/none/outline", status: 404)
        }
    }

    private struct UnexpectedAnswer: Error {}

    @Test func `are places that a search in it finds`() async throws {
        try await with { gateway in
            func found(_ query: String) async throws -> [JSONValue?] {
                list(try await ask(gateway, "/search?q=moonlit" + query)["hits"]).map { $0["conversation_id"] }
            }
            let everywhere = try await found(""), there = try await found("&conversation=conversation-2")
            #expect(everywhere.contains("conversation-1"))
            #expect(there == ["conversation-2", "conversation-2", "conversation-2"])
            let nowhere = try await found("&conversation=none")
            #expect(nowhere == [])
        }
    }

    @Test func `are ranges of its audio, over the borders of files`() async throws {
        try await with { gateway in
            let path = "/api/v1/conversations/conversation-1/audio"
            func range(_ range: String) async throws -> (Int, String, String?) {
                let answer = try await gateway.send(.get, path, headers: ["Range": range])
                return (answer.status, answer.text, answer.headers["Content-Range"])
            }
            #expect(try await range("bytes=0-3") == (206, "OggS", "bytes 0-3/21"))
            #expect(try await range("bytes=5-14") == (206, "firstOggS-", "bytes 5-14/21"))
            #expect(try await range("bytes=-6") == (206, "second", "bytes 15-20/21"))
            #expect(try await range("bytes=21-") == (416, "", "bytes */21"))
            let whole = try await gateway.send(.get, path)
            #expect(whole.headers["Accept-Ranges"] == "bytes" && whole.headers["Content-Length"] == "21")
            let head = try await gateway.send(.head, path)
            #expect(head.status == 200 && head.headers["Content-Length"] == "21" && head.text.isEmpty)
        }
    }

    @Test func `are gaps that no engine recognized`() async throws {
        let engine = ScriptedEngine(fault: .breaks(.unavailable("the engine is gone"), after: SampleCount(24_000)))
        try await TestGateway.with(engine) { gateway in
            let socket = try await gateway.connect("/v4/listen?language=en&sample_rate=16000&codec=pcm16&vad_gate=disabled")
            for _ in 0..<30 { socket.send(binary: [UInt8](repeating: 64, count: 3_200)) }
            _ = await socket.rest()
            try await gateway.sessionsEnd()
            var gaps: [JSONValue] = []
            try await until {
                let conversations = list(try await ask(gateway, "/conversations")["conversations"])
                guard case .string(let id)? = conversations.first?["id"] else { return false }
                gaps = list(try await ask(gateway, "/conversations/\(id)/gaps")["gaps"])
                return !gaps.isEmpty
            }
            #expect(gaps.first?["reason"] == "unavailable" && gaps.first?["channel"] == 0, "\(gaps)")
            // The list is told in the background.
            try await until { list(try await ask(gateway, "/conversations?gaps=true")["conversations"]).count == 1 }
            #expect(try await gateway.send(.get, "/api/v1/conversations?gaps=some").status == 400)
            #expect(try await gateway.send(.get, "/api/v1/search?q=sea&gaps=some").status == 400)
            #expect(list(try await ask(gateway, "/search?q=nonesuch&gaps=true")["hits"]) == [])
        }
    }

    @Test func `have levels, and none where no audio is kept`() {
        var picture = LevelPicture(parts: 4, duration: .seconds(2))
        picture.add([10, 20, 30, 5, 1], from: .milliseconds(-100))
        picture.add([7], from: .milliseconds(1_900))
        #expect(picture.levels == [30, nil, nil, 7])
        var fine = LevelPicture(parts: 20, duration: .seconds(1))
        fine.add([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], from: .zero)
        #expect(fine.levels.compactMap(\.self).count == 20 && fine.levels.last == 10)
        var empty = LevelPicture(parts: 1, duration: .zero)
        empty.add([1], from: .zero)
        #expect(empty.levels == [nil])
    }

    @Test func `are as loud as they were said`() async throws {
        try await TestGateway.with { gateway in
            let socket = try await gateway.connect("/v4/listen?language=en&sample_rate=16000&codec=pcm16&vad_gate=disabled")
            // A tone: an encoder removes what does not change.
            let loud = (0..<1_600).flatMap { number -> [UInt8] in number % 20 < 10 ? [0x40, 0x1F] : [0xC0, 0xE0] }
            let silent = [UInt8](repeating: 0, count: 3_200)
            for _ in 0..<15 { socket.send(binary: silent) }
            for _ in 0..<15 { socket.send(binary: loud) }
            socket.send(text: #"{"type":"finish"}"#)
            _ = await socket.rest()
            try await gateway.sessionsEnd()
            var peaks: [JSONValue] = []
            try await until {
                let conversations = list(try await ask(gateway, "/conversations")["conversations"])
                guard case .string(let id)? = conversations.first?["id"] else { return false }
                peaks = list(try await ask(gateway, "/conversations/\(id)/peaks?n=6")["peaks"])
                return peaks.contains { $0 != .null }
            }
            let levels = peaks.map { $0.double ?? -1 }
            #expect(levels.count == 6 && levels[0] >= 0 && levels[0] < 0.1 && levels[5] > 0.2, "\(peaks)")
        }
    }

    @Test func `are only the gaps in the part of its session`() {
        let transcript = SessionTranscript(rate: .speech, channels: 1, received: SampleCount(160_000))
        let span = SessionSpan(session: ID("s"), begins: .seconds(2), ends: .seconds(6), shift: .seconds(100))
        let gaps = ConversationGap.all(in: transcript, span)
        #expect(gaps == [ConversationGap(start: .seconds(102), end: .seconds(106), channel: .first, reason: "interrupted")])
        #expect(ConversationGap.all(in: transcript, SessionSpan(session: ID("s"), begins: .zero, ends: nil, shift: nil)) == [])
    }

    @Test func `are samples of a voice, until the voice is forgotten`() async throws {
        try await with { gateway in
            _ = try await gateway.send(
                .post, "/api/v1/conversations/conversation-2/segments/assign", body: Array(#"{"person_id":"person-1","speaker_id":1}"#.utf8))
            let answer = try await ask(gateway, "/voices/voice-1/samples")
            let samples = list(answer["samples"])
            #expect(samples.map { $0["conversation_id"] } == ["conversation-1", "conversation-1"], "\(answer)")
            #expect(samples.map { $0["audio_start"] } == [5.0, 0.0] && samples.map { $0["audio_end"] } == [8.5, 3.5])
            #expect(samples.first?["audio"] == "/api/v1/conversations/conversation-1/audio?part=1")
            #expect(answer["near"] == [])
            func voice() async throws -> JSONValue? { list(try await ask(gateway, "/voices")["voices"]).first }
            #expect(try await gateway.send(.patch, "/api/v1/voices/voice-1", body: Array(#"{"is_user":true}"#.utf8)).status == 204)
            #expect(try await voice()?["is_user"] == true)
            #expect(try await gateway.send(.patch, "/api/v1/voices/voice-1", body: Array(#"{"person_id":"nobody"}"#.utf8)).status == 404)
            #expect(try await gateway.send(.patch, "/api/v1/voices/voice-1", body: Array(#"{}"#.utf8)).status == 400)
            #expect(try await gateway.send(.post, "/api/v1/voices/voice-1/merge", body: Array(#"{"voice_id":"voice-1"}"#.utf8)).status == 400)
            #expect(try await gateway.send(.delete, "/api/v1/voices/voice-1").status == 204)
            #expect(try await ask(gateway, "/voices")["voices"] == [])
            _ = try await ask(gateway, "/voices/voice-1/samples", status: 404)
            #expect(try await gateway.send(.delete, "/api/v1/voices/voice-1").status == 404)
        }
    }
}
