import Framing
import Protocols
import Speech
import Testing

@Suite struct `AssemblyAI's live handshake` {
    static func request(_ query: String) throws -> LiveRequest? {
        AssemblyAILiveServer.accept(try HTTPRequestHead(.get, "/v3/ws?" + query), LiveConversation.context).session?.request
    }

    /// The request without the options in the vendor's words.
    private func common(_ query: String) throws -> LiveRequest? {
        var request = try Self.request(query)
        request?.vendorOptions = nil
        return request
    }

    /// What is said to a client whose handshake is wrong: the messages and the close.
    static func rejection(_ query: String) throws -> [String] {
        guard case .opening(var opening) = AssemblyAILiveServer.accept(try HTTPRequestHead(.get, "/v3/ws?" + query), LiveConversation.context).start
        else { return [] }
        var output = ServerOutput()
        opening.opened(now: .now, output: &output)
        return output.actions.map { action in
            switch action {
            case .send(let range): AssemblyAIConversation.short(output.text(in: range))
            case .close(let code, let reason): "close \(code) \(reason)"
            case .command, .audio, .converse: "?"
            }
        }
    }

    @Test func `understands what the vendor's SDK sends`() throws {
        let query =
            "format_turns=True&keyterms_prompt=%5B%22Harken%22%2C+%22gateway%22%5D&sample_rate=16000&encoding=pcm_s16le"
            + "&speech_model=universal-streaming-english"
        let expected = LiveRequest(
            format: .linear16(.speech), language: .english, model: "universal-streaming-english", endpointing: .milliseconds(400),
            keyterms: ["Harken", "gateway"])
        #expect(try common(query) == expected)
    }

