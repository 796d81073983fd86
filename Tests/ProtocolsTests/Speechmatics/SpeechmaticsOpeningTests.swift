import Framing
import Protocols
import Speech
import Testing

@Suite struct `Speechmatics' handshake` {
    @Test func `shows the key as a bearer or in the query`() throws {
        var head = try HTTPRequestHead(.get, "/v2/en?jwt=t0ken&sm-sdk=python-rt-sdk-v1.2.1")
        #expect(SpeechmaticsLiveServer.credential(in: head) == Credential("t0ken", in: .query))
        head.headers.add("Authorization", "Bearer k3y")
        #expect(SpeechmaticsLiveServer.credential(in: head) == Credential("k3y"))
        #expect(SpeechmaticsLiveServer.credential(in: try HTTPRequestHead(.get, "/v2")) == nil)
    }

    @Test(arguments: [
        (RequestError.unauthenticated, 401), (.forbidden("no"), 403), (.tooManyRequests(retryAfter: .seconds(3)), 429), (.unavailable("full"), 503),
        (.notFound("x"), 404), (.methodNotAllowed(allowed: "GET"), 405),
    ])
    func `is rejected before the upgrade`(cause: RequestError, status: Int) throws {
        let rejection = SpeechmaticsLiveServer.dialect.errorResponse(cause, LiveConversation.context)
        #expect(rejection.status.code == status)
        #expect(try Parsed(rejection.body)["code"].int == status)
    }

    @Test(arguments: ["/v2/en/more", "/v2/not a language", "/v2/-"])
    func `is at no other path`(path: String) throws {
        guard let head = try? HTTPRequestHead(.get, path) else { return }
        guard case .failure(let rejection) = SpeechmaticsLiveServer.accept(head, LiveConversation.context) else {
            Issue.record("accepted")
            return
        }
        #expect(rejection.status == .notFound)
    }
}

@Suite struct `Speechmatics' first message` {
    @Test func `asks for a session`() throws {
        var client = try Entrance.speechmatics("/v2/de")
        let requested = try client.begin(
            """
            {"message":"StartRecognition","audio_format":{"type":"raw","encoding":"mulaw","sample_rate":8000},"new":{},
            "transcription_config":{"language":"en","output_locale":"en-GB","model":"enhanced","diarization":"speaker","max_delay":0.7,
            "additional_vocab":["Harken",{"content":"gnocchi","sounds_like":["nyohki"]}],"enable_partials":true,
            "conversation_config":{"end_of_utterance_silence_trigger":0.5}}}
            """)
        let request = requested.machine.request
        #expect(request.format == .raw(.mulaw, .telephone, channels: 1))
        #expect(request.language == LanguageTag("en-GB"))
        #expect(request.model == "enhanced")
        #expect(request.diarize)
        #expect(request.keyterms == ["Harken", "gnocchi"])
        #expect(request.endpointing == .milliseconds(500))
        #expect(requested.credential == nil)
        #expect(client.said.isEmpty)
    }

    @Test func `may leave the language to the path`() throws {
        var client = try Entrance.speechmatics("/v2/de")
        let requested = try client.begin(
            #"{"message":"StartRecognition","audio_format":{"type":"file"},"transcription_config":{"operating_point":"standard"}}"#)
        #expect(requested.machine.request.language == LanguageTag("de"))
        #expect(requested.machine.request.format == .container)
    }

    @Test func `may send floating point`() throws {
        var client = try Entrance.speechmatics()
        let requested = try client.begin(SpeechmaticsConversation.start("").replacing("pcm_s16le", with: "pcm_f32le"))
        #expect(requested.machine.request.format == .raw(.float32, .speech, channels: 1))
    }

    static let wrong: [(String, String, Int)] = [
        ("", "invalid_message", 1003), ("[]", "invalid_message", 1003), (#"{"message":"Hello"}"#, "invalid_message", 1003),
        (#"{"message":"EndOfStream","last_seq_no":0}"#, "protocol_error", 1003),
        (#"{"message":"StartRecognition"}"#, "invalid_config", 1003),
        (#"{"message":"StartRecognition","transcription_config":{"language":"en"}}"#, "invalid_audio_type", 1003),
        (
            SpeechmaticsConversation.start("").replacing("pcm_s16le", with: "mp3"), "invalid_audio_type", 1003
        ),
        (SpeechmaticsConversation.start("").replacing("16000", with: "1"), "invalid_audio_type", 1003),
        (SpeechmaticsConversation.start("").replacing("\"en\"", with: "\"no language\""), "invalid_config", 1003),
        (SpeechmaticsConversation.start(#""model":"gpt""#), "invalid_model", 4004),
        (SpeechmaticsConversation.start(#""max_delay":0.1"#), "invalid_config", 1003),
        (SpeechmaticsConversation.start(#""max_delay_mode":"soon""#), "invalid_config", 1003),
        (SpeechmaticsConversation.start(#""diarization":"channel""#), "invalid_config", 1003),
        (SpeechmaticsConversation.start(#""conversation_config":{"end_of_utterance_silence_trigger":3}"#), "invalid_config", 1003),
        (SpeechmaticsConversation.start(#""enable_partials":"yes""#), "invalid_config", 1003),
    ]

    @Test(arguments: wrong)
    func `is rejected in the socket`(message: String, type: String, close: Int) throws {
        var client = try Entrance.speechmatics()
        let requested = client.text(message)
        #expect(requested == nil)
        #expect(client.said == ["error \(type)", "close \(close) \(type)"])
        let next = client.text(SpeechmaticsConversation.start(""))
        #expect(next == nil, "it is over")
    }

    @Test func `must come before audio`() throws {
        var client = try Entrance.speechmatics()
        let requested = client.binary(320)
        #expect(requested == nil)
        #expect(client.said == ["error protocol_error", "close 1003 protocol_error"])
    }

    @Test func `does not come in time`() throws {
        var client = try Entrance.speechmatics()
        client.wait(.seconds(59))
        #expect(client.said.isEmpty)
        client.wait(.seconds(1))
        #expect(client.said == ["error idle_timeout", "close 1008 idle_timeout"])
    }

    @Test(arguments: [
        (RequestError.unauthenticated, "not_authorised", 4001), (.forbidden("no"), "not_allowed", 4003),
        (.badRequest("The language \"xx\" is not available from local."), "invalid_config", 1003), (.unavailable("full"), "job_error", 4013),
    ])
    func `may be rejected by the gateway`(cause: RequestError, type: String, close: Int) throws {
        var client = try Entrance.speechmatics()
        client.rejected(cause)
        #expect(client.said == ["error \(type)", "close \(close) \(type)"])
    }
}
