import Protocols
import Speech
import Testing

/// What a vendor calls its session, which its support asks for.
@Suite struct `A vendor's session` {
    @Test(
        arguments: [
            (
                "assemblyai", #"{"type":"Begin","id":"3f0e-12","expires_at":1700000000}"#,
                EngineSession(vendorID: "3f0e-12", expires: 1_700_000_000)
            ),
            ("speechmatics", #"{"message":"RecognitionStarted","id":"sm-7"}"#, EngineSession(vendorID: "sm-7")),
            (
                "deepgram",
                #"{"type":"Results","channel_index":[0,1],"start":0,"duration":0,"is_final":true,"channel":{"alternatives":[{"transcript":"","words":[]}]},"metadata":{"request_id":"dg-5","model_info":{}}}"#,
                EngineSession(vendorID: "dg-5")
            ),
            (
                "deepgram", #"{"type":"Metadata","request_id":"dg-6","created":"","duration":0,"channels":1}"#, EngineSession(vendorID: "dg-6")
            ),
        ])
    func `is reported once, after the opening`(vendor: String, message: String, expected: EngineSession?) throws {
        let service = try #require(Catalogue.vendors.first { $0.name.rawValue == vendor }?.live)
        var machine = service.connect(StreamOptions(rate: .speech), Credential("k")), actions: [ClientAction] = []
        machine.opened(now: .now, actions: &actions)
        for _ in 0..<3 { machine.receivedText(message.utf8Span.span.bytes, now: .now, actions: &actions) }
        let events = actions.compactMap { if case .event(let event) = $0 { event } else { nil } }
        #expect(events.first == .opened)
        let told = events.compactMap { if case .notice(.session(let session)) = $0 { session } else { nil } }
        #expect(told == [try #require(expected)])
    }

    /// The members of the metadata from `model_info` on, and the model.
    private static let models: [(info: String, model: EngineModel?)] = [
        (
            #"{"name":"2-general-nova","version":"2024-01-18.26916","arch":"nova-2"},"model_uuid":"1dbdfb4d""#,
            EngineModel("2-general-nova", version: "2024-01-18.26916", family: "nova-2", id: "1dbdfb4d")
        ), (#"{"name":"2-general-nova"}"#, EngineModel("2-general-nova")), (#"{"version":"1","arch":"nova-2"}"#, nil), (#"{"name":""}"#, nil),
        (#"["2-general-nova"]"#, nil), ("null", nil),
    ]

    @Test(arguments: models)
    func `has the model that Deepgram's results name`(info: String, model: EngineModel?) throws {
        let service = try #require(Catalogue.vendors.first { $0.name.rawValue == "deepgram" }?.live)
        var machine = service.connect(StreamOptions(rate: .speech), Credential("k")), actions: [ClientAction] = []
        machine.opened(now: .now, actions: &actions)
        let channel = #"{"alternatives":[{"transcript":"","words":[]}]}"#
        let message =
            #"{"type":"Results","channel_index":[0,1],"start":0,"duration":0,"is_final":true,"channel":\#(channel),"#
            + #""metadata":{"request_id":"dg-5","model_info":\#(info)}}"#
        machine.receivedText(message.utf8Span.span.bytes, now: .now, actions: &actions)
        var session = try #require(EngineSession(vendorID: "dg-5"))
        session.model = model
        #expect(actions.contains(.event(.notice(.session(session)))), "\(actions)")
    }

    @Test func `is named by the first message of Flux`() throws {
        var options = StreamOptions(rate: .speech), actions: [ClientAction] = []
        options.model = "flux-general-en"
        let service = try #require(Catalogue.vendors.first { $0.name.rawValue == "deepgram" }?.live)
        var machine = service.connect(options, Credential("k"))
        machine.opened(now: .now, actions: &actions)
        machine.receivedText(#"{"type":"Connected","request_id":"fx-1","sequence_id":0}"#.utf8Span.span.bytes, now: .now, actions: &actions)
        #expect(actions.contains(.event(.notice(.session(try #require(EngineSession(vendorID: "fx-1")))))))
    }

    /// OpenAI's sessions end with their sockets: nothing is said.
    @Test(arguments: [
        ("assemblyai", nil, #"{"type":"Begin","id":"a"}"#), ("deepgram", nil, nil),
        ("deepgram", "flux-general-en", #"{"type":"Connected","request_id":"d"}"#), ("soniox", nil, nil),
        ("speechmatics", nil, #"{"message":"RecognitionStarted","id":"s"}"#),
        ("speechmatics", "linden-1", #"{"message":"RecognitionStarted","id":"s"}"#),
    ])
    func `is told once that it ends, also where nobody waits for the last words any more`(
        vendor: String, model: String?, opening: String?
    ) throws {
        let service = try #require(Catalogue.vendors.first { $0.name.rawValue == vendor }?.live)
        var options = StreamOptions(rate: .speech), actions: [ClientAction] = []
        options.model = model
        var machine = service.connect(options, Credential("k"))
        machine.opened(now: .now, actions: &actions)
        if let opening { machine.receivedText(opening.utf8Span.span.bytes, now: .now, actions: &actions) }
        #expect(actions.contains(.event(.opened)))
        machine.sentAudio(SampleCount(16_000), now: .now)
        for (command, tells) in [(EngineCommand.finish, true), (.cancel, false)] {
            actions.removeAll()
            machine.command(command, now: .now, actions: &actions)
            #expect(actions.contains { if case .send = $0 { true } else { false } } == tells, "\(command)")
        }
    }

    @Test(arguments: ["", " \n", "ü"]) func `is not reported without an identifier that can be shown`(id: String) {
        #expect(EngineSession(vendorID: id) == nil)
    }

    @Test func `has an identifier that suits a log`() throws {
        let session = try #require(EngineSession(vendorID: "a b\n" + String(repeating: "x", count: 200), expires: .max))
        #expect(session.id == "ab" + String(repeating: "x", count: 126) && session.expires == nil)
    }
}
