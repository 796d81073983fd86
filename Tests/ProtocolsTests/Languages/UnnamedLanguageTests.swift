import Framing
import Protocols
import Speech
import Testing

/// Live speech whose language its client has not named, in a protocol where that leaves the language to the engine: each such client with each engine.
@Suite struct `A language that nobody named` {
    /// A client that leaves the language to the engine by naming none.
    enum Client: String, Sendable, CaseIterable {
        case realtime, soniox, managed, assemblyAI

        func request() throws -> LiveRequest {
            switch self {
            case .realtime:
                let update = RealtimeConversation.update(#""transcription":{"model":"gpt-4o-transcribe"}"#)
                return try #require(RealtimeConversation.speaking(update).machine?.request)
            case .soniox:
                var client = Entrance.soniox()
                return try client.begin(SonioxConversation.configuration).machine.request
            case .managed:
                var stream = try ManagedConversation()
                #expect(stream.text(#"{"type":"auth","token":null,"config":null}"#).isEmpty)
                return try #require(stream.requested).machine.request
            case .assemblyAI: return try VendorRequests.liveRequest("/v3/ws?sample_rate=16000&speech_model=universal-3-6-pro")
            }
        }
    }

    /// An engine, and what it is asked for.
    struct Engine: Sendable, CustomTestStringConvertible {
        var name: String
        /// The engine's model that the client names; nil: the client names none of the engine's.
        var model: String?
        /// Texts that the engine is sent.
        var sent: [String] = []
        /// Texts that the engine is not sent.
        var left: [String] = []
        /// True if the client is told that speech is taken for English.
        var isTold = false
        var features: Set<BilledFeature> = []

        var testDescription: String { model.map { "\(name), \($0)" } ?? name }
    }

    private static let several: Set<BilledFeature> = [.multilingual]

