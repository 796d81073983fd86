import Framing
import Protocols
import Speech
import Testing

/// Settings of turns that an engine's vendor has no counterpart of. The test of truth tries each member with each engine; here are the values.
@Suite struct `Settings of turns` {
    private static let assemblyAI = "/v3/ws?sample_rate=16000&"
    private static let flux = "/v2/listen?model=flux-general-en&encoding=linear16&sample_rate=16000&"
    private static let deepgram = "/v1/listen?encoding=linear16&sample_rate=16000&"

    /// Requests, the engine that serves them with a model (empty: its usual one), and the settings that it ignores.
    private static let given: [(target: String, engine: String, model: String, ignored: [String])] = [
        ("\(assemblyAI)vad_threshold=0.3", "deepgram", "", ["vad_threshold"]),
        ("\(assemblyAI)vad_threshold=0.3", "local", "", []),
        ("\(assemblyAI)end_of_turn_confidence_threshold=0.9&max_turn_silence=900", "soniox", "", ["end_of_turn_confidence_threshold"]),
        (
            "\(assemblyAI)end_of_turn_confidence_threshold=0.9&max_turn_silence=900", "speechmatics", "",
            ["end_of_turn_confidence_threshold", "max_turn_silence"]
        ),
        // At the top of the scale, the longest silence alone ends turns with each engine.
        ("\(assemblyAI)end_of_turn_confidence_threshold=1&max_turn_silence=900", "speechmatics", "", []),
        ("\(flux)eot_threshold=1.0&eot_timeout_ms=900", "openai", "", []),
        ("\(flux)eot_threshold=0.9&eot_timeout_ms=900", "openai", "", ["eot_threshold", "eot_timeout_ms"]),
        // Values that the vendor does not have.
        ("\(flux)eot_timeout_ms=3000", "soniox", "", []), ("\(flux)eot_timeout_ms=3001", "soniox", "", ["eot_timeout_ms"]),
        ("\(deepgram)endpointing=400", "assemblyai", "", ["endpointing"]), ("\(deepgram)endpointing=401", "assemblyai", "", []),
        ("\(deepgram)endpointing=2000", "speechmatics", "", []), ("\(deepgram)endpointing=2001", "speechmatics", "", ["endpointing"]),
        ("\(deepgram)endpointing=60000", "speechmatics", "", []), ("\(deepgram)endpointing=false", "soniox", "", []),
        ("\(deepgram)endpointing=900", "soniox", "", ["endpointing"]), ("\(deepgram)endpointing=true", "soniox", "", []),
        // Silences for which longer ones stand.
        ("\(assemblyAI)max_turn_silence=499", "local", "", ["max_turn_silence"]), ("\(assemblyAI)max_turn_silence=500", "local", "", []),
        ("\(assemblyAI)end_of_turn_confidence_threshold=1&max_turn_silence=100", "soniox", "", ["max_turn_silence"]),
        ("\(assemblyAI)max_turn_silence=100&min_turn_silence=100", "assemblyai", "", []),
        ("\(assemblyAI)min_turn_silence=299", "deepgram", "", ["min_turn_silence"]), ("\(assemblyAI)min_turn_silence=300", "deepgram", "", []),
        ("\(assemblyAI)min_turn_silence=299", "local", "", ["min_turn_silence"]), ("\(assemblyAI)min_turn_silence=300", "local", "", []),
        ("\(assemblyAI)min_turn_silence=160", "speechmatics", "", []),
        ("\(assemblyAI)min_turn_silence=99", "openai", "", ["min_turn_silence"]), ("\(assemblyAI)min_turn_silence=100", "openai", "", []),
        ("\(deepgram)endpointing=299", "local", "", ["endpointing"]), ("\(deepgram)endpointing=300", "local", "", []),
        // The usual short values mean captions, and are not taken for a wish.
        ("\(deepgram)endpointing=100", "local", "", ["endpointing"]), ("\(deepgram)endpointing=99", "local", "", []),
        ("\(deepgram)endpointing=25", "local", "", []), ("\(deepgram)endpointing=10", "local", "", []),
        ("\(deepgram)endpointing=10", "openai", "", []), ("\(deepgram)endpointing=100", "deepgram", "", []),
        // Models of a vendor whose turns end in another way.
        ("\(assemblyAI)end_of_turn_confidence_threshold=0.9&min_turn_silence=900", "deepgram", "flux-general-en", ["min_turn_silence"]),
        ("\(deepgram)endpointing=900", "speechmatics", "linden-1", ["endpointing"]),
        ("\(deepgram)endpointing=60000", "speechmatics", "linden-1", []),
    ]

