import Framing
import Protocols
import Speech
import Testing

/// The end of a scale that means never, in each protocol whose clients may set one. The documentation's table says the same.
@Suite struct `A client that ends its turns itself` {
    private func request(_ pathAndQuery: String) throws -> LiveRequest {
        let head = try HTTPRequestHead(.get, pathAndQuery)
        let dialect = try #require(Catalogue.dialects.first { $0.paths.contains(head.path) })
        return try #require(try dialect.accept(head, LiveConversation.context).get().session).request
    }

    @Test func `is ended by no model of Flux's and AssemblyAI's protocols, but by the longest silence`() throws {
        for (target, silence) in [
            ("/v2/listen?model=flux-general-en&encoding=linear16&sample_rate=16000&eot_threshold=1.0", 5_000),
            ("/v2/listen?model=flux-general-en&encoding=linear16&sample_rate=16000&eot_threshold=1.0&eot_timeout_ms=60000", 60_000),
            ("/v3/ws?sample_rate=16000&end_of_turn_confidence_threshold=1", 1_280),
            ("/v3/ws?sample_rate=16000&end_of_turn_confidence_threshold=1.0&max_turn_silence=60000", 60_000),
        ] {
            #expect(try request(target).turn == TurnRule(confidence: 1, maximumSilence: .milliseconds(silence)), "\(target)")
        }
        for target in [
            "/v2/listen?model=flux-general-en&encoding=linear16&sample_rate=16000&eot_threshold=0.99",
            "/v3/ws?sample_rate=16000&end_of_turn_confidence_threshold=0.99",
        ] {
            #expect(try request(target).turn.maximumSilence == nil, "\(target)")
        }
    }

    private static let flux = "/v2/listen?model=flux-general-en&encoding=linear16&sample_rate=16000&eot_threshold=1.0"
    private static let assemblyAI = "/v3/ws?sample_rate=16000&end_of_turn_confidence_threshold=1"

