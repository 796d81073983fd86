import Framing
import Speech
import Testing

@testable import Protocols

@Suite struct `The budget of key terms at Deepgram` {
    @Test(arguments: [("", 0), ("cat", 1), ("Cat", 1), ("cats", 2), ("red car", 2), ("OKYAI14", 7), ("Jürgen", 4), ("東京", 4)])
    func `counts tokens on the safe side`(term: String, tokens: Int) {
        #expect(DeepgramKeyterms.tokens(term) == tokens)
    }

    @Test func `keeps terms in their order, and names those without room`() {
        let terms = (0..<100).map { _ in "abcdefghijklmno" } + ["z", "x"]
        let (sent, cut) = DeepgramKeyterms.divided(terms)
        #expect(sent.count == 100 && cut == ["z", "x"])
        let long = String(repeating: "a", count: 3 * 499)
        #expect(DeepgramKeyterms.divided([long, "four", "one", "two"]).sent == [long, "one"])
        #expect(DeepgramKeyterms.divided([long, "four", "one", "two"]).cut == ["four", "two"])
    }

    private static let many = (0..<300).map { "Name\($0)" }

    @Test(arguments: ["nova-3", "flux-general-en", "universal-3-5-pro"])
    func `holds for streams and recordings, whoever names the terms`(model: String) throws {
        let (sent, cut) = DeepgramKeyterms.divided(Self.many)
        #expect(!sent.isEmpty && !cut.isEmpty)
        let options = StreamOptions(rate: .speech, model: model, keyterms: Self.many)
        let target =
            DeepgramFluxClient.suits(options)
            ? DeepgramFluxClient(options, credential: Credential("k")).connection.target
            : DeepgramLiveClient(options, credential: Credential("k")).connection.target
        #expect(try HTTPRequestHead(.get, target).query.all("keyterm") == sent)
        #expect(Catalogue.cut(Self.many, model: model, with: EngineName("deepgram")) == cut)
        let named = Catalogue.ignored(nil, keyterms: Self.many, model: model, with: EngineName("deepgram"), .live)
        #expect(named == cut.map { "keyterm=" + $0 })
        #expect(Catalogue.cut(Self.many, model: model, with: .local).isEmpty)
    }

    @Test func `does not hold for the older keywords`() throws {
        let options = StreamOptions(rate: .speech, model: "nova-2", keyterms: Self.many)
        let target = DeepgramLiveClient(options, credential: Credential("k")).connection.target
        #expect(try HTTPRequestHead(.get, target).query.all("keywords") == Self.many)
        #expect(Catalogue.cut(Self.many, model: "nova-2", with: EngineName("deepgram")).isEmpty)
    }

    @Test func `holds for terms that go to the vendor as the client wrote them`() throws {
        var options = StreamOptions(rate: .speech, keyterms: Self.many)
        let terms = Self.many.map { "keyterm=" + $0 }.joined(separator: "&")
        let query = try URLQuery(parsing: terms + "&diarize=true&diarize_model=v1")
        options.vendorOptions = DeepgramOptions.table.options(in: query, .live)
        let sent = try HTTPRequestHead(.get, DeepgramLiveClient(options, credential: Credential("k")).connection.target).query
        #expect(sent.all("keyterm") == DeepgramKeyterms.divided(Self.many).sent)
        #expect(sent.all("diarize").isEmpty && sent.all("diarize_model") == ["v1"], "the vendor refuses both together")
    }

    @Test(arguments: [("nova-3", true), ("nova-2", false)])
    func `is told when a change goes beyond it`(model: String, hasBudget: Bool) throws {
        var stream = try LiveConversation("encoding=linear16&sample_rate=16000&model=\(model)")
        func configure(_ terms: [String]) -> String? {
            let list = terms.map { "\"\($0)\"" }.joined(separator: ",")
            #expect(stream.text(#"{"type":"Configure","keyterms":[\#(list)]}"#).last == "configured")
            return stream.raw.last
        }
        let cut = DeepgramKeyterms.divided(Self.many).cut
        #expect(configure(Self.many)?.contains("these are left out: \(cut[0]), \(cut[1]), ") == hasBudget)
        #expect(configure(["Harken"])?.contains("warnings") == false)
    }

    @Test func `is told in words of its own`() {
        #expect(
            IgnoredOptions.warning("keyterm=Harken")
                == "keyterm=Harken is left out: the engine that serves this request takes at most 500 tokens of key terms.")
        #expect(IgnoredOptions.warning("keyterm") == "keyterm is ignored: the engine that serves this request cannot do it.")
    }
}
