import Framing
import Protocols
import Speech
import Testing

@Suite struct `Options of Deepgram's protocol, with Deepgram's engine` {
    private static let table = DeepgramOptions.table
    private static let usual = "encoding=linear16&sample_rate=16000&interim_results=true"
    /// Options of `/v2/listen` alone.
    private static let ofFlux: Set<String> = ["eot_threshold", "eot_timeout_ms"]

    private func live(_ query: String, path: String = "/v1/listen", change: (inout StreamOptions) -> Void = { _ in }) throws -> URLQuery {
        var options = try VendorRequests.liveOptions("\(path)?\(Self.usual)&\(query)")
        change(&options)
        return try VendorRequests.liveQuery(options, to: "deepgram")
    }

    private func recorded(_ query: String, change: (inout RecognitionOptions) -> Void = { _ in }) throws -> URLQuery {
        var options = try VendorRequests.deepgramRecorded(query)
        change(&options)
        return try VendorRequests.recordedQuery(options, by: "deepgram")
    }

    private func pair(_ name: String, _ service: VendorOption.Service) throws -> String {
        "\(name)=\(PercentCoding.encode(try #require(Self.table.entry(name, service)).example))"
    }

    @Test(arguments: VendorRequests.passed(table, .live))
    func `reach a live stream as they are`(name: String) throws {
        let isFlux = Self.ofFlux.contains(name)
        let query = try pair(name, .live) + (isFlux ? "&model=flux-general-en" : "")
        let sent = try live(query, path: isFlux ? "/v2/listen" : "/v1/listen")
        #expect(sent.all(name) == [Self.table.entry(name, .live)?.example])
    }

    @Test(arguments: VendorRequests.passed(table, .recorded))
    func `reach a recording's request as they are`(name: String) throws {
        #expect(try recorded(try pair(name, .recorded)).all(name) == [Self.table.entry(name, .recorded)?.example])
    }

