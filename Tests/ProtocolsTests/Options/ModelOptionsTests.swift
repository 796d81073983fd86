import Framing
import Protocols
import Speech
import Testing

/// Options that some models of OpenAI's live engine take, and others do not.
@Suite struct `Options that a model does not take` {
    private static let engine = OpenAIOptions.vendor
    private static let assemblyAI = "/v3/ws?sample_rate=16000&", deepgram = "/v1/listen?encoding=linear16&sample_rate=16000&"

    /// Returns the names that are told where the engine's usual model is `usual`, and the client names `model`.
    private static func ignored(_ options: VendorOptions?, usual: String, model: String? = nil) -> [String] {
        Catalogue.ignored(
            options, keyterms: [], model: model, with: engine, .live, OpenAILiveClient.service(model: usual).capabilities)
    }

    @Test(arguments: [
        ("\(assemblyAI)keyterms_prompt=%5B%22Harken%22%5D", "gpt-realtime-whisper", ["keyterms_prompt"]),
        ("\(assemblyAI)prompt=A%20call", "gpt-realtime-whisper", ["prompt"]), ("\(assemblyAI)prompt=A%20call", "whisper-1", []),
        ("\(deepgram)keyterm=Harken", "gpt-realtime-whisper", ["keyterm"]), ("\(deepgram)keyterm=Harken", "gpt-live-transcribe", []),
        ("\(deepgram)keyterm=Harken", "gpt-4o-transcribe-diarize", ["keyterm"]), ("\(deepgram)keyterm=Harken", "gpt-4o-transcribe", []),
        ("\(deepgram)keyterm=Harken", "Systran/small", []),
    ])
    func `are named to clients of other vendors`(target: String, model: String, names: [String]) throws {
        let options = try VendorRequests.liveOptions(target)
        #expect(Self.ignored(options.vendorOptions, usual: model) == names)
        // What is not named is sent.
        let client = OpenAILiveClient(options, model: model, credential: Credential("k"))
        var stream = VendorConversation(client)
        let sent = stream.opened().map(\.short).joined()
        #expect((sent.contains("Harken") || sent.contains("A call")) == names.isEmpty, "\(sent)")
    }

