import Framing
import Protocols
import Speech
import Testing

@Suite struct `A Deepgram handshake` {
    private func accept(_ query: String, headers: HTTPHeaders = [:]) throws -> Result<LiveHandshake, ErrorResponse> {
        DeepgramLiveServer.accept(try HTTPRequestHead(.get, "/v1/listen?" + query, headers: headers), LiveConversation.context)
    }

    @Test(arguments: [
        // As LiveKit and Pipecat send it.
        """
        model=nova-3&punctuate=true&smart_format=false&no_delay=true&interim_results=true&encoding=linear16&vad_events=true&sample_rate=16000&\
        channels=1&endpointing=25&filler_words=true&profanity_filter=false&numerals=false&mip_opt_out=false&language=en-US
        """,
        """
        channels=1&detect_entities=false&diarize=false&dictation=false&encoding=linear16&interim_results=true&language=en&model=nova-3-general&\
        multichannel=false&numerals=false&punctuate=true&sample_rate=16000&smart_format=false
        """,
        "", "model=MOONSHINE-base-en", "punctuate=True&interim_results=TRUE", "encoding=LINEAR16&sample_rate=8000", "unknown=1&another",
        "tag=a&tag=b",
        "endpointing=false", "endpointing=true", "endpointing=10", "encoding=flac", "encoding=ogg-opus", "encoding=amr-nb", "sample_rate=16000",
        "interim_results=true&utterance_end_ms=1000", "search=a&redact=false&keywords=Harken:2", "redact=pci&redact=ssn", "redact=pci,numbers",
        "redact=true", "model=2-general-nova", "language=multi",
        "model=11111111-2222-3333-4444-555555555555", "diarize_model=V1",
    ])
    func `is accepted`(query: String) throws {
        #expect(throws: Never.self) { try accept(query).get() }
    }

    @Test(arguments: [
        ("encoding=linear16", "sample_rate"), ("encoding=linear16&sample_rate=7999", "sample_rate"),
        ("encoding=linear16&sample_rate=fast", "sample_rate"),
        ("encoding=pcm", "encoding"), ("encoding=mp3&sample_rate=16000", "encoding"), ("punctuate=yes", "punctuate"), ("channels=0", "channels"),
        ("channels=21", "channels"), ("channels=", "channels"), ("endpointing=soon", "endpointing"), ("endpointing=-1", "endpointing"),
        ("utterance_end_ms=1000", "interim_results"), ("utterance_end_ms=999&interim_results=true", "utterance_end_ms"),
        ("utterance_end_ms=5001&interim_results=true", "utterance_end_ms"), ("language=%20", "language"), ("model=no-such-model-zz", "model"),
        ("callback=https://example.com", "callback"), ("diarize_model=v9", "diarize_model"), ("diarize_model=V2", "recordings only"),
        ("extra=novalue", "extra"), ("replace=:x", "replace"),
        ("numerals=1.5", "numerals"), ("redact=phi", "pci"), ("redact=pci&language=de", "redact"), ("multichannel=maybe", "multichannel"),
        ("vad_events=2", "vad_events"),
    ])
    func `is rejected with a word on what to change`(query: String, name: String) throws {
        guard case .failure(let rejection) = try accept(query) else {
            Issue.record("accepted")
            return
        }
        #expect(rejection.status == .badRequest)
        #expect(rejection.headers["dg-request-id"] == LiveConversation.requestID)
        #expect(rejection.headers["Content-Type"] == "application/json")
        let body = try Parsed(rejection.body)
        #expect(body["err_code"].string == "Bad Request")
        #expect(body["request_id"].string == LiveConversation.requestID)
        #expect(body["err_msg"].string?.contains(name) == true)
        #expect(rejection.headers["dg-error"] == body["err_msg"].string)
    }

