import Protocols
import Speech
import Testing

@Suite struct `A change of an open stream at Deepgram` {
    private static let failure = #"{"type":"ConfigureFailure","request_id":"r","code":"CONFIGURE_INTERNAL_ERROR","description":"no"}"#

    private func options(
        _ model: String, language: String? = nil, turn: TurnRule = TurnRule(), terms: [String] = [], numerals: String? = nil
    ) -> StreamOptions {
        var options = StreamOptions(rate: .speech, language: language.map { LanguageTag($0) }, model: model, turn: turn, keyterms: terms)
        var given: [VendorOptions.Option] = []
        if let numerals { given.append(.init("numerals", .text(numerals))) }
        options.vendorOptions = VendorOptions(DeepgramOptions.vendor, given)
        return options
    }

    private func nova(_ options: StreamOptions) -> VendorConversation<DeepgramLiveClient> {
        var stream = VendorConversation(DeepgramLiveClient(options, credential: Credential("k")))
        _ = stream.opened()
        stream.sent(1)
        return stream
    }

    private func flux(_ options: StreamOptions) -> VendorConversation<DeepgramFluxClient> {
        var stream = VendorConversation(DeepgramFluxClient(options, credential: Credential("k")))
        _ = stream.opened()
        _ = stream.text(#"{"type":"Connected","request_id":"r","sequence_id":0}"#)
        stream.sent(1)
        return stream
    }

    @Test func `is one message in the vendor's types`() {
        var stream = nova(options("nova-3", terms: ["Old"]))
        #expect(
            stream.command(.update(options("nova-3", terms: ["New"], numerals: "true"))).map(\.short) == [
                #"send {"type":"Configure","keyterms":["New"],"features":{"numerals":true}}"#
            ])
        var turns = flux(options("flux-general-multi", language: "en"))
        let changed = options(
            "flux-general-multi", language: "de", turn: TurnRule(confidence: 0.75, maximumSilence: .seconds(2)), terms: ["New"], numerals: "false")
        #expect(
            turns.command(.update(changed)).map(\.short) == [
                """
                send {"type":"Configure","thresholds":{"eot_threshold":0.75,"eot_timeout_ms":2000},"keyterms":["New"],"language_hints":["de"],\
                "numerals":false}
                """
            ])
    }

    @Test func `waits for the vendor's answer to the one before, and only the newest is sent`() {
        let success = #"{"type":"ConfigureSuccess","request_id":"r"}"#
        var stream = nova(options("nova-3"))
        #expect(stream.command(.update(options("nova-3", terms: ["One"]))).count == 1)
        #expect(stream.command(.update(options("nova-3", terms: ["Two"]))).isEmpty)
        #expect(stream.command(.update(options("nova-3", terms: ["Three"]))).isEmpty)
        #expect(stream.text(success).map(\.short) == [#"send {"type":"Configure","keyterms":["Three"]}"#])
        #expect(stream.text(success).isEmpty)
        #expect(stream.command(.update(options("nova-3", terms: ["Three"]))).isEmpty, "the vendor has it")
        #expect(stream.command(.update(options("nova-3"))).map(\.short) == [#"send {"type":"Configure","keyterms":[]}"#])
        var turns = flux(options("flux-general-en"))
        #expect(turns.command(.update(options("flux-general-en", terms: ["One"]))).count == 1)
        #expect(turns.command(.update(options("flux-general-en", terms: ["One"], numerals: "true"))).isEmpty)
        #expect(turns.text(success).map(\.short) == [#"send {"type":"Configure","numerals":true}"#])
    }

    @Test func `waits for a stream that is not open yet`() {
        var stream = VendorConversation(DeepgramLiveClient(options("nova-3"), credential: Credential("k")))
        #expect(stream.command(.update(options("nova-3", terms: ["One"]))).isEmpty)
        #expect(stream.opened().map(\.short) == ["opened", #"send {"type":"Configure","keyterms":["One"]}"#])
        var turns = VendorConversation(DeepgramFluxClient(options("flux-general-en"), credential: Credential("k")))
        _ = turns.opened()
        #expect(turns.command(.update(options("flux-general-en", terms: ["One"]))).isEmpty)
        let said = turns.text(#"{"type":"Connected","request_id":"r","sequence_id":0}"#)
        #expect(said.map(\.short) == ["opened", "session r", #"send {"type":"Configure","keyterms":["One"]}"#])
    }

    @Test(arguments: [failure, #"{"type":"Error","variant":"CONFIGURE_INTERNAL_ERROR","description":"no","message":""}"#])
    func `is told as refused when the vendor refuses it`(answer: String) {
        var stream = nova(options("nova-3"))
        _ = stream.command(.update(options("nova-3", terms: ["One"])))
        #expect(stream.text(answer).map(\.short) == ["change refused: CONFIGURE_INTERNAL_ERROR no"])
        #expect(stream.text(answer).isEmpty, "nothing was asked")
        var turns = flux(options("flux-general-en"))
        _ = turns.command(.update(options("flux-general-en", terms: ["One"])))
        #expect(turns.text(Self.failure).map(\.short) == ["change refused: CONFIGURE_INTERNAL_ERROR no"])
        #expect(turns.text(Self.failure).isEmpty)
    }

    @Test func `is told as refused when no answer comes`() {
        let refused = ["change refused: Deepgram did not answer Configure."]
        var stream = nova(options("nova-3"))
        _ = stream.command(.update(options("nova-3", terms: ["One"])))
        #expect(stream.machine.deadline == stream.now + .seconds(5))
        #expect(stream.wait(.milliseconds(4_900)).isEmpty)
        #expect(stream.wait(.milliseconds(100)).map(\.short).first == refused[0])
        var turns = flux(options("flux-general-en"))
        _ = turns.command(.update(options("flux-general-en", terms: ["One"])))
        #expect(turns.machine.deadline == turns.now + .seconds(5))
        #expect(turns.wait(.seconds(5)).map(\.short) == refused)
        #expect(turns.machine.deadline == nil)
    }

    /// The features that the refusals among these actions name as unbilled; nil: there is no refusal.
    private func unbilled(_ actions: [ClientAction]) -> Set<BilledFeature>? {
        for case .event(.notice(.changeRefused(_, let unbilled))) in actions { return unbilled?.features }
        return nil
    }

    @Test func `is not billed when the vendor refuses it`() {
        let success = #"{"type":"ConfigureSuccess","request_id":"r"}"#
        var stream = nova(options("nova-3"))
        _ = stream.command(.update(options("nova-3", terms: ["One"])))
        #expect(unbilled(stream.text(Self.failure)) == [.terms])
        // What the vendor has taken before, or at the opening, is billed.
        var taken = nova(options("nova-3"))
        _ = taken.command(.update(options("nova-3", terms: ["One"])))
        _ = taken.text(success)
        _ = taken.command(.update(options("nova-3", terms: ["Two"])))
        #expect(unbilled(taken.text(Self.failure)) == [])
        var opened = flux(options("flux-general-en", terms: ["One"]))
        _ = opened.command(.update(options("flux-general-en", terms: ["Two"])))
        #expect(unbilled(opened.text(Self.failure)) == [])
    }

    @Test func `is not billed when it waits for an answer that is a refusal`() {
        var stream = flux(options("flux-general-en"))
        _ = stream.command(.update(options("flux-general-en", numerals: "true")))
        _ = stream.command(.update(options("flux-general-en", terms: ["One"], numerals: "true")))
        #expect(unbilled(stream.text(Self.failure)) == [.terms])
    }

    @Test func `is not billed when the vendor refuses it while the stream ends`() {
        var stream = nova(options("nova-3"))
        _ = stream.command(.update(options("nova-3", terms: ["One"])))
        _ = stream.command(.finish)
        #expect(unbilled(stream.text(Self.failure)) == [.terms])
        var turns = flux(options("flux-general-en"))
        _ = turns.command(.update(options("flux-general-en", terms: ["One"])))
        _ = turns.command(.finish)
        #expect(unbilled(turns.text(Self.failure)) == [.terms])
        #expect(turns.text(Self.failure).isEmpty)
    }

    @Test func `is nothing to a stream that ends`() {
        var stream = nova(options("nova-3"))
        _ = stream.command(.update(options("nova-3", terms: ["One"])))
        _ = stream.command(.update(options("nova-3", terms: ["Two"])))
        _ = stream.command(.finish)
        #expect(stream.text(#"{"type":"ConfigureSuccess","request_id":"r"}"#).isEmpty)
        #expect(stream.command(.update(options("nova-3", terms: ["Three"]))).isEmpty)
    }

    /// Changes of one setting: the model, the setting, and true if the vendor's `Configure` has it.
    static let cases: [(String, StreamChange, Bool)] = [
        ("nova-3", StreamChange(keyterms: ["New"]), true), ("nova-3-medical", StreamChange(keyterms: ["New"]), true),
        // Older models have their terms in another parameter.
        ("nova-2", StreamChange(keyterms: ["New"]), false),
        ("nova-3", StreamChange(language: LanguageTag("de")), false), ("nova-3", StreamChange(model: "nova-2"), false),
        ("nova-3", StreamChange(endpointing: .seconds(1)), false),
        ("nova-3", StreamChange(turn: TurnRule(confidence: 1, maximumSilence: .seconds(2))), false),
        // The vendor's model has no such setting.
        ("nova-3", StreamChange(turn: TurnRule(confidence: 0.8)), true),
        ("flux-general-en", StreamChange(keyterms: ["New"]), true), ("flux-general-en", StreamChange(turn: TurnRule(confidence: 0.8)), true),
        ("flux-general-multi", StreamChange(language: LanguageTag("de")), true), ("flux-general-en", StreamChange(model: "nova-3"), false),
        // What a message does not name stays at the vendor.
        ("flux-general-en", StreamChange(turn: TurnRule()), false),
    ]

    @Test(arguments: cases)
    func `needs a new stream where the vendor's message does not have the setting`(model: String, change: StreamChange, isTaken: Bool) throws {
        let vendor = DeepgramOptions.vendor
        let capabilities = try #require(Catalogue.vendors.first { $0.name == vendor }?.live).capabilities
        var before = StreamOptions(rate: .speech, language: .english, model: model, keyterms: ["Old"])
        if change.turn == TurnRule() { before.turn = TurnRule(confidence: 0.9) }
        var after = before
        after.apply(change)
        #expect(change.isInStream(of: vendor, capabilities, from: before, to: after, now: .now) == isTaken)
    }
}
