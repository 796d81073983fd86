import Conversations
import Framing
import Protocols
import Speech
import Testing

@Suite struct `A handshake of /listen` {
    private static let now = UnixTime(milliseconds: 1_795_822_000_000)

    private static func options(_ query: String, _ route: ListenRoute = .device) throws -> ListenOptions {
        try ListenOptions(try HTTPRequestHead(.get, "/v4/listen?" + query).query, route: route, now: now)
    }

    private static func rejection(_ query: String) -> ListenError? {
        do {
            _ = try options(query)
            return nil
        } catch { return error as? ListenError }
    }

    @Test func `without a query means English of 8-bit samples at 8 kHz, in one channel`() throws {
        let stream = try ListenConversation()
        #expect(
            stream.machine.request
                == LiveRequest(
                    format: .raw(.unsigned8, .telephone, channels: 1), language: LanguageTag("en"), interims: false, diarize: true,
                    shortestPiece: .milliseconds(30)))
        #expect(stream.server.conversation == ConversationRequest())
        let options = try Self.options("")
        #expect(options.timeout == .seconds(120))
        #expect(options.source == "omi")
        #expect(options.usesProfile)
        #expect(!options.takesTranscripts)
        #expect(!options.isOnboarding)
        #expect(!options.acknowledges)
    }

    @Test(arguments: ["/listen", "/v3/listen", "/v4/listen"])
    func `is the same by every name`(path: String) throws {
        #expect(ListenServer.dialect.paths.contains(path))
        let machine = try #require(try ListenConversation.handshake(path + "?codec=opus&sample_rate=16000").session)
        #expect(machine.request.format == .raw(.opus, .speech, channels: 1))
    }

    @Test(arguments: [
        ("-1", 14_400), ("5", 120), ("119", 120), ("120", 120), ("121", 121), ("99999", 14_400), ("9223372036854775807", 14_400), ("soon", 120),
        ("", 120), ("-7", 120),
    ])
    func `keeps the silence that ends a conversation within bounds`(asked: String, seconds: Int) throws {
        #expect(try Self.options("conversation_timeout=" + asked).timeout == .seconds(seconds))
        #expect(try Self.options("channels=2&conversation_timeout=" + asked).timeout == .seconds(14_400))
    }

    @Test func `takes auto for multi`() throws {
        let auto = try ListenConversation("language=auto"), multi = try ListenConversation("language=multi")
        #expect(auto.machine.request == multi.machine.request)
        #expect(auto.machine.request.language == LanguageTag("multi"))
    }

    @Test(arguments: [
        ("opus", "16000", AudioFormat.raw(.opus, .speech, channels: 1)), ("opus_fs320", "16000", .raw(.opus, .speech, channels: 1)),
        ("ogg_opus", "48000", .raw(.oggOpus, .opus, channels: 1)), ("pcm8", "8000", .raw(.unsigned8, .telephone, channels: 1)),
        ("pcm16", "44100", .raw(.linear16, SampleRate(hertz: 44_100), channels: 1)), ("linear16", "16000", .linear16(.speech)),
        ("mulaw", "", .raw(.mulaw, .telephone, channels: 1)), ("mulaw8", "", .raw(.mulaw, .telephone, channels: 1)),
        ("mulaw16", "", .raw(.mulaw, .speech, channels: 1)), ("aac", "16000", .raw(.aac, .speech, channels: 1)),
        ("lc3_fs1030", "16000", .raw(.lc3, .speech, channels: 1)),
    ])
    func `names every codec`(codec: String, rate: String, format: AudioFormat) throws {
        #expect(try Self.options("codec=\(codec)&sample_rate=\(rate)").format == format)
    }

    @Test(arguments: ["codec=pcm8&sample_rate=8000", ""])
    func `takes pcm8 for 8 bits with several channels too`(query: String) throws {
        #expect(try Self.options("channels=2&" + query).format == .raw(.unsigned8, .telephone, channels: 2))
    }

    @Test(arguments: [8_000, 12_000, 16_000, 24_000, 48_000])
    func `has Opus at five rates`(rate: Int) throws {
        #expect(Self.rejection("codec=opus&sample_rate=\(rate)") == nil)
        #expect(Self.rejection("codec=opus_fs320&sample_rate=\(rate)") == nil)
    }

    @Test(arguments: [
        "codec=lc3&sample_rate=16000", "codec=wax", "codec=OPUS&sample_rate=16000", "codec=opus&sample_rate=44100", "codec=opus&sample_rate=32000",
        "codec=pcm16&sample_rate=7999", "codec=pcm16&sample_rate=48001", "codec=pcm16&sample_rate=fast", "codec=lc3_fs1030&sample_rate=44100",
        "codec=mulaw16&sample_rate=8000", "channels=0", "channels=9", "channels=two", "sample_rate=-1",
    ])
    func `rejects audio that cannot be with 1003, in the socket`(query: String) throws {
        let rejection = try #require(Self.rejection(query))
        #expect(rejection.code == 1003)
        #expect((1...123).contains(rejection.reason.utf8.count))
        let entrance = Entrance(try ListenConversation.handshake("/v4/listen?" + query), ListenConversation.short)
        var opening = entrance.opening
        var output = ServerOutput()
        opening.opened(now: entrance.now, output: &output)
        #expect(output.actions == [.close(code: 1003, reason: rejection.reason)])
    }

    @Test(arguments: ["%25", "e", "an-endless-language-tag-that-nobody-has-ever-seen"])
    func `rejects a language that is none`(language: String) throws {
        let rejection = try #require(Self.rejection("language=" + language))
        #expect(rejection.code == 1008)
        #expect(rejection.reason.hasPrefix("language is \"") && rejection.reason.utf8.count <= 123, "\(rejection.reason)")
    }

    @Test(arguments: [("desktop", "desktop"), ("phone_call", "phone_call"), ("toaster", "omi"), ("", "omi")])
    func `takes an unknown source for the default`(asked: String, source: String) throws {
        #expect(try Self.options("source=" + asked).source == source)
    }

    @Test func `reads every option`() throws {
        let query =
            "language=de&include_speech_profile=false&stt_service=deepgram&conversation_timeout=300&source=desktop&custom_stt=enabled"
            + "&speaker_auto_assign=enabled&create_speakers=false&vad_gate=enabled&device_id=abc&nonsense=1"
            + "&client_conversation_id=0F0E0D0C-1111-4222-8333-444455556666&ack=true"
        let wanted = ConversationRequest(
            timeout: .seconds(300), source: "desktop", device: "abc", chosen: ID("0f0e0d0c-1111-4222-8333-444455556666"), usesProfile: false,
            suggestsPeople: true, createsPeople: false, gate: .on, takesTranscripts: true, endsWithSession: true)
        let stream = try ListenConversation(query)
        #expect(stream.server.conversation == wanted)
        #expect(stream.server.preferredEngine == EngineName("deepgram"))
        #expect(stream.machine.request.engines.isEmpty)
        #expect(stream.server.waitsForClient)
        #expect(try ListenConversation("stt_service=retired").server.preferredEngine == nil)
        #expect(try ListenConversation("client_conversation_id=mine").server.conversation?.chosen == nil)
        #expect(try ListenConversation("vad_gate=disabled").server.conversation?.gate == .off)
    }

    @Test(arguments: [ListenRoute.device, .web])
    func `takes the time at which its audio was recorded`(route: ListenRoute) throws {
        let day: Duration = .seconds(86_400)
        for (text, time) in [
            ("2026-11-26T10:00:00Z", UnixTime(rfc3339: "2026-11-26T10:00:00Z")), ("1795000000", UnixTime(milliseconds: 1_795_000_000_000)),
            ("2026-11-26T11:00:00%2B01:00", UnixTime(rfc3339: "2026-11-26T10:00:00Z")), ("", nil),
            ("2026-11-26T11:00:00+01:00", UnixTime(rfc3339: "2026-11-26T10:00:00Z")), ((Self.now + .seconds(60)).rfc3339, Self.now),
        ] as [(String, UnixTime?)] {
            #expect(try Self.options("started_at=" + text, route).conversation?.started == time, "\(text)")
        }
        for text in [(Self.now + day).rfc3339, "2016-11-01T00:00:00Z", "0", "yesterday", "2026-11-26"] {
            let rejection = try #require(Self.rejection("started_at=" + text), "\(text)")
            #expect(rejection.code == 1008 && rejection.reason.hasPrefix("started_at "), "\(rejection)")
        }
    }

    @Test func `takes a title for the conversation`() throws {
        for (text, title) in [("Team%20%C3%BC", "Team ü"), ("%20x%20", "x"), ("", nil), ("%20", nil)] as [(String, String?)] {
            #expect(try Self.options("title=" + text).conversation?.title == title, "\(text)")
        }
        let rejection = try #require(Self.rejection("title=" + String(repeating: "x", count: 1_001)))
        #expect(rejection.code == 1008 && rejection.reason.hasPrefix("title "), "\(rejection)")
    }

    @Test func `lets browsers choose less`() throws {
        let options = try Self.options("stt_service=deepgram&speaker_auto_assign=enabled&create_speakers=false&vad_gate=disabled", .web)
        #expect(options == (try Self.options("", .web)))
    }

    @Test func `with channels tells speakers apart by them`() throws {
        let stream = try ListenConversation("channels=2&codec=opus&sample_rate=16000&vad_gate=enabled")
        let request = stream.machine.request
        #expect(request.format == .raw(.opus, .speech, channels: 2))
        #expect(request.separateChannels)
        #expect(!request.diarize)
        #expect(stream.server.tagsChannels)
        #expect(
            stream.server.conversation
                == ConversationRequest(timeout: .seconds(14_400), usesProfile: false, gate: .off, channels: [.user, .other], endsWithSession: true))
    }

    @Test func `of onboarding has one language and no profile`() throws {
        let stream = try ListenConversation("onboarding=enabled&language=multi")
        #expect(stream.machine.request.language == .english)
        #expect(stream.server.conversation?.usesProfile == false)
    }

    @Test func `of push-to-talk makes no conversation`() throws {
        let stream = try ListenConversation("codec=opus&sample_rate=16000", route: .pushToTalk)
        #expect(stream.server.conversation == nil)
        #expect(stream.machine.request.workload == .pushToTalk)
    }

    @Test func `shows its key in a header or as a subprotocol, never in the URL`() throws {
        let find = ListenServer.dialect.credential
        #expect(find(try HTTPRequestHead(.get, "/listen", headers: ["Authorization": "Bearer k1"])) == Credential("k1"))
        let browser = try HTTPRequestHead(.get, "/listen", headers: ["Sec-WebSocket-Protocol": "bearer, k2"])
        #expect(find(browser) == Credential("k2", in: .subprotocol))
        #expect(find(try HTTPRequestHead(.get, "/listen?token=k3&uid=u")) == nil)
        let context = HandshakeContext(requestID: ListenConversation.sessionID, now: UnixTime(milliseconds: 0))
        #expect(try ListenServer.dialect.accept(browser, context).get().subprotocol == "bearer")
    }

    @Test func `asks for a session that waits`() throws {
        let stream = try ListenConversation("ack=true&session_id=s1&resume_from=16000&seen=3")
        #expect(stream.server.resume == LiveResume(session: ID("s1"), start: SampleIndex(16_000), seen: 3))
        #expect(try ListenConversation("session_id=s1").server.resume == nil)
    }

    @Test(
        arguments: [
            ("", nil), ("&kept_from=8000", .milliseconds(500)), ("&kept_from=32000", .seconds(1)), ("&kept_from=-3", .zero),
            ("&kept_from=here", nil), ("&kept_from=8000&words=true", nil), ("&custom_stt=enabled&kept_from=8000", nil),
        ] as [(String, Duration?)])
    func `says from where on it still has its audio, if it goes on behind what is recovered`(query: String, start: Duration?) throws {
        let asked = "codec=pcm16&sample_rate=16000&ack=true&session_id=s1&resume_from=16000"
        #expect(try ListenConversation(asked + query).server.keptAudio == start)
        #expect(try ListenConversation("codec=pcm16&sample_rate=16000&ack=true&kept_from=8000").server.keptAudio == nil)
    }

    @Test(arguments: [
        (RequestError.unsupportedLanguage(LanguageTag("xx"), "?"), 1008, "The language is not supported, xx"),
        (.badRequest("No such engine."), 1008, "No such engine."),
        (.unavailable("x"), 1011, "transcription_service_unavailable"), (.outOfCredit, 1008, "trial_expired"),
        (.internalError, 1011, "transcription_service_unavailable"),
    ])
    func `is rejected in the socket`(cause: RequestError, code: UInt16, reason: String) throws {
        let context = HandshakeContext(requestID: ListenConversation.sessionID, now: UnixTime(milliseconds: 0))
        let rejection = try #require(ListenServer.dialect.inBandError(cause, context))
        #expect(rejection.code == code)
        #expect(rejection.reason == reason)
        let said = rejection.messages.map(ListenConversation.short)
        switch code {
        case 1011: #expect(said == ["stt_failed upstream_error provider_unavailable"])
        case _ where cause == .outOfCredit:
            #expect(said == ["freemium 0 setup_on_device_stt", "freemium_threshold_reached config_error budget_exhausted"])
            #expect(rejection.pause == .milliseconds(500))
        default: #expect(said.isEmpty)
        }
    }

    @Test(arguments: [(RequestError.unauthenticated, 401), (.forbidden("no"), 403), (.tooManyRequests(retryAfter: .seconds(3)), 429)])
    func `of a stranger is rejected before the upgrade`(cause: RequestError, status: Int) throws {
        let context = HandshakeContext(requestID: ListenConversation.sessionID, now: UnixTime(milliseconds: 0))
        #expect(ListenServer.dialect.inBandError(cause, context) == nil)
        #expect(ListenServer.dialect.errorResponse(cause, context).status.code == status)
    }

    @Test func `of a page that returns with a wrong ticket is rejected in the socket`() throws {
        var context = HandshakeContext(requestID: ListenConversation.sessionID, now: UnixTime(milliseconds: 0))
        context.isPageThatReturns = true
        let rejection = try #require(ListenServer.dialect.inBandError(.unauthenticated, context))
        #expect(rejection.code == 1008 && rejection.reason == "Invalid token" && rejection.messages.isEmpty)
        #expect(ListenServer.dialect.inBandError(.forbidden("no"), context) == nil)
    }
}