    /// Requests, and what an engine's stream is opened with for each: a setting that is there, and one that is not (empty: none).
    private static let openings: [(target: String, vendor: String, setting: String, without: String)] = [
        (flux, "deepgram", "eot_timeout_ms=5000", ""),
        (flux, "speechmatics", #""end_of_utterance_silence_trigger":2"#, ""),
        (assemblyAI, "assemblyai", "max_turn_silence=1280", "min_turn_silence"),
        (assemblyAI, "deepgram", "&endpointing=1280", "utterance_end_ms"),
        ("\(assemblyAI)&max_turn_silence=60000", "deepgram", "&endpointing=60000", "utterance_end_ms"),
        (assemblyAI, "speechmatics", #""end_of_utterance_silence_trigger":1.28"#, ""),
        (assemblyAI, "soniox", #""enable_endpoint_detection":false"#, "max_endpoint_delay_ms"),
        ("\(assemblyAI)&max_turn_silence=2000", "soniox", #""enable_endpoint_detection":false"#, "max_endpoint_delay_ms"),
        (
            "/v1/listen?encoding=linear16&sample_rate=16000&endpointing=false", "soniox", #""enable_endpoint_detection":false"#,
            "max_endpoint_delay_ms"
        ),
    ]

    @Test(arguments: openings)
    func `is ended by no engine before the longest silence`(target: String, vendor: String, setting: String, without: String) throws {
        let opening = try opening(VendorRequests.liveOptions(target), vendor)
        #expect(opening.contains(setting) && (without.isEmpty || !opening.contains(without)), "\(opening)")
    }

    /// Returns the query and the first message with which a vendor's stream is opened.
    private func opening(_ options: StreamOptions, _ vendor: String) throws -> String {
        let service = try #require(Catalogue.vendors.first { $0.name.rawValue == vendor }?.live)
        var machine = service.connect(options, Credential("k")), actions: [ClientAction] = []
        let target = machine.connection.target
        machine.opened(now: .now, actions: &actions)
        return actions.reduce(target) { text, action in
            guard case .send(let message) = action else { return text }
            return text + " " + String(decoding: message, as: UTF8.self)
        }
    }

    @Test func `is ended by Speechmatics' Agent STT only by demand`() throws {
        var options = try VendorRequests.liveOptions(Self.assemblyAI)
        options.model = "linden-1"
        #expect(try opening(options, "speechmatics").contains(#""turn_detection_mode":"external""#))
        options.turn.confidence = 0.99
        #expect(try opening(options, "speechmatics").contains(#""turn_detection_mode":"vad""#))
    }

    @Test func `is ended by engines as usual just below the top of the scale`() throws {
        let options = try VendorRequests.liveOptions("/v3/ws?sample_rate=16000&end_of_turn_confidence_threshold=0.99&max_turn_silence=2000")
        #expect(try opening(options, "deepgram").contains("&endpointing=400&utterance_end_ms=1000"))
        #expect(try opening(options, "speechmatics").contains(#""end_of_utterance_silence_trigger":0.4"#))
        #expect(try opening(options, "soniox").contains(#""enable_endpoint_detection":true,"max_endpoint_delay_ms":2000"#))
    }

    @Test func `is ended by no later setting of AssemblyAI's protocol either`() throws {
        var stream = try AssemblyAIConversation()
        let said = stream.text(#"{"type":"UpdateConfiguration","end_of_turn_confidence_threshold":1}"#)
        var change = StreamChange(turn: TurnRule(confidence: 1, maximumSilence: .milliseconds(1_280)))
        change.vendor = VendorChange([.init("end_of_turn_confidence_threshold", .json("1"), aspect: .turn)])
        #expect(said == ["→ \(SessionCommand.update(change))"])
    }

    @Test func `has no end of an utterance by silence in Deepgram's protocol`() throws {
        let never = try request("/v1/listen?encoding=linear16&sample_rate=16000&endpointing=false")
        #expect(never.endpointing == .seconds(3_600) && never.turn == TurnRule())
        #expect(try request("/v1/listen?encoding=linear16&sample_rate=16000").endpointing < .seconds(1))
    }

    @Test(arguments: ["false", "null"]) func `has no end token in Soniox's protocol`(value: String) throws {
        func said(_ value: String) throws -> [String] {
            var stream = try SonioxConversation(SonioxConversation.configuration.replacing(":true", with: ":" + value))
            return stream.event(commit("Hello.", 0, 1, .endOfTurn)) + stream.event(.turnEnded(.first, at: SampleIndex(16_000)))
        }
        #expect(try said("true").contains { $0.contains("<end>") })
        #expect(try !said(value).contains { $0.contains("<end>") })
    }

    @Test(arguments: ["", #""conversation_config":{"end_of_utterance_silence_trigger":0}"#])
    func `has no end of an utterance by silence in Speechmatics' protocol, but by demand`(config: String) throws {
        var stream = try SpeechmaticsConversation(config)
        #expect(stream.event(commit("Hello.", 0, 1, .endOfTurn)) == ["final 0.0–0.5 “Hello. ” eos"])
        #expect(stream.event(.turnEnded(.first, at: SampleIndex(16_000))).isEmpty)
        #expect(stream.text(#"{"message":"ForceEndOfUtterance"}"#) == ["→ finalize"])
        #expect(stream.event(.flushed(.first)).contains { $0.hasPrefix("end of utterance") })
    }

    @Test(arguments: ["null", #"{"type":"server_vad","threshold":1}"#, #"{"type":"server_vad","threshold":1.0,"silence_duration_ms":200}"#])
    func `commits its items itself in OpenAI's realtime protocol`(detection: String) throws {
        var stream = try RealtimeConversation.speaking(RealtimeConversation.update(#""turn_detection":"# + detection))
        #expect(stream.machine?.request.turn == TurnRule() && stream.machine?.request.endpointing == .milliseconds(500))
        _ = stream.append(3)
        #expect(stream.event(.speechStarted(.first, at: Realtime.at(0))).isEmpty)
        #expect(stream.event(Realtime.commit("Well,", 0, 1, .pause)).isEmpty)
        #expect(stream.event(Realtime.commit("no.", 1, 2, .endOfTurn)).isEmpty)
        #expect(stream.event(.turnEnded(.first, at: Realtime.at(2))).isEmpty)
        #expect(stream.commit() == ["committed 1 after none", "added 1", "done 1", "1+“Well, no.”", "→ finalize"])
        #expect(stream.event(.flushed(.first)).last == "1=“Well, no.”")
    }

    @Test(arguments: ["null", #"{"type":"server_vad","threshold":1}"#])
    func `is told the end of speech when it takes over within an item in OpenAI's realtime protocol`(detection: String) throws {
        var stream = try RealtimeConversation.speaking()
        #expect(stream.event(.speechStarted(.first, at: Realtime.at(0))) == ["started 1 at 0"])
        #expect(stream.text(RealtimeConversation.update(#""turn_detection":"# + detection)).contains("stopped 1 at 100"))
        _ = stream.append(1)
        #expect(stream.commit() == ["committed 1 after none", "added 1", "done 1", "→ finalize"])
    }

    @Test func `is heard as usual just below the top of OpenAI's scale`() throws {
        let stream = try RealtimeConversation.speaking(RealtimeConversation.update(#""turn_detection":{"type":"server_vad","threshold":0.99}"#))
        #expect(stream.machine?.request.turn == TurnRule(voice: 0.99))
    }
}