    @Test func `does not take the integrations' silences literally`() throws {
        let query =
            "sample_rate=16000&encoding=pcm_s16le&speech_model=universal-3-6-pro&formatted_finals=true&min_turn_silence=100&max_turn_silence=100"
            + "&format_turns=true&continuous_partials=true&language_detection=true"
        let expected = LiveRequest(
            format: .linear16(.speech), language: .multi, model: "universal-3-6-pro", endpointing: .milliseconds(100),
            turn: TurnRule(minimumSilence: .milliseconds(100), maximumSilence: .milliseconds(500)))
        #expect(try common(query) == expected)
        #expect(
            try Self.request(
                "sample_rate=8000&min_end_of_turn_silence_when_confident=800&max_turn_silence=3600&end_of_turn_confidence_threshold=0.7")?
                .turn == TurnRule(confidence: 0.7, minimumSilence: .milliseconds(800), maximumSilence: .milliseconds(3_600)))
    }

    @Test(arguments: [
        ("sample_rate=8000&encoding=PCM_MULAW", AudioFormat.raw(.mulaw, .telephone, channels: 1)),
        ("encoding=opus", .raw(.opus, .opus, channels: 1)), ("encoding=ogg_opus&sample_rate=48000", .container), ("encoding=aac", .container),
        ("sample_rate=96000", .linear16(SampleRate(hertz: 96_000))), ("", .linear16(.speech)),
        ("encoding=pcm_mulaw", .raw(.mulaw, .speech, channels: 1)),
    ])
    func `knows every encoding`(query: String, format: AudioFormat) throws {
        #expect(try Self.request(query)?.format == format)
    }

    @Test(
        arguments: [
            ("language_code=de", "de"), ("language_codes=%5B%22de%22%5D", "de"), ("language_codes=%5B%22de%22,%22fr%22%5D", "multi"),
            ("language_codes=de&language_codes=fr", "multi"), ("language_code=multi", "multi"),
            ("speech_model=universal-streaming-multilingual", "multi"),
            ("speech_model=universal-streaming-english", "en"), ("speech_model=u3-rt-pro", nil), ("language_codes=%5B%5D", "multi"),
            ("speech_model=u3-rt-pro&language_detection=true", "multi"), ("language_detection=true", "multi"), ("language_detection=false", nil),
            ("language_detection=true&language_code=de", "de"), ("speech_model=universal-streaming-english&language_detection=true", "en"),
        ] as [(String, String?)])
    func `finds the language`(query: String, language: String?) throws {
        #expect(try Self.request("sample_rate=16000&" + query)?.language?.rawValue == language)
    }

    @Test(arguments: [
        ("sample_rate=7999", "sample_rate"), ("sample_rate=x", "sample_rate"), ("encoding=mp3", "encoding"),
        ("speech_model=nova-3", "speech_model"), ("format_turns=yes", "format_turns"), ("min_turn_silence=-1", "min_turn_silence"),
        ("end_of_turn_confidence_threshold=2", "end_of_turn_confidence_threshold"), ("inactivity_timeout=4", "inactivity_timeout"),
        ("keyterms_prompt=%5B1%5D", "keyterms_prompt"), ("keyterms_prompt=%5B", "keyterms_prompt"),
        ("keyterms_prompt=" + String(repeating: "a", count: 51), "keyterms_prompt"), ("language_code=%00", "language_code"),
        ("language_codes=%5B%22multi%22,%22de%22%5D", "multi"), ("mode=fast", "mode"),
        ("redact_pii=true&redact_pii_policies=%5B%22drug%22%5D", "person_name"),
        ("redact_pii=true&redact_pii_sub=stars", "redact_pii_sub"), ("redact_pii=true&language_code=de", "redact_pii"),
        ("previous_context_n_turns=101", "previous_context_n_turns"), ("agent_context=" + String(repeating: "a", count: 1_751), "agent_context"),
    ])
    func `says in the socket what is wrong`(query: String, name: String) throws {
        let said = try Self.rejection(query.hasPrefix("sample_rate") ? query : "sample_rate=16000&" + query)
        #expect(said.count == 2)
        #expect(said.first?.hasPrefix("error 3006 Invalid Message: ") == true && said.first?.contains(name) == true, "\(said)")
        #expect(said.last?.hasPrefix("close 3006 ") == true)
    }

    @Test func `takes models of engines, and ignores what it does not know`() throws {
        #expect(try Self.request("sample_rate=16000&speech_model=moonshine-base-en&tomorrow=1&webhook_url=x") != nil)
        #expect(try Self.request("sample_rate=16000&engine=deepgram,local")?.engines == [EngineName("deepgram"), .local])
    }

    @Test(
        arguments: [
            ("k3y", nil, "k3y"), ("Bearer k3y", nil, "k3y"), ("bearer  k3y", nil, "k3y"), (nil, "t0k", "t0k"), ("k3y", "t0k", "k3y"),
            ("", "t0k", "t0k"),
            (nil, nil, nil), (nil, "", nil),
        ] as [(String?, String?, String?)])
    func `finds the credential`(header: String?, token: String?, secret: String?) throws {
        var headers = HTTPHeaders()
        if let header { headers.add("Authorization", header) }
        let head = try HTTPRequestHead(.get, "/v3/ws" + (token.map { "?token=\($0)" } ?? ""), headers: headers)
        #expect(AssemblyAICredential.find(in: head)?.secret == secret)
    }

    @Test(arguments: [
        (RequestError.unauthenticated, 1008), (.forbidden("no"), 1008), (.outOfCredit, 1008), (.tooManyRequests(retryAfter: nil), 3009),
        (.badRequest("x"), 3006), (.unavailable("x"), 3005), (.engine(.unavailable("x")), 3005), (.internalError, 1011),
    ])
    func `says no in the socket`(cause: RequestError, code: Int) throws {
        let rejection = try #require(AssemblyAILiveServer.dialect.inBandError(cause, LiveConversation.context))
        #expect(Int(rejection.code) == code)
        #expect(rejection.messages == [AssemblyAIServerMessage.error(code: code, message: rejection.reason).text])
    }

    @Test func `names the limit that is reached, behind the vendor's words`() throws {
        let limit = "ann has used the 60 minutes of today."
        let inBand = try #require(AssemblyAIErrorResponse.inBand(.limitReached(limit)))
        #expect(inBand.code == 1008 && inBand.reason == "Unauthorized Connection: Insufficient account balance. \(limit)")
        let answer = AssemblyAIErrorResponse.make(.limitReached(limit), requestID: "r")
        #expect(answer.status.code == 402)
        #expect(try Parsed(answer.body)["error"].string == "Your current account balance is too low. \(limit)")
    }

    @Test func `says no to requests that are no sockets in HTTP`() throws {
        #expect(AssemblyAILiveServer.dialect.inBandError(.methodNotAllowed(allowed: "GET"), LiveConversation.context) == nil)
        let rejection = AssemblyAIErrorResponse.make(.tooManyRequests(retryAfter: .milliseconds(1_500)), requestID: "r")
        #expect(rejection.status.code == 429)
        #expect(rejection.headers["Retry-After"] == "2")
        #expect(try Parsed(rejection.body)["error"].string == "Too many requests")
    }
}