    @Test func `are decided by Harken where it must`() throws {
        let decided = Self.table.options.filter { $0.handling == .gateway }.map(\.name)
        #expect(
            decided == [
                "encoding", "sample_rate", "channels", "multichannel", "interim_results", "vad_events", "eager_eot_threshold", "punctuate",
                "callback",
                "callback_method",
            ])
        let sent = try live("punctuate=false&vad_events=false&multichannel=false&channels=1")
        #expect(sent.all("punctuate") == ["true"] && sent.all("vad_events") == ["true"] && sent.all("multichannel") == [])
        #expect(try recorded("callback=https://example.org/x&callback_method=put").all("callback") == [])
    }

    @Test func `keep their order and their repetitions`() throws {
        let query = "redact=ssn&redact=pci&search=b&search=a&keyterm=Harken&keyterm=speech+gateway&tag=b&tag=a&brand_new=1&brand_new=0"
        for sent in [try live(query), try recorded(query)] {
            #expect(sent.all("redact") == ["ssn", "pci"] && sent.all("search") == ["b", "a"] && sent.all("tag") == ["b", "a"])
            #expect(sent.all("keyterm") == ["Harken", "speech gateway"] && sent.all("brand_new") == ["1", "0"])
        }
    }

    @Test func `are those of LiveKit's plugin`() throws {
        let sent = try live(
            """
            model=nova-3&punctuate=true&smart_format=false&no_delay=true&vad_events=true&channels=1&endpointing=25&filler_words=true&\
            profanity_filter=false&numerals=false&mip_opt_out=false&language=en-US
            """)
        #expect(
            sent.encoded == """
                model=nova-3&encoding=linear16&sample_rate=16000&channels=1&interim_results=true&punctuate=true&vad_events=true&utterance_end_ms=1000&\
                smart_format=false&no_delay=true&endpointing=25&filler_words=true&profanity_filter=false&numerals=false&mip_opt_out=false&language=en-US
                """)
    }

    @Test(arguments: [nil, "true", "false", "25", "400"]) func `leave a silence that nobody names to the vendor`(silence: String?) throws {
        let query = "model=nova-3" + (silence.map { "&endpointing=\($0)" } ?? "")
        #expect(try live(query).all("endpointing") == (silence.map { [$0] } ?? []))
        // The vendor's default would end turns of other clients at each short pause.
        #expect(try VendorRequests.liveQuery(StreamOptions(rate: .speech), to: "deepgram").all("endpointing") == ["300"])
    }

    @Test func `leave the text's form to the client`() throws {
        #expect(try live("numerals=true").all("smart_format") == [])
        #expect(try recorded("numerals=true").all("smart_format") == [])
    }

    @Test(arguments: ["engine=deepgram", "token=t", "ticket=t", "access_token=t", "api_key=t", "key=t"])
    func `do not carry what is Harken's own`(pair: String) throws {
        let name = String(pair.prefix { $0 != "=" })
        #expect(try live(pair).all(name) == [] && recorded(pair).all(name) == [])
    }

    @Test func `give way to what the session changes`() throws {
        let sent = try live("keyterm=Harken&keywords=gateway:2&language=en&model=nova-3-medical&endpointing=100") { options in
            options.apply(StreamChange(language: LanguageTag("de"), model: "nova-2", endpointing: .milliseconds(700), keyterms: ["word"]))
        }
        #expect(sent.all("keyterm") == [] && sent.all("keywords") == ["word"])
        #expect(sent.all("language") == ["de"] && sent.all("model") == ["nova-2"] && sent.all("endpointing") == ["700"])
    }

    @Test func `hide what the client and the operator want hidden`() throws {
        let operators = RedactionRule([.cardNumber, .emailAddress])
        let sent = try live("redact=credit_card") { $0.redaction = RedactionRule.joined($0.redaction, operators) }
        #expect(sent.all("redact") == ["email_address", "credit_card"])
        let order = try recorded("redact=credit_card") { $0.redaction = RedactionRule.joined($0.redaction, operators) }
        #expect(order.all("redact") == ["email_address", "credit_card"])
    }

    @Test func `bring no texts that Harken cannot redact`() throws {
        let query = "summarize=v2&topics=true&search=a&brand_new=1&numerals=true&mip_opt_out=true"
        let sent = try recorded(query) { $0.vendorOptions?.allowsAnswers = false }
        for name in ["summarize", "topics", "search", "brand_new"] { #expect(sent.all(name) == []) }
        #expect(sent.all("numerals") == ["true"] && sent.all("mip_opt_out") == ["true"])
        var options = try VendorRequests.deepgramRecorded(query).vendorOptions
        options?.allowsAnswers = false
        #expect(Catalogue.ignored(options, with: DeepgramOptions.vendor, .recorded) == ["summarize", "topics", "search", "brand_new"])
    }

    @Test func `hold for repairs too, as far as recordings have them`() throws {
        let query = "mip_opt_out=true&numerals=true&search=a&endpointing=50&utterance_end_ms=1500&brand_new=1"
        var options = RecognitionOptions(language: .english)
        options.vendorOptions = Catalogue.recorded(try VendorRequests.liveOptions("/v1/listen?\(Self.usual)&\(query)").vendorOptions)
        #expect(
            try VendorRequests.recordedQuery(options, by: "deepgram").encoded
                == "model=nova-3&punctuate=true&language=en&mip_opt_out=true&numerals=true")
    }

    @Test func `are nobody's business at another vendor`() throws {
        let options = try VendorRequests.liveOptions("/v1/listen?\(Self.usual)&search=a&mip_opt_out=true&filler_words=true&brand_new=1")
        let sent = try VendorRequests.liveQuery(options, to: "assemblyai")
        #expect(Set(sent.pairs.map(\.name)).isDisjoint(with: ["search", "mip_opt_out", "filler_words", "brand_new"]))
    }
}