    static let engines = [
        Engine(name: "deepgram", sent: ["model=nova-3&", "language=multi"], features: several),
        Engine(name: "deepgram", model: "nova-3-general", sent: ["language=multi"], features: several),
        Engine(name: "deepgram", model: "Nova-3-Medical", sent: ["language=multi"], features: several),
        Engine(name: "deepgram", model: "nova-2", sent: ["language=multi"], features: several),
        Engine(name: "deepgram", model: "nova-2-meeting", sent: ["language=en&"], left: ["multi"], isTold: true),
        Engine(name: "deepgram", model: "enhanced", sent: ["language=en&"], left: ["multi"], isTold: true),
        Engine(name: "deepgram", model: "1dbdfb4d-2f5a-4f0e-8d1c-0123456789ab", left: ["language"]),
        Engine(name: "deepgram", model: "flux-general-en", sent: ["model=flux-general-en"], left: ["language"], isTold: true),
        Engine(name: "deepgram", model: "flux-general-multi", sent: ["model=flux-general-multi"], left: ["language"]),
        Engine(name: "speechmatics", sent: [#""language":"en""#], isTold: true),
        Engine(name: "speechmatics", model: "standard", sent: [#""language":"en""#], isTold: true),
        Engine(name: "speechmatics", model: "linden-1", sent: [#""language":"en""#], isTold: true),
        Engine(name: "soniox", sent: [#""enable_language_identification":true"#], left: ["language_hints"]),
        Engine(name: "assemblyai", sent: ["speech_model=universal-streaming-multilingual", "language_detection=true"], left: ["language_code"]),
        Engine(name: "assemblyai", model: "universal-3-6-pro", sent: ["speech_model=universal-3-6-pro"], left: ["language"]),
        Engine(
            name: "assemblyai", model: "universal-streaming-english", sent: ["speech_model=universal-streaming-english"], left: ["language"],
            isTold: true),
        Engine(name: "openai", left: [#""language"#]),
        Engine(name: "managed", left: [#""language"#]),
    ]

    /// True if the client is told that an engine takes its speech for English.
    private static func isTold(_ options: StreamOptions, by engine: TurnPart.Engine) -> Bool {
        Catalogue.takesForEnglish(engine, options.vendorOptions, language: options.language, among: options.shared.languages)
    }

    /// Returns all that an engine's stream is opened with.
    private static func opening(_ options: StreamOptions, _ engine: String) throws -> String {
        let vendor = (Catalogue.vendors + [ManagedLiveClient.vendor]).first { $0.name.rawValue == engine }
        var machine = try #require(vendor?.live).connect(options, Credential("k")), actions: [ClientAction] = []
        machine.opened(now: .now, actions: &actions)
        return machine.connection.target + "&" + actions.map(\.short).joined()
    }

    @Test(arguments: Client.allCases, engines)
    func `is found where the model can find it, and is English by notice where not`(client: Client, engine: Engine) throws {
        let request = try client.request()
        #expect(request.language == nil)
        // AssemblyAI's own client has its own words for its own vendor.
        guard client != .assemblyAI || engine.name != "assemblyai" else { return }
        var options = VendorRequests.options(request)
        if let model = engine.model { options.model = model }
        let opening = try Self.opening(options, engine.name)
        for text in engine.sent { #expect(opening.contains(text), "\(text): \(opening)") }
        for text in engine.left { #expect(!opening.contains(text), "\(text): \(opening)") }
        let name = EngineName(engine.name)
        #expect(Self.isTold(options, by: TurnPart.Engine(name, namedModel: options.model)) == engine.isTold)
        #expect(Catalogue.billedFeatures(of: options, by: name).intersection(Self.several) == engine.features)
    }

    @Test func `is found where Harken's own detector cuts live audio into recordings`() {
        let options = StreamOptions(rate: .speech)
        #expect(Self.isTold(options, by: TurnPart.Engine(EngineName("speechmatics"))))
        #expect(!Self.isTold(options, by: TurnPart.Engine(EngineName("speechmatics"), findsPauses: true)))
        #expect(!Self.isTold(options, by: TurnPart.Engine(.local)))
    }

    @Test(arguments: engines.filter { $0.isTold })
    func `is English by notice too where the client says that it leaves the language to the engine`(engine: Engine) throws {
        let server = TurnPart.Engine(EngineName(engine.name), namedModel: engine.model)
        var options = StreamOptions(rate: .speech, language: .multi, model: engine.model)
        let opening = try Self.opening(options, engine.name)
        for text in engine.sent { #expect(opening.contains(text), "\(text): \(opening)") }
        for text in engine.left { #expect(!opening.contains(text), "\(text): \(opening)") }
        #expect(Self.isTold(options, by: server))
        options.shared.languages = [LanguageTag("de"), .english]
        #expect(Self.isTold(options, by: server))
        options.shared.languages = [LanguageTag("de"), LanguageTag("fr")]
        #expect(!Self.isTold(options, by: server), "speech that cannot be English is not taken for it")
        options.language = LanguageTag("de")
        #expect(!Self.isTold(options, by: server))
    }

    @Test func `is what Speechmatics' own clients write, for their own vendor`() throws {
        var client = try Entrance.speechmatics()
        let request = try client.begin(SpeechmaticsConversation.start("").replacing(#""en""#, with: #""auto""#)).machine.request
        let options = VendorRequests.options(request)
        #expect(request.language == .multi)
        #expect(try Self.opening(options, "speechmatics").contains(#""language":"auto""#))
        #expect(!Self.isTold(options, by: TurnPart.Engine(EngineName("speechmatics"))))
    }

    @Test(arguments: ["", "&language="]) func `is English for Deepgram's own clients`(query: String) throws {
        let options = try VendorRequests.liveOptions("/v1/listen?encoding=linear16&sample_rate=16000" + query)
        #expect(options.language == .english)
        #expect(try VendorRequests.liveQuery(options, to: "deepgram").all("language") == ["en"])
        #expect(Catalogue.billedFeatures(of: options, by: DeepgramOptions.vendor) == [])
    }

    @Test func `is left to AssemblyAI's newer models for its own clients`() throws {
        let options = try VendorRequests.liveOptions("/v3/ws?sample_rate=16000&speech_model=universal-3-6-pro")
        let query = try VendorRequests.liveQuery(options, to: "assemblyai")
        #expect(query.first("speech_model") == "universal-3-6-pro" && !query.pairs.contains { $0.name.hasPrefix("language") }, "\(query.encoded)")
    }

    /// Changes of a session whose client has named no language, and whether Deepgram's open stream can take them.
    @Test(
        arguments: [
            (StreamChange(keyterms: ["Harken"]), true), (StreamChange(language: .multi), true), (StreamChange(language: .english), false),
        ])
    func `stays the same in Deepgram's stream until the client names one`(change: StreamChange, isInStream: Bool) throws {
        let live = try #require(Catalogue.vendors.first { $0.name == DeepgramOptions.vendor }?.live)
        let old = StreamOptions(rate: .speech)
        var new = old
        if let language = change.language { new.language = language }
        if let keyterms = change.keyterms { new.keyterms = keyterms }
        #expect(change.isInStream(of: DeepgramOptions.vendor, live.capabilities, from: old, to: new, now: .now) == isInStream)
    }

    @Test func `is shown as English in a realtime session that an engine without others serves`() throws {
        var stream = try RealtimeConversation.speaking(RealtimeConversation.update(#""transcription":{"model":"gpt-4o-transcribe"}"#))
        let now = Instant.now
        func shown(by engine: String, _ names: [String]) -> [String] {
            var output = ServerOutput()
            stream.machine?.served(by: TurnPart.Engine(EngineName(engine)), ignoring: names, now: now, output: &output)
            return output.texts
        }
        let english = shown(by: "speechmatics", [IgnoredOptions.foundLanguage])
        #expect(english.count == 1 && english[0].contains("session.updated") && english[0].contains(#""language":"en""#), "\(english)")
        let found = shown(by: "soniox", [])
        #expect(found.count == 1 && !found[0].contains(#""language":"en""#), "\(found)")
    }

    @Test func `has no name in the errors where the vendor refuses to find it`() throws {
        var client = DeepgramLiveClient(StreamOptions(rate: .speech), credential: Credential("k")), actions: [ClientAction] = []
        let refusal = #"{"err_msg":"Bad Request: No such model/language/tier combination found."}"#
        client.rejected(status: 400, headers: [:], body: Array(refusal.utf8), now: .now, actions: &actions)
        let error = EngineError.unsupportedLanguage(.undetermined)
        #expect(actions == [.event(.closed(error))])
        let end = SessionEvent.ended(SessionEnd(received: .zero, error: error))
        var realtime = try RealtimeConversation.speaking(), managed = try ManagedConversation.ready(), assemblyAI = try AssemblyAIConversation()
        _ = realtime.event(end)
        _ = managed.event(end)
        _ = assemblyAI.event(end)
        for told in [realtime.raw, managed.raw, assemblyAI.raw] {
            #expect(told.contains { $0.contains("Name the language") }, "\(told)")
        }
    }

    @Test func `has a warning of its own`() throws {
        var soniox = try SonioxConversation()
        _ = soniox.run { $0.ignores([IgnoredOptions.foundLanguage], now: $1, output: &$2) }
        #expect(soniox.raw.last?.contains("The language is not found") == true, "\(soniox.raw)")
        #expect(!IgnoredOptions.warning("search").contains("The language"))
        #expect(IgnoredOptions.value([IgnoredOptions.foundLanguage]) == "language%3Dauto")
    }
}
