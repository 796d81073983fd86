import Foundation
import Framing
import Protocols
import Speech
import Testing

@Suite struct `Options of Soniox's, Speechmatics' and OpenAI's protocols, with their own engines` {
    private func options(_ request: LiveRequest) -> StreamOptions {
        var options = StreamOptions(
            rate: .speech, language: request.language, model: request.model, turn: request.turn, keyterms: request.keyterms, diarize: request.diarize)
        options.vendorOptions = request.vendorOptions
        options.shared = request.shared
        return options
    }

    private func sent(_ actions: [ClientAction]) throws -> String {
        for action in actions { if case .send(let text) = action { return String(decoding: text, as: UTF8.self) } }
        throw VendorRequests.Unexpected(step: "nothing sent")
    }

    private func soniox(_ members: String) throws -> StreamOptions {
        let text = #"{"model":"stt-rt-v5","audio_format":"pcm_s16le","sample_rate":16000,"num_channels":1,\#(members)}"#
        return options(SonioxLiveServer(try SonioxConfiguration(parsing: text.utf8.span.bytes)).request)
    }

    private func speechmatics(_ members: String) throws -> StreamOptions {
        let text = """
            {"message":"StartRecognition","audio_format":{"type":"raw","encoding":"pcm_s16le","sample_rate":16000},\
            "transcription_config":{"language":"en",\(members)}}
            """
        guard case .startRecognition(let configuration) = SpeechmaticsClientMessage(parsing: text.utf8.span.bytes) else {
            throw VendorRequests.Unexpected(step: text)
        }
        return options(SpeechmaticsLiveServer(configuration, sessionID: "s", engines: []).request)
    }

    private func openAI(_ fields: [(String, String)]) throws -> OpenAITranscriptionRequest {
        try OpenAITranscriptionRequest.parse(
            ([("model", "whisper-1")] + fields).map { .init(name: $0.0, value: $0.1) }, hasFile: true,
            try HTTPRequestHead(.post, "/v1/audio/transcriptions"), VendorRequests.context
        ).get()
    }

    private func sonioxMessage(_ options: StreamOptions) throws -> String {
        var conversation = VendorConversation(SonioxLiveClient(options, credential: Credential("k")))
        return try sent(conversation.opened())
    }

    private func speechmaticsMessage(_ options: StreamOptions) throws -> String {
        var conversation = VendorConversation(SpeechmaticsLiveClient(options, credential: Credential("k")))
        return try sent(conversation.opened())
    }

    private func form(_ options: RecognitionOptions) throws -> [VendorRequest.FormField] {
        guard case .form(let fields, _) = try VendorRequests.recorded(options, by: "openai").body else {
            throw VendorRequests.Unexpected(step: "no form")
        }
        return fields
    }

    @Test(arguments: VendorRequests.passed(SonioxOptions.table, .live))
    func `reach Soniox as they are`(name: String) throws {
        let member = "\"\(name)\":\(try #require(SonioxOptions.table.entry(name, .live)).example)"
        #expect(try sonioxMessage(soniox(member)).contains(member))
    }

    @Test(arguments: VendorRequests.passed(SonioxOptions.table, .recorded))
    func `reach Soniox's recordings as they are`(name: String) throws {
        let example = try #require(SonioxOptions.table.entry(name, .recorded)).example
        let order = name == "model" ? "\"model\":\(example)" : "\"model\":\"stt-async-v5\",\"\(name)\":\(example)"
        let request = try SonioxPrerecordedRequest(Array("{\"audio_url\":\"https://a/b.wav\",\(order)}".utf8))
        #expect(try VendorRequests.recordedBody(request.options, by: "soniox")[name] == JSONValue(parsing: Array(example.utf8)))
    }

    @Test(arguments: VendorRequests.passed(SpeechmaticsOptions.table, .live))
    func `reach Speechmatics as they are`(name: String) throws {
        let member = "\"\(name)\":\(try #require(SpeechmaticsOptions.table.entry(name, .live)).example)"
        let message = try speechmaticsMessage(speechmatics(member))
        #expect(message.contains(member) && message.components(separatedBy: "\"\(name)\":").count == 2, "\(message)")
    }

    @Test(arguments: VendorRequests.passed(OpenAIOptions.table, .recorded))
    func `reach OpenAI as they are`(name: String) throws {
        let example = try #require(OpenAIOptions.table.entry(name, .recorded)).example
        let fields = try form(openAI([(name, example)]).options)
        #expect(fields.filter { $0.name == name } == [.init(name, example)])
    }

    @Test func `reach them when no line here knows them`() throws {
        #expect(try sonioxMessage(soniox(#""brand_new":[1]"#)).contains(#""brand_new":[1]"#))
        #expect(try speechmaticsMessage(speechmatics(#""brand_new":[1]"#)).contains(#""brand_new":[1]"#))
        #expect(try form(openAI([("brand_new", "1"), ("brand_new", "2")]).options).filter { $0.name == "brand_new" }.map(\.value) == ["1", "2"])
    }