@Suite struct `A browser's first message` {
    private static func entrance(_ query: String = "") throws -> Entrance {
        Entrance(try ListenConversation.handshake("/v4/web/listen?" + query, ListenServer.webDialect), ListenConversation.short)
    }

    @Test func `brings the token, within five seconds`() throws {
        var entrance = try Self.entrance()
        #expect(entrance.opening.deadline == entrance.now + .seconds(5))
        entrance.wait(.milliseconds(4_999))
        #expect(entrance.said.isEmpty)
        let requested = try entrance.begin(#"{"type":"auth","token":"t0ken"}"#)
        #expect(requested.credential == Credential("t0ken"))
        #expect(entrance.said.isEmpty)
        var late = try Self.entrance()
        late.wait(.seconds(5))
        #expect(late.said == ["close 1008 Auth timeout"])
        #expect(late.opening.deadline == nil)
    }

    @Test(arguments: ["hello", "[]", #"{"type":"auth""#, #"{"type":"ping"}"#, #"{"type":"auth"}"#, #"{"type":"auth","token":""}"#])
    func `is rejected when it brings none`(message: String) throws {
        var entrance = try Self.entrance()
        let requested = entrance.text(message)
        #expect(requested == nil)
        #expect(entrance.said.count == 2)
        #expect(entrance.said.first == "auth_response")
        #expect(entrance.said.last?.hasPrefix("close 1008 ") == true)
    }

    @Test func `is no audio`() throws {
        var entrance = try Self.entrance()
        _ = entrance.binary(320)
        #expect(entrance.said == ["auth_response", "close 1008 Auth error"])
    }

    @Test func `with a wrong token is answered before the close`() throws {
        var entrance = try Self.entrance()
        _ = try entrance.begin(#"{"type":"auth","token":"wrong"}"#)
        entrance.rejected(.unauthenticated)
        #expect(entrance.said == ["auth_response", "close 1008 Invalid token"])
    }

    @Test func `with a good token may still ask for what there is not`() throws {
        var entrance = try Self.entrance()
        _ = try entrance.begin(#"{"type":"auth","token":"good"}"#)
        entrance.rejected(.unsupportedLanguage(LanguageTag("xx"), ""))
        #expect(entrance.said == ["auth_response", "close 1008 The language is not supported, xx"])
    }

    @Test func `is answered first of all`() throws {
        var stream = try ListenConversation(route: .web)
        #expect(stream.open() == ["auth_response", "ping", "initiating"])
        #expect(stream.raw.first == #"{"type":"auth_response","success":true}"#)
    }
}