    @Test(arguments: given)
    func `are named where an engine ignores them`(target: String, engine: String, model: String, ignored: [String]) throws {
        let options = try VendorRequests.liveOptions(target).vendorOptions
        let named = model.isEmpty ? nil : model
        #expect(Catalogue.ignored(options, keyterms: [], model: named, with: EngineName(engine), .live) == ignored)
    }

    @Test func `count as the operator's model of the engine has them`() throws {
        let options = try VendorRequests.liveOptions("\(Self.deepgram)endpointing=900").vendorOptions, engine = EngineName("speechmatics")
        func ignored(_ capabilities: Capabilities, model: String? = nil) -> [String] {
            Catalogue.ignored(options, keyterms: [], model: model, with: engine, .live, capabilities)
        }
        var capabilities = Capabilities(streaming: true, prerecorded: false, languages: .any, models: ["linden-1", "enhanced"])
        #expect(ignored(capabilities) == ["endpointing"])
        #expect(ignored(capabilities, model: "enhanced") == [])
        #expect(ignored(capabilities, model: "nova-3") == ["endpointing"])
        capabilities.findsPauses = true
        #expect(ignored(capabilities) == [], "Harken's own detector finds the pauses")
        let short = try VendorRequests.liveOptions("\(Self.assemblyAI)min_turn_silence=100").vendorOptions
        #expect(Catalogue.ignored(short, keyterms: [], model: nil, with: engine, .live, capabilities) == ["min_turn_silence"])
    }

    @Test(arguments: TurnPart.allCases)
    func `are all heeded by an engine that is no vendor's`(part: TurnPart) {
        #expect(part.isHeeded(by: TurnPart.Engine(.local)) && part.isHeeded(by: TurnPart.Engine(EngineName("acme")), at: .seconds(60)))
    }

