import Conversations
import Framing
import Protocols
import Speech
import Testing

@Suite struct `The client of /listen` {
    private typealias Conversation = VendorConversation<ListenClient>

    private static func open() -> Conversation {
        var stream = Conversation(ListenClient(language: nil, credential: Credential("k3y")))
        _ = stream.opened()
        return stream
    }

    private static func said(_ message: ListenServerMessage) -> String { String(decoding: message.text, as: UTF8.self) }

    @Test func `asks for a conversation of Opus packets`() throws {
        let started = UnixTime(milliseconds: 0)
        let client = ListenClient(language: LanguageTag("de"), engine: .local, started: started, title: "At sea", credential: Credential("k3y"))
        #expect(
            client.connection.target
                == "/v4/listen?codec=opus_fs320&sample_rate=16000&source=desktop&speaker_auto_assign=enabled&language=de&engine=local"
                + "&started_at=" + PercentCoding.encode(started.rfc3339) + "&title=" + PercentCoding.encode("At sea"))
        #expect(client.connection.headers["Authorization"] == "Bearer k3y")
        let session = try #require(try ListenConversation.handshake(client.connection.target).session)
        #expect(session.request.format == .raw(.opus, .speech, channels: 1))
        #expect(EngineChoice.engines(of: try HTTPRequestHead(.get, client.connection.target)) == [.local])
        let conversation = try #require((session as? ListenServer)?.conversation)
        #expect(conversation.endsWithSession && conversation.suggestsPeople && conversation.title == "At sea")
    }

    @Test func `reads what the server says of segments and speakers`() {
        var stream = Self.open()
        func plain(_ segment: Segment) -> Segment {
            var segment = segment
            (segment.engine, segment.model, segment.identity.source) = (nil, nil, nil)
            return segment
        }
        let segments = [
            segment("s1", "Hello.", 0.25, 1.5), segment("s2", "Hi.", 1.75, 2, 1, SpeakerIdentity(.user, by: .voiceprint)),
            segment("s3", "Who?", 2, 3, nil), segment("s4", "Me.", 3, 4, 2, SpeakerIdentity(.person(ID("p1")), by: .voiceprint)),
        ]
        #expect(stream.text(Self.said(.segments(segments))) == [.listen(.changed(segments.map(plain)))])
        #expect(stream.text(Self.said(.deleted([ID("s1"), ID("s2")]))) == [.listen(.removed([ID("s1"), ID("s2")]))])
        #expect(stream.text(Self.said(.conversation(ID("c1"), recording: "r"))) == [.listen(.conversation(ID("c1")))])
        let label = ListenServerMessage.label(speaker: SpeakerNumber(1), "Speaker 4")
        #expect(stream.text(Self.said(label)) == [.listen(.labeled(SpeakerNumber(1), "Speaker 4"))])
        for (person, who) in [("user", SpeakerSuggestion.Who.user), ("p1", .person(ID("p1"))), ("", .named)] {
            let message = ListenServerMessage.suggestion(speaker: SpeakerNumber(2), person: person, name: "Anna", segment: ID("s4"))
            #expect(
                stream.text(Self.said(message))
                    == [.listen(.suggested(SpeakerSuggestion(SpeakerNumber(2), who, name: "Anna", segment: ID("s4"))))])
        }
    }

    @Test(arguments: [
        "ping", #"{"type":"service_status","status":"ready"}"#, #"{"type":"from the future"}"#, "[]", "{}", #"[{"id":"s1","text":"no times"}]"#,
        #"{"type":"speaker_label_suggestion"}"#, #"{"type":"memory_created"}"#, "null",
    ])
    func `passes over what means nothing to it`(message: String) {
        var stream = Self.open()
        #expect(stream.text(message).isEmpty)
    }

    @Test func `gives a server up that cannot be read`() {
        var stream = Self.open()
        for _ in 0..<BrokenMessages.most { #expect(stream.text("{").map(\.short) == ["skipped it is not JSON"]) }
        #expect(stream.text("{").last == .close(code: 1000))
        #expect(stream.text("{").isEmpty)
    }

    @Test func `finishes by asking the server to, which closes when all is said`() throws {
        var stream = Self.open()
        #expect(stream.machine.deadline == nil)
        let asked = stream.command(.finish)
        guard case .send(let finish) = asked.first, asked.count == 1 else {
            Issue.record("\(asked)")
            return
        }
        var server = try ListenConversation.ready()
        #expect(server.text(String(decoding: finish, as: UTF8.self)) == ["→ finish"])
        #expect(server.audio(samples: 100) == .ignored)
        let last = [segment("s1", "Good bye.", 1, 2)]
        #expect(server.told(.changed(last)) == ["[SPEAKER_00: Good bye.]"])
        #expect(stream.text(server.raw.last ?? "").count == 1)
        #expect(server.event(.ended(SessionEnd(received: SampleCount(32_000)))) == ["close 1000"])
        #expect(stream.closed(1000) == [.event(.closed(nil)), .close(code: 1000)])
        #expect(stream.closed(1000).isEmpty)
    }

    @Test func `does not wait for ever`() {
        var stream = Self.open()
        _ = stream.command(.finish)
        #expect(stream.wait(.seconds(59)).isEmpty)
        _ = stream.text(Self.said(.deleted([ID("s1")])))
        #expect(stream.wait(.seconds(59)).isEmpty)
        #expect(stream.wait(.seconds(1)).first == .event(.closed(.timedOut("The gateway did not end the stream after the finish message."))))
    }

    @Test func `tells why the server left`() {
        func error(_ code: UInt16?, _ reason: String = "", finishing: Bool = false) -> EngineError? {
            var stream = Self.open()
            if finishing { _ = stream.command(.finish) }
            guard case .event(.closed(let error)) = stream.closed(code, reason).first else { return nil }
            return error
        }
        #expect(error(1000, finishing: true) == nil)
        #expect(error(1000) == .unavailable("The gateway ended the stream with code 1000."))
        #expect(error(1008, "Invalid token") == .unauthorized("The gateway refused the key, or needs one."))
        #expect(error(1008, "trial_expired") == .quotaExhausted("The key has no credit left."))
        for code: UInt16 in [1003, 1008, 1009, 4003] {
            #expect(error(code, "no such engine") == .badRequest("The gateway refused the stream: no such engine"))
        }
        #expect(error(nil, finishing: true) == .unavailable("The connection to the gateway broke."))
    }

    @Test func `is given up at once when it is cancelled`() {
        var stream = Self.open()
        #expect(stream.command(.cancel) == [.event(.closed(.cancelled)), .close(code: 1000)])
        #expect(stream.command(.finish).isEmpty)
        var unopened = Conversation(ListenClient(language: nil, credential: Credential("")))
        #expect(unopened.command(.finish) == [.event(.closed(nil)), .close(code: 1000)])
    }
}
