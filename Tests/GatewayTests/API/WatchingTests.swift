import Conversations
import Framing
@testable import API
@testable import Gateway
import HarkenTesting
@testable import Live
import Net
import Speech
import Synchronization
import Testing

@Suite(.hangLimit) struct `A watched session` {
    private static let path = "/v1/listen?encoding=linear16&sample_rate=16000&interim_results=true"

    private func openSession(_ gateway: TestGateway, headers: HTTPHeaders = [:]) async throws -> String {
        var id: String?
        try await until {
            let list = try JSONValue(parsing: Array(try await gateway.send(.get, "/api/v1/sessions?open=true", headers: headers).text.utf8))
            guard case .array(let sessions)? = list["sessions"], case .string(let text)? = sessions.first?["id"] else { return false }
            id = text
            return true
        }
        return try #require(id)
    }

    private func isWatched(_ gateway: TestGateway, _ kind: String) async throws {
        try await until {
            try await gateway.send(.get, "/metrics").text.contains(
                #"harken_http_requests_total{route="/api/v1/sessions/{id}/\#(kind)",status="200"} 1"#)
        }
    }

    private func speak(_ socket: TestSocket, seconds: Int) async {
        for _ in 0..<(10 * seconds) { socket.send(binary: [UInt8](repeating: 64, count: 3_200)) }
        socket.send(text: #"{"type":"CloseStream"}"#)
        _ = await socket.rest()
    }

    /// The events of a stream: their names and their data.
    private func events(_ text: String) throws -> [(name: String, data: JSONValue)] {
        try text.split(separator: "\n\n").filter { !$0.hasPrefix(":") }.map { event in
            let lines = event.split(separator: "\n")
            try #require(lines.count >= 2, "\(event)")
            return (String(lines[0].dropFirst("event: ".count)), try JSONValue(parsing: Array(lines[1].dropFirst("data: ".count).utf8)))
        }
    }

    @Test func `tells its user what it hears until it ends`() async throws {
        try await TestGateway.with { gateway in
            let socket = try await gateway.connect(Self.path)
            let id = try await openSession(gateway)
            async let watched = gateway.send(.get, "/api/v1/sessions/\(id)/events")
            try await isWatched(gateway, "events")
            await speak(socket, seconds: 3)
            let answer = try await watched
            #expect(answer.status == 200 && answer.headers["Content-Type"] == "text/event-stream")
            let events = try events(answer.text)
            #expect(events.first?.name == "state" && events.last?.name == "end", "\(answer.text)")
            #expect(events.first?.data["source"] == "deepgram" && events.first?.data["state"] == "open", "\(answer.text)")
            let segments = events.filter { $0.name == "segment" }
            #expect(segments.last?.data["text"] == "w1 w2 w3" || segments.map { $0.data["text"] } == ["w1", "w2", "w3"], "\(answer.text)")
            #expect(events.last?.data["duration"] == 3.0 && events.last?.data["error"] == .null)
            let list = try await gateway.send(.get, "/api/v1/sessions").text
            #expect(list == #"{"sessions":[]}"#)
        }
    }

    @Test func `is captioned as it goes`() async throws {
        try await TestGateway.with { gateway in
            let socket = try await gateway.connect(Self.path)
            let id = try await openSession(gateway)
            async let watched = gateway.send(.get, "/api/v1/sessions/\(id)/captions.vtt")
            try await isWatched(gateway, "captions.vtt")
            await speak(socket, seconds: 3)
            let answer = try await watched
            #expect(answer.headers["Content-Type"] == "text/vtt" && answer.text.hasPrefix("WEBVTT\n\n00:00:00"), "\(answer.text)")
            for word in ["w1", "w2", "w3"] { #expect(answer.text.contains(word)) }
        }
    }

    @Test func `has captions of the words that its client brings`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            let socket = try await gateway.connect("/v4/listen?language=en&sample_rate=16000&codec=pcm16&custom_stt=enabled")
            let id = try await openSession(gateway)
            async let watched = gateway.send(.get, "/api/v1/sessions/\(id)/captions.vtt")
            try await isWatched(gateway, "captions.vtt")
            socket.send(text: #"{"type":"suggested_transcript","segments":[{"text":"my own words","start":2,"end":3.5}]}"#)
            #expect(await socket.next { $0.contains("my own words") } != nil)
            socket.send(text: #"{"type":"finish"}"#)
            _ = await socket.rest()
            let text = try await watched.text
            #expect(text.contains("00:00:02.000 --> 00:00:03.500\nmy own words\n"), "\(text)")
        }
    }

    @Test func `is no other user's to watch`() async throws {
        let keys = TestKeys(valid: ["right", "other"], users: ["right": "alice", "other": "bob"])
        try await TestGateway.with(keys: keys) { gateway in
            let mine: HTTPHeaders = ["Authorization": "Bearer right"], theirs: HTTPHeaders = ["Authorization": "Bearer other"]
            let socket = try await gateway.connect(Self.path, headers: mine)
            let id = try await openSession(gateway, headers: mine)
            #expect(try await gateway.send(.get, "/api/v1/sessions", headers: theirs).text == #"{"sessions":[]}"#)
            for kind in ["events", "captions.vtt"] {
                #expect(try await gateway.send(.get, "/api/v1/sessions/\(id)/\(kind)", headers: theirs).status == 404)
            }
            socket.close()
            try await gateway.sessionsEnd()
            #expect(try await gateway.send(.get, "/api/v1/sessions/\(id)/events", headers: mine).status == 404)
        }
    }

    @Test func `goes on while a watcher does not read, and cuts it off`() async throws {
        let long = String(repeating: "x", count: 200_000)
        try await TestGateway.with(ScriptedEngine(word: { "\(long)\($0)" })) { gateway in
            let socket = try await gateway.connect(Self.path)
            let id = try await openSession(gateway)
            let watcher = try RawConnection(port: gateway.port)
            try watcher.send("GET /api/v1/sessions/\(id)/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            try await isWatched(gateway, "events")
            await speak(socket, seconds: 20)
            try await gateway.sessionsEnd()
            let text = try await watcher.receiveAll()
            #expect(text.contains("event: state") && !text.contains("event: end"))
        }
    }

    @Test func `tells under which label it keeps a voice without a name, in events only`() throws {
        let label = WatchedEvent.labeled(SpeakerNumber(1), "Speaker \"4\"")
        var format = SessionEventFormat(ID("s")), captions = LiveCaptionFormat()
        let told = try events(String(decoding: format.write(label), as: UTF8.self))
        #expect(told.map(\.name) == ["speaker_label"])
        #expect(told.first?.data["speaker_id"] == 1 && told.first?.data["label"] == "Speaker \"4\"")
        #expect(captions.write(label).isEmpty)
    }

    @Test func `tells in which conversation it goes on, also to a watcher who comes later`() async throws {
        let later = Mutex(Duration.zero)
        try await TestGateway.with(
            keys: TestKeys(valid: []), change: { $0.conversationPoll = .milliseconds(50) }, now: { TestGateway.time + later.withLock { $0 } }
        ) { gateway in
            func suggest(_ text: String, at second: Int, to socket: TestSocket) async {
                socket.send(
                    text: #"{"type":"suggested_transcript","segments":[{"text":"\#(text)","start":\#(second),"end":\#(second + 1)}]}"#)
                #expect(await socket.next { $0.contains(text) } != nil)
            }
            func conversation(_ socket: TestSocket) async throws -> JSONValue {
                let message = try #require(await socket.next { $0.contains("conversation_session") })
                return try #require(try JSONValue(parsing: Array(message.utf8))["conversation_id"])
            }
            let socket = try await gateway.connect("/v4/listen?language=en&sample_rate=16000&codec=pcm16&custom_stt=enabled")
            let id = try await openSession(gateway), first = try await conversation(socket)
            await suggest("before", at: 0, to: socket)
            async let watched = gateway.send(.get, "/api/v1/sessions/\(id)/events")
            try await isWatched(gateway, "events")
            later.withLock { $0 = .seconds(121) }
            let second = try await conversation(socket)
            await suggest("after", at: 130, to: socket)
            socket.send(text: #"{"type":"finish"}"#)
            _ = await socket.rest()
            let text = try await watched.text, events = try events(text)
            #expect(Array(events.map(\.name).prefix(4)) == ["state", "conversation", "conversation", "segment"], "\(text)")
            #expect(events.filter { $0.name == "conversation" }.map { $0.data["id"] } == [first, second] && first != second, "\(text)")
            #expect(events.first { $0.name == "segment" }?.data["text"] == "after", "\(text)")
        }
    }

    @Test func `names its conversation in events only`() throws {
        var format = SessionEventFormat(ID("s")), captions = LiveCaptionFormat()
        let told = try events(String(decoding: format.write(.conversation(ID("c"))), as: UTF8.self))
        #expect(told.map(\.name) == ["conversation"] && told.first?.data["id"] == "c")
        #expect(captions.write(.conversation(ID("c"))).isEmpty)
    }

    @Test(arguments: [(true, "late"), (false, "in_time")])
    func `tells that final words come late, and in time again, in events only`(isLate: Bool, name: String) throws {
        var format = SessionEventFormat(ID("s")), captions = LiveCaptionFormat()
        let told = try events(String(decoding: format.write(.late(isLate)), as: UTF8.self))
        #expect(told.map(\.name) == ["notice"] && told.first?.data["name"] == JSONValue.string(name))
        #expect(captions.write(.late(isLate)).isEmpty)
    }

    @Test func `has captions of channels that speak at once, none of them for a moment only`() {
        var captions = LiveCaptionFormat()
        _ = captions.write(
            .state(
                OpenSession(
                    id: ID("s"), state: .open, started: UnixTime(milliseconds: 0), duration: .zero, engine: .local, language: LanguageTag("en"),
                    source: "test", rate: .speech, hasConversation: false)))
        func shown(_ text: String, _ channel: Int, _ start: Double, _ end: Double) -> String {
            let range = SampleRange(SampleIndex(seconds: start, at: .speech), SampleIndex(seconds: end, at: .speech))
            let words = [Word(text, range, confidence: 1)]
            let commit = Commit(channel: ChannelIndex(channel), range: range, words: words, reason: .pause, engine: .local)
            return String(decoding: captions.write(.commit(commit)), as: UTF8.self)
        }
        #expect(shown("One.", 0, 0, 4) == "00:00:00.000 --> 00:00:04.000\nOne.\n\n")
        #expect(shown("Two.", 1, 0.01, 1) == "00:00:00.010 --> 00:00:01.000\nTwo.\n\n")
        #expect(shown("Three.", 0, 5, 6) == "00:00:05.000 --> 00:00:06.000\nThree.\n\n")
        // No caption of the file starts before the one that came before it.
        #expect(shown("Four.", 1, 2, 2.1) == "00:00:05.000 --> 00:00:05.500\nFour.\n\n")
    }

    @Test func `makes a segment of each turn of a speaker`() {
        var turns = TurnSegments(ID("s"))
        func segment(_ text: String, at second: Int64, by speaker: Int = 0, _ reason: FinalReason) -> (String, String) {
            let start = SampleIndex(second * 16_000), range = SampleRange(start, count: SampleCount(16_000))
            let segment = turns.segment(
                with: Commit(
                    channel: .first, range: range, words: [Word(text, range, confidence: 1, speaker: SpeakerLabel(speaker))], reason: reason,
                    engine: .local), rate: .speech)
            return (segment.id.rawValue, segment.text)
        }
        #expect(segment("a", at: 0, .pause) == ("s-1", "a"))
        #expect(segment("b", at: 1, .pause) == ("s-1", "a b"))
        #expect(segment("c", at: 2, by: 1, .endOfTurn) == ("s-2", "c"))
        #expect(segment("d", at: 3, by: 1, .pause) == ("s-3", "d"))
    }
}
