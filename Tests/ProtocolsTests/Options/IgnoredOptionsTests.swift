import Framing
@testable import Protocols
import Speech
import Testing

/// An option and an engine that may serve its client.
struct OptionWithEngine: Sendable, CustomTestStringConvertible {
    var table: OptionTable
    var option: VendorOption
    var service: VendorOption.Service
    var engine: EngineName

    var testDescription: String { "\(table.vendor) \(service.rawValue) \(option.name) with \(engine)" }

    static let all: [OptionWithEngine] = Catalogue.optionTables.flatMap { table in
        table.options.flatMap { option in
            option.services.sorted { $0.rawValue < $1.rawValue }.flatMap { service in
                (Catalogue.vendors.map(\.name) + [.local]).map { OptionWithEngine(table: table, option: option, service: service, engine: $0) }
            }
        }
    }
}

@Suite struct `Options that an engine does not do` {
    /// The engines whose usual models heed each part of a rule of turns.
    private static let heeding: [TurnPart: Set<String>] = [
        .confidence: ["assemblyai", "local"], .voice: ["assemblyai", "local"], .maximumSilence: ["assemblyai", "soniox", "local"],
        .endpointing: ["assemblyai", "deepgram", "openai", "speechmatics", "local"],
        .minimumSilence: ["assemblyai", "deepgram", "openai", "speechmatics", "local"],
    ]

    /// No option of any protocol is dropped in silence, whichever engine serves: what is not done is named.
    @Test(arguments: OptionWithEngine.all)
    func `are named`(_ given: OptionWithEngine) {
        let value = VendorOptions.Option.Value.text(given.option.example)
        let options = VendorOptions(given.table.vendor, [VendorOptions.Option(given.option.name, value)])
        let isNamed = Catalogue.ignored(options, with: given.engine, given.service) == [given.option.name]
        let isOwn = given.engine == given.table.vendor
        let turns = given.option.turns
        let isHeeded = turns.isEmpty || turns.contains { Self.heeding[$0]?.contains(given.engine.rawValue) == true }
        let isExpected: Bool =
            switch given.option.handling {
            case .gateway: given.option.answers || !isHeeded
            case .session: given.option.answers || !isOwn && !isHeeded
            case .refused: given.option.answers
            case .own: !isOwn || given.option.answers && given.service == .live
            case .demanded: false
            case .shared(let shared): !isOwn && !shared.engines(given.service).contains(given.engine.rawValue)
            }
        #expect(isNamed == isExpected)
    }

    @Test(arguments: ["false", "", "False"])
    func `are not named when they ask for nothing`(value: String) {
        let options = VendorOptions(DeepgramOptions.vendor, [VendorOptions.Option("search", .text(value))])
        #expect(Catalogue.ignored(options, with: .local, .recorded) == [])
    }

    @Test(arguments: [("/v1/listen?", true), ("/v2/listen?model=flux-general-en&", true), ("/v2/listen?model=flux-general-multi&", false)])
    func `are named where the request does not read them`(target: String, isNamed: Bool) throws {
        let options = try VendorRequests.liveOptions("\(target)encoding=linear16&sample_rate=16000&language_hint=de").vendorOptions
        #expect(Catalogue.ignored(options, with: .local, .live) == (isNamed ? ["language_hint"] : []))
        #expect(Catalogue.ignored(options, with: DeepgramOptions.vendor, .live) == [])
    }

    @Test(arguments: [("smart_format=true&numerals=false", true), ("smart_format=true", false), ("numerals=false", false)])
    func `are named where another option stands against them`(query: String, isNamed: Bool) throws {
        let live = try VendorRequests.liveOptions("/v1/listen?encoding=linear16&sample_rate=16000&\(query)").vendorOptions
        let recorded = try VendorRequests.deepgramRecorded(query).vendorOptions
        for (options, service) in [(live, VendorOption.Service.live), (recorded, .recorded)] {
            for engine in ["local", "assemblyai"] {
                #expect(Catalogue.ignored(options, with: EngineName(engine), service) == (isNamed ? ["numerals"] : []))
            }
            #expect(Catalogue.ignored(options, with: DeepgramOptions.vendor, service) == [], "the vendor is sent both")
        }
    }

