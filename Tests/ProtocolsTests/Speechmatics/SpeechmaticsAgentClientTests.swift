import Framing
import Protocols
import Speech
import Testing

@Suite struct `Speechmatics' Agent STT client` {
    private typealias Stream = VendorConversation<SpeechmaticsAgentClient>

    private static let external = TurnRule(minimumSilence: .seconds(3_600))

    private static func stream(_ options: StreamOptions = StreamOptions(rate: .speech), sent: Double = 10) -> Stream {
        var stream = Stream(SpeechmaticsAgentClient(options, credential: Credential("k3y")))
        #expect(stream.opened().count == 1)
        #expect(stream.text(#"{"message":"RecognitionStarted","id":"x"}"#).map(\.short) == ["opened", "session x"])
        stream.sent(sent)
        return stream
    }

    private static func segment(_ text: String, _ start: Double, _ end: Double, speaker: String? = nil, partial: Bool = false) -> String {
        let segment = SpeechmaticsSegment(text, start: start, end: end, speaker: speaker)
        return String(decoding: (partial ? SpeechmaticsServerMessage.partialSegment(segment) : .segment(segment)).text, as: UTF8.self)
    }

    private static func boundary(_ boundary: SpeechmaticsBoundary, _ at: Double) -> String {
        String(decoding: SpeechmaticsServerMessage.boundary(boundary, at: at).text, as: UTF8.self)
    }