    @Test func `give way to what the session changes`() throws {
        var given = try soniox(#""context":{"text":"a","terms":["Harken"]},"language_hints":["en","es"]"#)
        given.apply(StreamChange(language: LanguageTag("de"), keyterms: ["word"]))
        let message = try sonioxMessage(given)
        #expect(message.contains(#""context":{"text":"a","terms":["word"]}"#) && message.contains(#""language_hints":["de"]"#))
    }

    @Test func `keep their order when a change says again what is in force`() {
        let numerals = VendorOptions.Option("numerals", .text("true")), tag = VendorOptions.Option("tag", .text("a"))
        var options = VendorOptions(EngineName("deepgram"), [numerals, tag])
        options.apply(VendorChange([numerals]))
        #expect(options.options == [numerals, tag], "another order would open a new stream")
        let off = VendorOptions.Option("numerals", .text("false"))
        options.apply(VendorChange([off]))
        #expect(options.options == [tag, off])
    }

    @Test func `are those of several vendors in each one's words`() throws {
        var options = StreamOptions(rate: .speech, language: .english, diarize: true)
        options.shared = SharedOptions(fillerWords: false, prompt: "a parcel", maxSpeakers: 3)
        #expect(try sonioxMessage(options).contains(#""context":{"text":"a parcel"}"#))
        let message = try speechmaticsMessage(options)
        #expect(message.contains(#""speaker_diarization_config":{"max_speakers":3}"#))
        #expect(message.contains(#""transcript_filtering_config":{"remove_disfluencies":true}"#))
        let query = try VendorRequests.liveQuery(options, to: "deepgram")
        #expect(query.all("filler_words") == ["false"])
        let assemblyAI = try VendorRequests.liveQuery(options, to: "assemblyai")
        #expect(assemblyAI.all("max_speakers") == ["3"])
        let prompted = try openAI([("prompt", "we spoke about it"), ("temperature", "0.5")]).options
        #expect(try VendorRequests.recordedBody(prompted, by: "assemblyai")["temperature"] == 0.5)
    }

    @Test(arguments: [("nl", true), ("en", false), ("fr", false)])
    func `are a prompt to those models of AssemblyAI that take one, and named with the others`(language: String, isTaken: Bool) throws {
        let vendor = AssemblyAIOptions.vendor, given = try soniox(#""context":{"text":"a parcel"}"#).vendorOptions
        var options = StreamOptions(rate: .speech, language: LanguageTag(language))
        options.shared.prompt = "a parcel"
        #expect(try VendorRequests.liveQuery(options, to: vendor.rawValue).all("prompt") == (isTaken ? ["a parcel"] : []))
        let ignored = Catalogue.ignored(given, keyterms: [], model: nil, language: options.language, with: vendor, .live)
        #expect(ignored == (isTaken ? [] : ["context"]))
        var change = StreamChange()
        change.shared = SharedOptions(prompt: "a letter")
        let capabilities = try #require(Catalogue.vendors.first { $0.name == vendor }?.live).capabilities
        var changed = options
        changed.apply(change)
        #expect(change.isInStream(of: vendor, capabilities, from: options, to: changed, now: .now) != isTaken)
    }

    @Test func `are named as a whole where a live model takes neither a prompt nor key terms`() throws {
        let given = try soniox(#""context":{"text":"a","terms":["b"]}"#).vendorOptions
        let capabilities = OpenAILiveClient.service(model: "gpt-realtime-whisper").capabilities
        #expect(Catalogue.ignored(given, keyterms: [], model: nil, with: OpenAIOptions.vendor, .live, capabilities) == ["context"])
    }

    @Test func `are named where another engine serves, unless Harken sees to the value`() throws {
        func ignored(_ options: VendorOptions?, _ service: VendorOption.Service) -> [String] { Catalogue.ignored(options, with: .local, service) }
        #expect(try ignored(soniox(#""context":{"terms":["a"]},"endpoint_sensitivity":0.5"#).vendorOptions, .live) == ["endpoint_sensitivity"])
        #expect(try ignored(soniox(#""context":{"text":"a","terms":["a"]}"#).vendorOptions, .live) == ["context.text"])
        let filtering = #""transcript_filtering_config":{"replacements":[{"from":"a","to":"b"}]},"domain":"finance""#
        #expect(try ignored(speechmatics(filtering).vendorOptions, .live) == ["domain"])
        #expect(
            try ignored(openAI([("chunking_strategy", "auto"), ("temperature", "0")]).vendorOptions, .recorded) == [
                "chunking_strategy", "temperature",
            ])
    }

    @Test func `are told in each protocol's own way`() throws {
        var output = ServerOutput()
        let text = #"{"model":"stt-rt-v5","audio_format":"pcm_s16le","sample_rate":16000,"num_channels":1}"#
        var soniox = SonioxLiveServer(try SonioxConfiguration(parsing: text.utf8.span.bytes))
        soniox.opened(LiveStart(rate: .speech, model: "m"), now: .now, output: &output)
        soniox.ignores(["endpoint_sensitivity"], now: .now, output: &output)
        #expect(output.texts.last?.contains(#""warnings":["endpoint_sensitivity is ignored"#) == true)
    }
}