    @Test(arguments: [
        (#""model":"gpt-4o-transcribe","delay":"low""#, ["delay"]), (#""model":"gpt-live-transcribe","delay":"low""#, []),
        (#""model":"gpt-realtime-whisper","delay":"low""#, []), (#""model":"gpt-realtime-whisper","prompt":"A call.""#, ["prompt"]),
        // The terms of a list reach no such model either.
        (#""model":"gpt-realtime-whisper","prompt":"Glossary: Harken, Weiss, Omi""#, ["prompt"]),
        (#""model":"gpt-realtime-whisper","keywords":["Harken"]"#, ["keywords"]), (#""model":"gpt-4o-transcribe","keywords":["Harken"]"#, []),
        (#""model":"gpt-live-transcribe","prompt":"A call.","keywords":["Harken"]"#, []),
    ])
    func `are named to OpenAI's own clients, by the model that they name`(members: String, names: [String]) throws {
        let stream = try RealtimeConversation.speaking(RealtimeConversation.update("\"transcription\":{\(members)}"))
        let request = try #require(stream.machine?.request)
        #expect(Self.ignored(request.vendorOptions, usual: "gpt-live-transcribe", model: request.model) == names)
    }

    @Test(arguments: [("delay", #""delay":"low""#), ("prompt", #""prompt":"A call.""#), ("keywords", #""keywords":["Harken"]"#)])
    func `are not in the session that is shown`(name: String, member: String) throws {
        var stream = try RealtimeConversation.speaking(RealtimeConversation.update("\"transcription\":{\"model\":\"gpt-4o-transcribe\",\(member)}"))
        var output = ServerOutput()
        let now = stream.now
        stream.machine?.ignores([name], now: now, output: &output)
        let texts = output.texts
        #expect(texts.count == 1 && texts.first?.contains(member) == false, "\(texts)")
    }

    @Test func `count for all options of a live stream only, and not for segments that Harken cuts`() throws {
        let options = try VendorRequests.liveOptions("\(Self.deepgram)keyterm=Harken").vendorOptions
        var capabilities = OpenAILiveClient.service(model: "gpt-realtime-whisper").capabilities
        func names(_ service: VendorOption.Service) -> [String] {
            Catalogue.ignored(options, keyterms: [], model: nil, with: Self.engine, service, capabilities)
        }
        #expect(names(.live) == ["keyterm"] && names(.recorded) == [])
        capabilities.findsPauses = true
        #expect(names(.live) == [])
    }

    @Test(arguments: ["/v1/listen?model=nova-3", "/v2/listen?model=flux-general-en"], ["", "&keyterm=Old"])
    func `are named where Configure brings them`(target: String, before: String) throws {
        let head = try HTTPRequestHead(.get, target + "&encoding=linear16&sample_rate=16000" + before)
        let dialect = try #require(Catalogue.dialects.first { $0.paths.contains(head.path) })
        var machine = try #require(try dialect.accept(head, LiveConversation.context).get().session)
        var output = ServerOutput()
        machine.opened(LiveStart(rate: .speech, model: "m"), now: .now, output: &output)
        machine.receivedText(#"{"type":"Configure","keyterms":["New"]}"#.utf8.span.bytes, now: .now, output: &output)
        var options = machine.request.vendorOptions, terms: [String] = []
        for case .command(.update(let change)) in output.actions {
            if let vendor = change.vendor { options?.apply(vendor) }
            terms = change.keyterms ?? terms
        }
        #expect(terms == ["New"])
        func names(_ usual: String, _ terms: [String]) -> [String] {
            Catalogue.ignored(
                options, keyterms: terms, model: nil, with: Self.engine, .live, OpenAILiveClient.service(model: usual).capabilities)
        }
        #expect(names("gpt-realtime-whisper", terms) == ["keyterm"] && names("gpt-realtime-whisper", []) == [])
        #expect(names("gpt-live-transcribe", terms) == [])
        guard head.path == "/v2/listen" else { return }
        output = ServerOutput()
        machine.ignores(["keyterm"], now: .now, output: &output)
        #expect(output.texts.count == 1 && output.texts.first?.contains("keyterm is ignored") == true, "\(output.texts)")
    }

    @Test func `are named where they are the terms of a user, or of a client of no vendor`() {
        func names(_ terms: [String], with engine: EngineName, model: String) -> [String] {
            let capabilities = OpenAILiveClient.service(model: model).capabilities
            return Catalogue.ignored(nil, keyterms: terms, model: nil, with: engine, .live, capabilities)
        }
        #expect(names(["Harken", "Weiss"], with: Self.engine, model: "gpt-realtime-whisper") == ["keyterm"])
        #expect(names([], with: Self.engine, model: "gpt-realtime-whisper") == [])
        #expect(names(["Harken"], with: Self.engine, model: "gpt-live-transcribe") == [])
        #expect(names(["Harken"], with: .local, model: "gpt-realtime-whisper") == [])
    }

    private static let speakers = "gpt-4o-transcribe-diarize"

    @Test(
        arguments: [
            (#""keyterms_prompt":["Harken"]"#, ["keyterms_prompt"]), (#""word_boost":["Harken"]"#, ["word_boost"]),
            (#""prompt":"Harken""#, ["prompt"]),
            (#""temperature":0.3"#, []),
        ] as [(String, [String])])
    func `are named for recordings too, to clients of AssemblyAI`(members: String, names: [String]) throws {
        let options = try VendorRequests.assemblyAIRecorded(members)
        for (model, told) in [(Self.speakers, names), ("whisper-1", [])] {
            #expect(Catalogue.ignored(options.vendorOptions, keyterms: [], model: model, with: Self.engine, .recorded) == told)
            var asked = options
            asked.model = model
            let sent = try VendorRequests.recorded(asked, by: "openai")
            guard case .form(let fields, _) = sent.body else { return #expect(Bool(false), "\(sent)") }
            #expect(fields.contains { $0.value == model })
            #expect(fields.contains { $0.name == "prompt" } == (told.isEmpty && !names.isEmpty), "what is not named is sent")
        }
    }

    @Test func `are named for recordings too, to clients of Deepgram, and not to OpenAI's own`() throws {
        let options = try VendorRequests.deepgramRecorded("keyterm=Harken").vendorOptions
        #expect(Catalogue.ignored(options, keyterms: [], model: Self.speakers, with: Self.engine, .recorded) == ["keyterm"])
        #expect(Catalogue.ignored(options, keyterms: [], model: Self.speakers, with: .local, .recorded) == [])
        // The vendor gets what its own client wrote, and judges it.
        let own = VendorOptions(Self.engine, [.init("prompt", .text("Harken"))])
        #expect(Catalogue.ignored(own, keyterms: [], model: Self.speakers, with: Self.engine, .recorded) == [])
    }

    @Test(
        arguments: [
            (nil, speakers, true), (speakers, "tiny", false), ("tiny", speakers, true), (nil, "tiny", false), (speakers, "whisper-1", true),
        ] as [(String?, String, Bool)])
    func `are named for segments by the model that hears them`(named: String?, usual: String, isNamed: Bool) throws {
        let options = try VendorRequests.liveOptions("\(Self.deepgram)keyterm=Harken").vendorOptions
        var capabilities = OpenAIPrerecordedClient.service.capabilities
        capabilities.models = [usual] + capabilities.models
        capabilities.findsPauses = true
        let names = Catalogue.ignored(options, keyterms: [], model: named, with: Self.engine, .live, capabilities)
        #expect(names == (isNamed ? ["keyterm"] : []))
    }

    @Test func `are joined to a client's prompt where the model has no key terms of its own`() throws {
        let members = #""model":"gpt-4o-transcribe","prompt":"A call.","keywords":["Harken"]"#
        let request = try #require(RealtimeConversation.speaking(RealtimeConversation.update("\"transcription\":{\(members)}")).machine?.request)
        var options = StreamOptions(rate: .speech, model: request.model, keyterms: request.keyterms)
        options.vendorOptions = request.vendorOptions
        options.shared = request.shared
        var stream = VendorConversation(OpenAILiveClient(options, model: "gpt-4o-transcribe", credential: Credential("k")))
        let sent = stream.opened().map(\.short).joined()
        #expect(sent.contains(#""prompt":"A call., Harken""#) && !sent.contains("keywords"), "\(sent)")
    }
}
