import Framing
import Protocols
import Speech
import Testing

@Suite struct `The opening of Speechmatics' Agent STT` {
    private typealias Stream = SpeechmaticsAgentConversation

    @Test func `asks for a session`() throws {
        var client = try Entrance.speechmaticsAgent()
        let config = """
            "output_locale":"en-GB","diarization":"speaker","additional_vocab":["Harken",{"content":"gnocchi","sounds_like":["nyohki"]}],\
            "domain":"medical","transcript_filtering_config":{"remove_disfluencies":true},"enable_partials":true
            """
        let request = try client.begin(Stream.start(config)).machine.request
        #expect(request.format == .raw(.linear16, .speech, channels: 1))
        #expect(request.language == LanguageTag("en-GB") && request.model == "linden-1" && request.diarize)
        #expect(request.keyterms == ["Harken", "gnocchi"])
        #expect(request.endpointing == .milliseconds(300))
        #expect(request.turn == TurnRule(minimumSilence: .milliseconds(300), maximumSilence: .milliseconds(800)))
        #expect(request.shared.fillerWords == false)
        #expect(
            request.vendorOptions?.options.map(\.name) == ["output_locale", "additional_vocab", "domain", "transcript_filtering_config"])
        #expect(client.said.isEmpty)
    }

    @Test func `lets silence end no turn of a client that ends turns itself`() throws {
        var client = try Entrance.speechmaticsAgent()
        let turn = try client.begin(Stream.start(turns: "external")).machine.request.turn
        #expect(turn.minimumSilence == .seconds(3_600) && turn.maximumSilence == .seconds(3_600))
    }

    /// The vendor's client 0.1 has the older name of the member; the document wants one of them.
    @Test(arguments: [#""operating_point":"linden-1""#, #""emit_sentences":false"#])
    func `has the service's only model`(member: String) throws {
        var client = try Entrance.speechmaticsAgent()
        let request = try client.begin(Stream.start().replacing(#""model":"linden-1""#, with: member)).machine.request
        #expect(request.model == "linden-1")
    }

    static let wrong: [(String, String, Int)] = [
        ("", "invalid_message", 1003), (#"{"message":"EndOfStream","last_seq_no":0}"#, "protocol_error", 1003),
        (#"{"message":"AddChannelAudio","channel":"a","data":""}"#, "invalid_message", 1003),
        (#"{"message":"StartRecognition"}"#, "invalid_config", 1003),
        (Stream.start().replacing("pcm_s16le", with: "mulaw"), "invalid_audio_type", 1003),
        (Stream.start().replacing("16000", with: "44100"), "invalid_audio_type", 1003),
        (Stream.start().replacing("\"raw\"", with: "\"file\""), "invalid_audio_type", 1003),
        (Stream.start().replacing("\"en\"", with: "\"no language\""), "invalid_language", 4004),
        (Stream.start().replacing(#""language":"en","#, with: ""), "invalid_language", 4004),
        (Stream.start().replacing("linden-1", with: "enhanced"), "invalid_model", 4004),
        (Stream.start().replacing("linden-1", with: "gpt"), "invalid_model", 4004),
        (Stream.start(turns: "adaptive"), "invalid_config", 1003),
        (Stream.start(#""diarization":"channel""#), "invalid_config", 1003),
        (Stream.start(#""speaker_diarization_config":{"get_speakers":true}"#), "invalid_config", 1003),
        (Stream.start(#""diarization":"speaker","speaker_diarization_config":{"max_speakers":1}"#), "invalid_config", 1003),
        (Stream.start(#""emit_sentences":"yes""#), "invalid_config", 1003),
        (
            Stream.start().replacing(#""message":"StartRecognition","#, with: #""message":"StartRecognition","translation_config":{},"#),
            "invalid_config", 1003
        ),
    ]

    @Test(arguments: wrong)
    func `is rejected in the socket`(message: String, type: String, close: Int) throws {
        var client = try Entrance.speechmaticsAgent()
        let requested = client.text(message)
        #expect(requested == nil)
        #expect(client.said == ["error \(type)", "close \(close) \(type)"])
    }

    @Test func `does not come in time`() throws {
        var client = try Entrance.speechmaticsAgent()
        client.wait(SpeechmaticsOpening.limit)
        #expect(client.said == ["error start_recognition_timeout", "close 1008 start_recognition_timeout"])
    }

    @Test func `names its own model at the real-time API in vain`() throws {
        var client = try Entrance.speechmatics()
        let requested = client.text(SpeechmaticsConversation.start(#""model":"linden-1""#))
        #expect(requested == nil && client.said == ["error invalid_model", "close 4004 invalid_model"])
    }

    /// The paths of the preview, whose clients read other messages.
    @Test(arguments: ["adaptive", "agile", "smart", "external"])
    func `is not at the preview's paths, which say where it is`(profile: String) throws {
        let head = try HTTPRequestHead(.get, "/v2/agent/" + profile)
        guard case .failure(let rejection) = SpeechmaticsLiveServer.accept(head, LiveConversation.context) else {
            Issue.record("accepted")
            return
        }
        #expect(rejection.status == .notFound)
        #expect(try Parsed(rejection.body)["detail"].string?.contains("turn_config") == true)
    }

    @Test func `shows the key as the real-time API does`() throws {
        let dialect = SpeechmaticsAgentServer.dialect
        let head = try HTTPRequestHead(.get, "/v2/agent?jwt=t0ken&sm-app=livekit%2F1.8.9&sm-sdk=python-agent-stt-sdk-v0.3.0")
        #expect(dialect.credential(head) == Credential("t0ken", in: .query))
        #expect(dialect.errorResponse(.unauthenticated, LiveConversation.context).status == .unauthorized)
    }
}