    /// Values of turn detection, an engine, and the options that are named.
    private static let detections: [(value: String, engine: String, ignored: [String])] = [
        (#"{"type":"server_vad","threshold":0.7,"silence_duration_ms":900}"#, "openai", ["turn_detection.threshold"]),
        (#"{"type":"server_vad","threshold":0.7,"silence_duration_ms":900}"#, "assemblyai", []),
        (
            #"{"type":"server_vad","threshold":0.7,"silence_duration_ms":900}"#, "soniox",
            ["turn_detection.threshold", "turn_detection.silence_duration_ms"]
        ),
        (#"{"type":"server_vad","silence_duration_ms":200}"#, "local", ["turn_detection.silence_duration_ms"]),
        (#"{"type":"server_vad","silence_duration_ms":0}"#, "local", ["turn_detection.silence_duration_ms"]),
        (#"{"type":"server_vad","silence_duration_ms":99}"#, "local", ["turn_detection.silence_duration_ms"]),
        (#"{"type":"server_vad","silence_duration_ms":99}"#, "deepgram", ["turn_detection.silence_duration_ms"]),
        (#"{"type":"server_vad","silence_duration_ms":100}"#, "deepgram", []),
        (#"{"type":"server_vad","silence_duration_ms":99}"#, "openai", ["turn_detection.silence_duration_ms"]),
        (#"{"type":"server_vad","silence_duration_ms":200}"#, "openai", []), (#"{"type":"server_vad","silence_duration_ms":300}"#, "local", []),
        // The server keeps turns open over longer silences, and ends none at a threshold of 1.
        (#"{"type":"server_vad","threshold":1,"silence_duration_ms":2500}"#, "soniox", []),
        (#"{"type":"server_vad","threshold":0.5,"silence_duration_ms":500}"#, "soniox", []),
        (#"{"type":"semantic_vad","eagerness":"high"}"#, "soniox", []),
        (#"{"type":"semantic_vad","eagerness":"low"}"#, "soniox", ["turn_detection.eagerness"]),
        (#"{"type":"semantic_vad","eagerness":"high"}"#, "deepgram", ["turn_detection.eagerness"]),
    ]

    @Test(arguments: detections)
    func `are named one by one in turn detection`(value: String, engine: String, ignored: [String]) throws {
        let stream = try RealtimeConversation.speaking(RealtimeConversation.update(#""turn_detection":"# + value))
        #expect(Catalogue.ignored(stream.machine?.request.vendorOptions, with: EngineName(engine), .live) == ignored)
    }

    @Test func `have their defaults in the session that is shown where the engine ignores them`() throws {
        var stream = try RealtimeConversation.speaking(
            RealtimeConversation.update(#""turn_detection":{"type":"server_vad","threshold":0.7,"silence_duration_ms":900}"#))
        var output = ServerOutput()
        let now = stream.now
        stream.machine?.ignores(["turn_detection.threshold"], now: now, output: &output)
        #expect(output.texts.count == 1)
        #expect(output.texts[0].contains(#""threshold":0.5,"prefix_padding_ms":300,"silence_duration_ms":900"#), "\(output.texts)")
    }

    /// Silences, an engine, and the silences that are in force with it.
    private static let silences: [(asked: Int, engine: TurnPart.Engine, shown: Int)] = [
        (50, TurnPart.Engine(.local), 300), (200, TurnPart.Engine(.local), 300), (299, TurnPart.Engine(.local), 300),
        (200, TurnPart.Engine(EngineName("soniox"), findsPauses: true), 300), (50, TurnPart.Engine(EngineName("openai")), 100),
        (50, TurnPart.Engine(EngineName("deepgram")), 100), (200, TurnPart.Engine(EngineName("soniox")), 500),
        (50, TurnPart.Engine(EngineName("soniox")), 500), (900, TurnPart.Engine(EngineName("soniox")), 500),
    ]

    @Test(arguments: silences)
    func `show the silence that is in force with the engine`(asked: Int, engine: TurnPart.Engine, shown: Int) throws {
        let update = RealtimeConversation.update(#""turn_detection":{"type":"server_vad","silence_duration_ms":\#(asked)}"#)
        var stream = try RealtimeConversation.speaking(update)
        let ignored = Catalogue.ignored(stream.machine?.request.vendorOptions, with: engine.name, .live, live: engine)
        #expect(ignored == ["turn_detection.silence_duration_ms"])
        var output = ServerOutput()
        let now = stream.now
        stream.machine?.served(by: engine, ignoring: ignored, now: now, output: &output)
        #expect(output.texts.count == 1)
        #expect(output.texts.first?.contains(#""silence_duration_ms":\#(shown)"#) == true, "\(output.texts)")
        _ = stream.text(#"{"type":"session.update","session":{"audio":{"input":{"transcription":{"prompt":"p"}}}}}"#)
        #expect(stream.raw.last?.contains(#""silence_duration_ms":\#(shown)"#) == true, "it is in force behind an update of something else")
        output = ServerOutput()
        stream.machine?.served(by: TurnPart.Engine(EngineName("acme")), ignoring: [], now: now, output: &output)
        #expect(output.texts.first?.contains(#""silence_duration_ms":\#(asked)"#) == true, "the next engine heeds it")
    }

    @Test(arguments: [(200, 300), (900, 500)])
    func `show another silence than the client's where the second of two engines ignores it`(asked: Int, shown: Int) throws {
        let update = RealtimeConversation.update(#""turn_detection":{"type":"server_vad","silence_duration_ms":\#(asked)}"#)
        var stream = try RealtimeConversation.speaking(update)
        var output = ServerOutput()
        let now = stream.now
        stream.machine?.served(by: TurnPart.Engine(EngineName("deepgram")), ignoring: [], now: now, output: &output)
        #expect(output.texts.isEmpty)
        stream.machine?.ignores(["turn_detection.silence_duration_ms"], now: now, output: &output)
        #expect(output.texts.first?.contains(#""silence_duration_ms":\#(shown)"#) == true, "\(output.texts)")
    }

    @Test func `change in an open stream of OpenAI's, whose pauses are heard here`() throws {
        var options = StreamOptions(rate: .speech)
        var client = VendorConversation(OpenAILiveClient(options, credential: Credential("k")))
        _ = client.opened()
        _ = client.text(#"{"type":"session.updated","session":{}}"#)
        options.endpointing = .milliseconds(900)
        let change = StreamChange(endpointing: .milliseconds(900))
        let capabilities = OpenAILiveClient.service().capabilities
        #expect(change.isInStream(of: OpenAIOptions.vendor, capabilities, from: StreamOptions(rate: .speech), to: options, now: .now))
        #expect(client.command(.update(options)).isEmpty)
        client.sent(1)
        var actions: [ClientAction] = []
        client.machine.heard(loud: SampleRange(SampleIndex(0), SampleIndex(16_000)), now: client.now, actions: &actions)
        client.sent(0.8)
        client.machine.heard(loud: nil, now: client.now, actions: &actions)
        #expect(actions.isEmpty)
        client.sent(0.1)
        client.machine.heard(loud: nil, now: client.now, actions: &actions)
        #expect(actions.count == 1 && actions[0].short.contains("input_audio_buffer.commit"))
    }
}