    @Test func `asks for what the options say`() {
        let options = StreamOptions(
            rate: .telephone, language: LanguageTag("de-DE"), model: "linden-1", interims: false, keyterms: ["Harken"], diarize: true)
        var stream = Stream(SpeechmaticsAgentClient(options, credential: Credential("k3y")))
        #expect(stream.machine.connection.target == "/v2/agent" && stream.machine.connection.model == "linden-1")
        #expect(stream.machine.connection.headers["Authorization"] == "Bearer k3y")
        #expect(
            stream.opened().map(\.short) == [
                """
                send {"message":"StartRecognition","audio_format":{"type":"raw","encoding":"pcm_s16le","sample_rate":8000},\
                "transcription_config":{"language":"de","model":"linden-1","enable_partials":false,"diarization":"speaker",\
                "additional_vocab":["Harken"]},"turn_config":{"turn_detection_mode":"vad"}}
                """
            ])
    }

    @Test func `is sent no member that the service does not have`() {
        var options = StreamOptions(rate: .speech)
        options.vendorOptions = VendorOptions(
            EngineName("speechmatics"),
            [
                .init("model", .json(#""enhanced""#)), .init("punctuation_overrides", .json("{}")), .init("enable_entities", .json("true")),
                .init("domain", .json(#""finance""#)), .init("brand_new", .json("[1]")),
            ])
        var stream = Stream(SpeechmaticsAgentClient(options, credential: Credential("k")))
        let message = stream.opened().map(\.short).joined()
        #expect(message.contains(#""domain":"finance","brand_new":[1]"#) && message.contains(#""model":"linden-1""#))
        for name in ["enhanced", "punctuation_overrides", "enable_entities", "max_delay", "conversation_config"] {
            #expect(!message.contains(name), "\(name)")
        }
    }

    @Test func `makes finals of segments, and tells the turn's end behind them`() {
        var stream = Self.stream()
        #expect(stream.text(Self.boundary(.speechStarted, 0.5)).map(\.short) == ["speech 0.5"])
        #expect(stream.text(Self.boundary(.turnStarted, 0.5)).isEmpty)
        #expect(stream.text(Self.segment("hello", 0.5, 1, partial: true)).map(\.short) == ["interim 0.0–1.0 “hello” stable 0"])
        #expect(stream.text(Self.boundary(.speechEnded, 1.5)).isEmpty)
        let actions = stream.text(Self.segment("Hello there.", 0.5, 1.5, speaker: "S2"))
        #expect(actions.map(\.short) == ["final 0.0–1.5 “Hello there.” length"])
        guard case .event(.final(let final, _))? = actions.first else { return }
        #expect(final.words.map(\.speaker) == [SpeakerLabel(1), SpeakerLabel(1)])
        #expect(final.words.first?.range.start == SampleIndex(seconds: 0.5, at: .speech))
        #expect(stream.text(Self.boundary(.turnEnded, 1.5)).map(\.short) == ["turn ended 1.5"])
        #expect(stream.command(.finish).map(\.short) == [#"send {"message":"EndOfStream","last_seq_no":1}"#])
        #expect(
            stream.text(#"{"message":"EndOfTranscript"}"#).map(\.short) == ["final 1.5–10.0 “” endOfAudio", "closed", "close 1000"])
    }

    @Test func `tells where speech begins if the vendor does not`() {
        var stream = Self.stream()
        #expect(
            stream.text(Self.segment("Hello.", 0.5, 1)).map(\.short) == ["speech 0.5", "final 0.0–1.0 “Hello.” length"])
    }

    @Test func `ends the turn for a session in which silence ends none`() {
        var options = StreamOptions(rate: .speech)
        options.turn = Self.external
        var stream = Self.stream(options)
        #expect(stream.command(.finalize).map(\.short) == [#"send {"message":"ForceEndOfUtterance","timestamp":10.0}"#])
        #expect(stream.text(Self.segment("Hello.", 0.5, 1)).count == 2)
        #expect(stream.text(Self.boundary(.turnEnded, 1)).map(\.short) == ["final 1.0–1.0 “” flush"])
    }

    /// One end of a turn answers all that was asked before: the next answer is not that of the former question.
    @Test func `answers what was asked while nobody spoke with the next turn`() {
        var options = StreamOptions(rate: .speech)
        options.turn = Self.external
        var stream = Self.stream(options)
        #expect(stream.command(.finalize).count == 1)
        #expect(stream.machine.deadline == stream.now + SpeechmaticsAgentClient.quietFinalizeLimit)
        #expect(stream.text(Self.segment("Hello.", 0.5, 1, partial: true)).count == 2)
        #expect(stream.command(.finalize).count == 1)
        #expect(stream.text(Self.segment("Hello.", 0.5, 1)).count == 1)
        #expect(stream.text(Self.boundary(.turnEnded, 1)).map(\.short) == ["final 1.0–1.0 “” flush", "flushed"])
        #expect(stream.machine.deadline == nil)
    }

    @Test func `takes the end of an earlier turn for no answer where the vendor ends turns`() {
        var stream = Self.stream()
        #expect(stream.text(Self.segment("One.", 0.5, 1)).count == 2)
        #expect(stream.text(Self.segment("two", 2, 3, partial: true)).count == 1)
        #expect(stream.command(.finalize).isEmpty)
        #expect(stream.text(Self.boundary(.turnEnded, 1)).map(\.short) == ["turn ended 1.0"])
        #expect(stream.text(Self.segment("Two.", 2, 3)).map(\.short) == ["final 1.0–3.0 “Two.” length"])
        #expect(stream.text(Self.boundary(.turnEnded, 3)).map(\.short) == ["final 3.0–3.0 “” flush"])
    }

    /// The vendor heeds no `ForceEndOfUtterance` in this mode.
    @Test func `waits for the turn's end where the vendor ends turns, but not for ever`() {
        var stream = Self.stream()
        #expect(stream.command(.finalize).isEmpty)
        #expect(stream.text(Self.segment("Hello.", 0.5, 1)).count == 2)
        #expect(stream.text(Self.boundary(.turnEnded, 1)).map(\.short) == ["final 1.0–1.0 “” flush"])
        #expect(stream.command(.finalize).isEmpty)
        #expect(stream.machine.deadline == stream.now + SpeechmaticsAgentClient.quietFinalizeLimit)
        #expect(stream.wait(SpeechmaticsAgentClient.quietFinalizeLimit).map(\.short) == ["flushed"])
    }

    @Test func `takes a segment that is sent again once, and none that was never heard`() {
        var stream = Self.stream(sent: 2)
        #expect(stream.text(Self.segment("Hello.", 0.5, 1)).count == 2)
        #expect(stream.text(Self.segment("Hello.", 0.5, 1)).isEmpty)
        let late = stream.text(Self.segment("Beyond the audio.", 1.5, 9)).map(\.short)
        #expect(late == ["final 1.0–2.0 “Beyond the audio.” length"])
    }

    @Test(arguments: [
        ("invalid_language", EngineError.unsupportedLanguage(.english)), ("not_authorised", .unauthorized("Speechmatics: not_authorised: no")),
        ("start_recognition_timeout", .timedOut("Speechmatics: start_recognition_timeout: no")),
        ("invalid_config", .badRequest("Speechmatics: invalid_config: no")), ("job_error", .unavailable("Speechmatics: job_error: no")),
    ])
    func `ends with the vendor's error`(type: String, error: EngineError) {
        var stream = Self.stream()
        let actions = stream.text(#"{"message":"Error","type":"\#(type)","reason":"no"}"#)
        #expect(actions == [.event(.closed(error)), .close(code: 1000)])
    }

    /// The model that a request or the operator names decides which of the vendor's services is asked.
    @Test(
        arguments: [
            (nil, nil, 16_000, "/v2"), ("linden-1", nil, 16_000, "/v2/agent"), ("Linden-1", nil, 8_000, "/v2/agent"),
            ("linden-1", nil, 44_100, "/v2"),
            (nil, "linden-1", 16_000, "/v2/agent"), (nil, "Linden-1", 16_000, "/v2/agent"), ("nova-3", "linden-1", 16_000, "/v2/agent"),
            ("enhanced", "linden-1", 16_000, "/v2"),
            ("standard", nil, 16_000, "/v2"),
        ] as [(String?, String?, Int, String)])
    func `is asked where the model is its own`(named: String?, operators: String?, rate: Int, target: String) throws {
        let vendor = try #require(Catalogue.vendors.first { $0.name.rawValue == "speechmatics" })
        let settings = VendorSettings(name: vendor.name, credential: Credential("k"), liveModel: operators)
        let live = try #require(vendor.serving(settings).live)
        let connection = live.connect(StreamOptions(rate: SampleRate(hertz: rate), model: named), Credential("k")).connection
        #expect(connection.target == target)
        #expect((connection.model == "linden-1") == (target == "/v2/agent"))
    }

    @Test func `tells that its words have no times of their own`() throws {
        let capabilities = try #require(Catalogue.vendors.first { $0.name.rawValue == "speechmatics" }?.live?.capabilities)
        #expect(capabilities.timesWords(of: nil) && capabilities.timesWords(of: "enhanced") && !capabilities.timesWords(of: "Linden-1"))
    }
}

@Suite struct `The two sides of Speechmatics' Agent STT` {
    static func sides(external: Bool, _ damage: @escaping ([UInt8]) -> [[UInt8]] = { [$0] }) throws -> TwoSides<SpeechmaticsAgentClient> {
        var options = StreamOptions(rate: .speech, language: .english, diarize: true)
        if external { options.turn = TurnRule(minimumSilence: .seconds(3_600)) }
        let client = SpeechmaticsAgentClient(options, credential: Credential("k"))
        let head = try HTTPRequestHead(.get, client.connection.target, headers: client.connection.headers)
        #expect(SpeechmaticsAgentServer.dialect.credential(head) == Credential("k"))
        guard case .opening(let opening) = try SpeechmaticsAgentServer.accept(head, LiveConversation.context).get().start else {
            preconditionFailure("a session without a configuration")
        }
        return TwoSides(client, opening, damage: damage)
    }

    @Test(arguments: [false, true]) func `carry a session from one end to the other`(external: Bool) throws {
        var sides = try Self.sides(external: external)
        sides.talk()
        #expect(sides.commands == (external ? [.finalize, .finish] : [.finish]))
        #expect(sides.isOrderly && sides.text == "Hello there. Good bye.")
        var speakers: [Int?] = []
        for case .final(let final, _) in sides.heard { speakers += final.words.map { $0.speaker?.number } }
        #expect(speakers == [0, 0, 1, 1])
        #expect(sides.heard.contains { if case .final(_, .flush) = $0 { true } else { false } })
        #expect(sides.heard.contains { if case .turnEnded = $0 { true } else { false } } == !external)
        #expect(sides.heard.last == .closed(nil))
    }

    @Test(arguments: Damage.allCases, [false, true])
    func `survive messages that arrive as they should not`(damage: Damage, external: Bool) throws {
        var sides = try Self.sides(external: external, damage.apply)
        sides.talk()
        #expect(sides.isOrderly)
        #expect(sides.text.contains("Hello") && sides.text.contains("bye"))
    }
}
