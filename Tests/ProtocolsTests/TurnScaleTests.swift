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
        #expect(stream.commit() == ["committed 1 after none", "added 1", "done 1", "→ finalize"])
        #expect(stream.event(.flushed(.first)).last == "1=“Well, no.”")
    }

    @Test func `is heard as usual just below the top of OpenAI's scale`() throws {
        let stream = try RealtimeConversation.speaking(RealtimeConversation.update(#""turn_detection":{"type":"server_vad","threshold":0.99}"#))
        #expect(stream.machine?.request.turn == TurnRule(voice: 0.99))
    }
}