    @Test(arguments: ["/v1/listen?language=nl", "/v1/listen?language=multi", "/v2/listen?model=flux-general-multi&language_hint=nl"])
    func `are named in a language without rules, and the operator's own words are rules`(target: String) throws {
        let head = try HTTPRequestHead(.get, target + "&encoding=linear16&sample_rate=16000&profanity_filter=true")
        let dialect = try #require(Catalogue.dialects.first { $0.paths.contains(head.path) })
        let expected: [(own: [String], names: [String])] = [([], ["profanity_filter"]), (["jemig"], [])]
        for (own, names) in expected {
            var context = LiveConversation.context
            context.profanity = own
            let options = try #require(try dialect.accept(head, context).get().session).request.vendorOptions
            #expect(Catalogue.ignored(options, with: .local, .live) == names)
            #expect(Catalogue.ignored(options, with: DeepgramOptions.vendor, .live) == [])
        }
    }

    /// What `.session` promises: the option is a part of the request, so that every engine or Harken itself sees to it.
    @Test(arguments: DeepgramOptions.table.options.filter { $0.handling == .session() && $0.services.contains(.recorded) }.map(\.name))
    func `are few, because Harken sees to the others in recordings`(name: String) throws {
        let example = try #require(DeepgramOptions.table.entry(name, .recorded)).example
        func request(_ query: String) throws -> DeepgramPrerecordedRequest {
            var request = try DeepgramPrerecordedRequest.parse(try HTTPRequestHead(.post, "/v1/listen?" + query), VendorRequests.context).get()
            request.vendorOptions.options = []
            return request
        }
        #expect(try request("\(name)=\(PercentCoding.encode(example))") != request(""))
    }

    @Test(arguments: AssemblyAIOptions.table.options.filter { $0.handling == .session() && $0.services.contains(.recorded) }.map(\.name))
    func `are few, because Harken sees to the others in jobs`(name: String) throws {
        let example = try #require(AssemblyAIOptions.table.entry(name, .recorded)).example
        func request(_ members: String) throws -> AssemblyAIPrerecordedRequest {
            var request = try AssemblyAIPrerecordedRequest(Array(#"{"audio_url":"https://a/b.wav"\#(members)}"#.utf8))
            request.vendorOptions.options = []
            return request
        }
        // Both depend on `redact_pii`.
        let before = name.hasPrefix("redact_pii_") ? #","redact_pii":true"# : ""
        let value = name == "redact_pii_sub" ? #""entity_name""# : example
        #expect(try request("\(before),\"\(name)\":\(value)") != request(before))
    }

    @Test(arguments: [("keyterm=a", "terms"), ("language=auto", "hint"), ("search", "search"), ("keyterm", "keyterm")])
    func `belong to an option of the client`(told: String, option: String) {
        #expect(IgnoredOptions.option(of: told, keyterms: "terms", language: "hint") == option)
    }

    @Test func `are escaped in the header`() {
        #expect(IgnoredOptions.value([]) == nil)
        #expect(IgnoredOptions.value(["search", "a\r\nX-Evil: 1", "b,c"]) == "search, a%0D%0AX-Evil%3A%201, b%2Cc")
    }

    @Test func `are told once, as many as are told, and each with a limited number of bytes`() {
        // All marks and their letter are one character.
        let long = "a" + String(repeating: "\u{301}", count: 5_000), cut = "a" + String(repeating: "\u{301}", count: 49)
        #expect(IgnoredOptions.value([long, "b", "b", long + "c"]) == "\(PercentCoding.encode(cut)), b")
        #expect(IgnoredOptions.warning(long) == "\(cut) is ignored: the engine that serves this request cannot do it.")
        let many = (0..<100).map { "name\($0)" }
        #expect(IgnoredOptions.value(many) == many.prefix(32).joined(separator: ", "))
    }

    @Test func `come as warnings at the end of Deepgram's stream`() throws {
        var conversation = try LiveConversation("encoding=linear16&sample_rate=16000&search=a")
        _ = conversation.run { $0.ignores(["search"], now: $1, output: &$2) }
        _ = conversation.run { $0.ignores(["filler_words"], now: $1, output: &$2) }
        _ = conversation.event(.ended(SessionEnd(received: .zero)))
        let last = try #require(conversation.raw.last)
        #expect(last.contains(#"{"parameter":"search","type":"unsupported_model","message":"search is ignored"#), "\(last)")
        #expect(last.contains(#"{"parameter":"filler_words""#), "\(last)")
    }
}