    @Test func `asks in our words`() throws {
        let query = """
            encoding=linear16&sample_rate=48000&channels=2&multichannel=true&language=de&model=nova-3&interim_results=true&endpointing=25&diarize=true&\
            keyterm=Harken&keyterm=speech+gateway&engine=deepgram,LOCAL,deepgram
            """
        var request = try #require(try accept(query).get().session).request
        request.vendorOptions = nil
        #expect(
            request
                == LiveRequest(
                    format: .raw(.linear16, SampleRate(hertz: 48_000), channels: 2), language: LanguageTag("de"), model: "nova-3", interims: true,
                    endpointing: .milliseconds(25), separateChannels: true, diarize: true, keyterms: ["Harken", "speech gateway"],
                    engines: [EngineName("deepgram"), .local]))
    }

    @Test(arguments: [("", nil), ("endpointing=true", nil), ("endpointing=10", 10), ("endpointing=300", 300)] as [(String, Int?)])
    func `tells a silence that was asked for from the usual one`(query: String, milliseconds: Int?) throws {
        let request = try #require(try accept(query).get().session).request
        #expect(request.askedEndpointing == milliseconds.map { .milliseconds($0) })
        #expect(request.endpointing == .milliseconds(milliseconds ?? 300))
    }

    @Test(
        arguments: [
            ("", nil), ("endpointing=true", nil), ("endpointing=false", nil), ("endpointing=25", nil), ("endpointing=100", 100),
            ("endpointing=300", 300),
        ] as [(String, Int?)])
    func `asks for finals after a silence that is meant`(query: String, milliseconds: Int?) throws {
        let turn = try #require(try accept(query).get().session).request.turn
        #expect(turn == TurnRule(finalSilence: milliseconds.map { .milliseconds($0) }))
    }

    @Test func `names engines in the query or a header`() throws {
        let header: HTTPHeaders = ["x-harken-engine": "soniox, local"]
        #expect(try #require(try accept("", headers: header).get().session).request.engines == [EngineName("soniox"), .local])
        #expect(try #require(try accept("engine=local", headers: header).get().session).request.engines == [.local])
        #expect(try #require(try accept("").get().session).request.engines.isEmpty)
    }

    @Test func `says who asks on the answer`() throws {
        let handshake = try accept("").get()
        #expect(handshake.headers["dg-request-id"] == LiveConversation.requestID)
        #expect(handshake.subprotocol == nil)
    }

    @Test(
        arguments: [
            (["Authorization": "Token abc"], "abc"), (["authorization": "token  abc "], "abc"), (["Authorization": "bearer abc"], "abc"),
            (["Authorization": "BEARER abc"], "abc"), (["Authorization": "Basic abc"], nil), (["Authorization": "abc"], nil),
            (["Authorization": "Token "], nil), ([:], nil), (["Sec-WebSocket-Protocol": "token, abc"], "abc"),
            (["Sec-WebSocket-Protocol": "Bearer,abc"], "abc"), (["Sec-WebSocket-Protocol": "chat, abc"], nil),
            (["Sec-WebSocket-Protocol": "token"], nil),
            (["Authorization": "Token one", "Sec-WebSocket-Protocol": "token, two"], "one"),
        ] as [([String: String], String?)])
    func `carries its credential`(headers: [String: String], secret: String?) throws {
        var fields = HTTPHeaders()
        for (name, value) in headers { fields.add(name, value) }
        #expect(DeepgramCredential.find(in: try HTTPRequestHead(.get, "/v1/listen", headers: fields))?.secret == secret)
    }

    @Test func `selects the scheme alone as its subprotocol`() throws {
        #expect(try accept("", headers: ["Sec-WebSocket-Protocol": "token, s3cret"]).get().subprotocol == "token")
        #expect(try accept("", headers: ["Sec-WebSocket-Protocol": "Bearer, s3cret"]).get().subprotocol == "Bearer")
        #expect(try accept("", headers: ["Sec-WebSocket-Protocol": "s3cret"]).get().subprotocol == nil)
    }

    @Test func `hides its credential from every kind of text`() {
        let credential = Credential("s3cret")
        var dumped = ""
        dump(credential, to: &dumped)
        #expect(!"\(credential) \(String(reflecting: credential)) \(dumped)".contains("s3cret"))
    }

    @Test(arguments: [
        (RequestError.unauthenticated, 401, "INVALID_AUTH"), (.forbidden("no"), 403, "INSUFFICIENT_PERMISSIONS"),
        (.outOfCredit, 402, "ASR_PAYMENT_REQUIRED"), (.tooManyRequests(retryAfter: .seconds(2)), 429, "TOO_MANY_REQUESTS"),
        (.tooLarge(limit: 1, received: 2), 413, "PAYLOAD_TOO_LARGE"), (.incompleteBody, 422, "ASR_UNPROCESSABLE_ENTITY"),
        (.remoteContent("404"), 400, "REMOTE_CONTENT_ERROR"), (.engine(.undecodable("")), 400, "Bad Request"),
        (.internalError, 500, "INTERNAL_SERVER_ERROR"),
    ])
    func `is rejected in the vendor's words`(cause: RequestError, status: Int, code: String) throws {
        let rejection = DeepgramLiveServer.dialect.errorResponse(cause, LiveConversation.context)
        #expect(rejection.status.code == status)
        let body = try Parsed(rejection.body)
        #expect(body["err_code"].string == code)
        #expect(body["err_msg"].string?.isEmpty == false)
        #expect(body["request_id"].string == LiveConversation.requestID)
    }
}
