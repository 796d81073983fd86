import Framing
import Protocols
import Speech
import Testing

@Suite struct `OpenAI's transcriptions` {
    static let context = LiveConversation.context

    static func request(
        _ fields: [(String, String)], hasFile: Bool = true, target: String = "/v1/audio/transcriptions", aliases: ModelAliases = .standard
    ) throws -> Result<
        OpenAITranscriptionRequest, ErrorResponse
    > {
        OpenAITranscriptionRequest.parse(
            fields.map { .init(name: $0.0, value: $0.1) }, hasFile: hasFile, try HTTPRequestHead(.post, target), context, aliases: aliases)
    }

    static let transcript = Transcript(
        rate: .speech, length: SampleCount(16_000 * 6), language: LanguageTag("en-US"), model: "m",
        channels: [.init(words: words("It's “me”, Bob. Who else? Nobody.", from: 0.25), segments: [])])

    private func answer(_ fields: [(String, String)]) throws -> (type: String?, body: String) {
        let request = try Self.request([("model", "whisper-1")] + fields).get()
        let answer = OpenAITranscriptionAnswer(Self.transcript, for: request, requestID: "req")
        #expect(answer.headers["x-request-id"] == "req")
        return (answer.headers["Content-Type"], String(decoding: answer.body, as: UTF8.self))
    }

    @Test func `are text and usage as json`() throws {
        let (type, body) = try answer([])
        #expect(type == "application/json")
        #expect(body == #"{"text":"It's “me”, Bob. Who else? Nobody.","languages":[{"code":"en"}],"usage":{"type":"duration","seconds":6}}"#)
    }

    @Test func `say how sure the engine was, to who asks`() throws {
        let root = try Parsed(try answer([("include[]", "logprobs")]).body)
        #expect(root["logprobs"].count == 6)
        #expect(root["logprobs"][0]["token"].string == "It's")
        #expect(root["logprobs"][0]["bytes"][0].int == 0x49)
        #expect((root["logprobs"][0]["logprob"].double ?? 1) < 0)
    }

    @Test(arguments: OpenAITranscriptionRequest.Format.allCases, ["include", "include[]"])
    func `have the logprobs that were asked for, or are named without them`(format: OpenAITranscriptionRequest.Format, name: String) throws {
        for streams in [false, true] where !streams || [.json, .text, .diarizedJSON].contains(format) {
            let form = [("model", "whisper-1"), ("response_format", format.rawValue), ("stream", "\(streams)"), (name, "logprobs")]
            let request = try Self.request(form).get()
            var stream = OpenAITranscriptStream(for: request)
            let body =
                streams ? stream.finished(Self.transcript) : OpenAITranscriptionAnswer(Self.transcript, for: request, requestID: "r").body
            let isAnswered = String(decoding: body, as: UTF8.self).contains(#""logprobs":[{"token":"It's""#)
            #expect(isAnswered == (streams || format == .json || format == .diarizedJSON))
            #expect(request.ignored([]) == (isAnswered ? [] : [name]))
        }
    }

    @Test(arguments: OpenAITranscriptionRequest.Format.allCases)
    func `name granularities where there are no lists for them`(format: OpenAITranscriptionRequest.Format) throws {
        let form = [("response_format", format.rawValue), ("timestamp_granularities[]", "segment")]
        #expect(try Self.request(form).get().ignored([]) == (format == .verboseJSON ? [] : ["timestamp_granularities[]"]))
    }

    @Test(arguments: ["languages", "languages[]"])
    func `name languages that stand beside the language`(name: String) throws {
        func ignored(_ form: [(String, String)], with engine: EngineName) throws -> [String] {
            Catalogue.ignored(try Self.request(form).get().vendorOptions, with: engine, .recorded)
        }
        let both = [("model", "gpt-transcribe"), ("language", "fr"), (name, "de"), (name, "en")]
        #expect(try ignored(both, with: .local) == [name])
        #expect(try ignored(both, with: OpenAIOptions.vendor) == [], "it is sent both")
        #expect(try ignored(both.filter { $0.0 != "language" }, with: .local) == [])
    }

    @Test(arguments: [(["de"], "de"), (["de", "en"], "multi"), ([], nil)] as [([String], String?)])
    func `take one language, or leave several to the engine`(languages: [String], expected: String?) throws {
        let request = try Self.request([("model", "gpt-transcribe")] + languages.map { ("languages[]", $0) }).get()
        #expect(request.language == expected.map { LanguageTag($0) })
        #expect(request.options.shared.languages == languages.map { LanguageTag($0) })
        let both = try Self.request([("model", "gpt-transcribe"), ("language", "fr")] + languages.map { ("languages[]", $0) }).get()
        #expect(both.language == LanguageTag("fr") && both.options.shared.languages.isEmpty)
    }

    @Test func `are bare as text`() throws {
        let (type, body) = try answer([("response_format", "text")])
        #expect(type == "text/plain; charset=utf-8")
        #expect(body == "It's “me”, Bob. Who else? Nobody.\n")
    }

    @Test func `have every field of a segment`() throws {
        let document = try Parsed(try answer([("response_format", "verbose_json"), ("temperature", "0.2")]).body)
        let root = document
        #expect(root["task"].string == "transcribe")
        #expect(root["language"].string == "english")
        #expect(root["duration"].double == 6)
        #expect(root["words"].exists == false)
        #expect(root["segments"].count > 0)
        var joined = ""
        for index in 0..<root["segments"].count {
            let segment = root["segments"][index]
            #expect(segment["id"].int == index)
            #expect(segment["seek"].int == 0)
            #expect(segment["tokens"].isArray)
            #expect(segment["temperature"].double == 0.2)
            #expect(abs((segment["avg_logprob"].double ?? 0) + 0.1335) < 0.0001)
            #expect((segment["compression_ratio"].double ?? 1) < 1)
            #expect(segment["no_speech_prob"].double == 0.5)
            joined += segment["text"].string ?? ""
        }
        #expect(joined == " It's “me”, Bob. Who else? Nobody.")
    }

    @Test(
        arguments: [
            ([], true, false), (["segment"], true, false), (["word"], false, true), (["word", "segment"], true, true),
        ] as [([String], Bool, Bool)])
    func `have the lists that were asked for`(granularities: [String], segments: Bool, words: Bool) throws {
        for name in ["timestamp_granularities[]", "timestamp_granularities"] {
            let body = try answer([("response_format", "verbose_json")] + granularities.map { (name, $0) }).body
            let document = try Parsed(body)
            #expect(document["segments"].exists == segments)
            #expect(document["words"].exists == words)
        }
    }

    @Test func `have words without their punctuation`() throws {
        let body = try answer([("response_format", "verbose_json"), ("timestamp_granularities[]", "word")]).body
        #expect(body.contains(#""words":[{"word":"It's","start":0.25,"end":0.75},{"word":"me","start":0.75,"end":1.25},{"word":"Bob","start":1.25"#))
    }

    @Test func `have a cue for each segment`() throws {
        let segments = try Parsed(try answer([("response_format", "verbose_json")]).body)
        let cues = try answer([("response_format", "srt")]).body.split(separator: " --> ").count - 1
        #expect(cues == segments["segments"].count)
        #expect(try answer([("response_format", "vtt")]).body.hasPrefix("WEBVTT\n\n00:00:00.250 --> "))
    }

    @Test(arguments: [("srt", ","), ("vtt", ".")])
    func `have captions of channels that speak at once`(format: String, mark: String) throws {
        func words(_ text: String, _ start: Int64, _ end: Int64) -> [Word] {
            [Word(text, SampleRange(SampleIndex(start * 16), SampleIndex(end * 16)), confidence: 1)]
        }
        let channels = [words("One.", 0, 4_000), words("Two.", 10, 3_000)].map { Transcript.Channel(words: $0, segments: []) }
        let both = Transcript(rate: .speech, length: SampleCount(96_000), language: .english, model: "m", channels: channels)
        let request = try Self.request([("model", "whisper-1"), ("response_format", format)]).get()
        let body = String(decoding: OpenAITranscriptionAnswer(both, for: request, requestID: "r").body, as: UTF8.self)
        #expect(body.contains("00:00:00\(mark)000 --> 00:00:04\(mark)000\nOne.\n"), "\(body)")
        #expect(body.contains("00:00:00\(mark)010 --> 00:00:03\(mark)000\nTwo.\n"), "\(body)")
    }

    @Test func `have one speaker until they are told apart`() throws {
        let body = try answer([("response_format", "diarized_json")]).body
        #expect(body.contains(#"{"type":"transcript.text.segment","id":"seg_0","start":0.25,"#))
        #expect(body.contains(#""speaker":"A""#))
    }

    @Test(
        arguments: [
            ([("model", "whisper-1"), ("response_format", "docx")], "response_format"),
            ([("model", "whisper-1"), ("temperature", "1.5")], "temperature"), ([("model", "whisper-1"), ("temperature", "hot")], "temperature"),
            ([("model", "whisper-1"), ("timestamp_granularities[]", "word")], "timestamp_granularities"),
            ([("model", "whisper-1"), ("timestamp_granularities[]", "letter")], "timestamp_granularities"),
            ([("model", "whisper-1"), ("language", "english!")], "language"), ([("model", "whisper-1"), ("stream", "maybe")], "stream"),
            ([("model", "whisper-1"), ("stream", "true"), ("response_format", "srt")], "stream"),
            ([("model", "whisper-1"), ("include[]", "everything")], "include"),
        ] as [([(String, String)], String)])
    func `are rejected for wrong fields`(fields: [(String, String)], parameter: String) throws {
        guard case .failure(let rejection) = try Self.request(fields) else {
            Issue.record("accepted")
            return
        }
        #expect(rejection.status == .badRequest)
        #expect(rejection.headers["x-request-id"] == LiveConversation.requestID)
        let document = try Parsed(rejection.body)
        let error = document["error"]
        #expect(error["message"].string?.isEmpty == false)
        #expect(error["type"].string == "invalid_request_error")
        #expect(error["param"].string == parameter)
        #expect(error["code"].exists)
    }

    @Test func `want a file and a model that there is`() throws {
        guard case .failure(let noFile) = try Self.request([("model", "whisper-1")], hasFile: false) else {
            Issue.record("accepted without a file")
            return
        }
        #expect(try Parsed(noFile.body)["error"]["param"].string == "file")
        guard case .failure(let noModel) = try Self.request([("model", "no-such-model-zz")], aliases: .none) else {
            Issue.record("accepted without a model")
            return
        }
        #expect(noModel.status == .notFound)
        #expect(try Parsed(noModel.body)["error"]["code"].string == "model_not_found")
        #expect(throws: Never.self) { try Self.request([("model", "moonshine-base-en")]).get() }
    }

    @Test func `need no model, and take unknown models to another engine`() throws {
        #expect(try Self.request([]).get().model == "whisper-1")
        let unknown = try Self.request([("model", "Systran/faster-whisper-base")]).get()
        #expect(unknown.isAliased && unknown.engines == [.local] && unknown.options.model == nil)
        let named = try Self.request([("model", "base")], target: "/v1/audio/transcriptions?engine=deepgram").get()
        #expect(named.isAliased && named.engines == [EngineName("deepgram")])
        let aliases = try #require(ModelAliases(["base=deepgram", "*=openai"]))
        #expect(try Self.request([("model", "BASE")], aliases: aliases).get().engines == [EngineName("deepgram")])
        #expect(try Self.request([("model", "large")], aliases: aliases).get().engines == [EngineName("openai")])
        #expect(try !Self.request([("model", "whisper-1")], aliases: aliases).get().isAliased)
        #expect(ModelAliases(["none"]) == ModelAliases.none && ModelAliases(["base"]) == nil && ModelAliases(["=local"]) == nil)
    }

    @Test func `are asked for in our words`() throws {
        let request = try Self.request(
            [
                ("model", "gpt-4o-transcribe"), ("language", "de"), ("keywords[]", "Harken"), ("keywords", "gateway"), ("unknown", "1"),
                ("prompt", "Anna Weiss, Harken, Omi"), ("chunking_strategy", "auto"), ("stream", "True"),
            ], target: "/v1/audio/transcriptions?engine=local"
        ).get()
        var options = request.options
        options.vendorOptions = nil
        options.shared = SharedOptions()
        #expect(
            options
                == RecognitionOptions(
                    language: LanguageTag("de"), model: "gpt-4o-transcribe", keyterms: ["Harken", "gateway", "Anna Weiss", "Omi"],
                    wordTimes: false))
        #expect(request.streams)
        #expect(request.engines == [.local])
    }

    @Test(
        arguments: [
            (RequestError.unauthenticated, 401, "invalid_request_error", "invalid_api_key"),
            (.unknownModel("x"), 404, "invalid_request_error", "model_not_found"),
            (.tooLarge(limit: 26_214_400, received: 26_214_401), 413, "server_error", nil),
            (.tooManyRequests(retryAfter: .seconds(1)), 429, "requests", "rate_limit_exceeded"),
            (.engine(.undecodable("")), 400, "invalid_request_error", "invalid_value"),
            (.engine(.unavailable("no models")), 503, "server_error", "provider_failure"),
        ] as [(RequestError, Int, String, String?)])
    func `are rejected in the vendor's words`(cause: RequestError, status: Int, type: String, code: String?) throws {
        let rejection = OpenAIErrorResponse.make(cause, requestID: "r")
        #expect(rejection.status.code == status)
        let document = try Parsed(rejection.body)
        let error = document["error"]
        #expect(error.count == 4)
        #expect(error["type"].string == type)
        #expect(error["code"].string == code)
        #expect(error["message"].string?.isEmpty == false)
    }

    @Test func `say how much of an upload was too much`() throws {
        let rejection = OpenAIErrorResponse.make(.tooLarge(limit: 26_214_400, received: 26_214_401), requestID: "r")
        #expect(
            try Parsed(rejection.body)["error"]["message"].string
                == "Maximum content size limit (26214400) exceeded (26214401 bytes read)")
    }

    @Test func `are not translations`() throws {
        let rejection = OpenAITranscriptionRequest.translationError(Self.context)
        #expect(rejection.status == .badRequest)
        #expect(try Parsed(rejection.body)["error"]["message"].string?.contains("do not translate") == true)
    }

    @Test func `list the models`() throws {
        let document = try Parsed(OpenAIModels.list(Self.context, created: UnixTime(milliseconds: 5_000)))
        #expect(document["object"].string == "list")
        let ids = (0..<document["data"].count).compactMap { document["data"][$0]["id"].string }
        #expect(ids.contains("whisper-1") && ids.contains("moonshine-base-en"))
        let one = try OpenAIModels.one("whisper-1", Self.context, created: UnixTime(milliseconds: 5_000)).get()
        #expect(String(decoding: one, as: UTF8.self) == #"{"id":"whisper-1","object":"model","created":5,"owned_by":"harken"}"#)
        guard case .failure(let rejection) = OpenAIModels.one("a/b", Self.context, created: UnixTime(milliseconds: 0)) else {
            Issue.record("found")
            return
        }
        #expect(rejection.status == .notFound)
    }
}

@Suite struct `OpenAI's stream of a transcript` {
    private func stream(_ format: String = "json", logprobs: Bool = false) throws -> OpenAITranscriptStream {
        let fields = [("model", "whisper-1"), ("response_format", format)] + (logprobs ? [("include[]", "logprobs")] : [])
        return OpenAITranscriptStream(for: try `OpenAI's transcriptions`.request(fields).get())
    }

    /// Returns the events but the last mark.
    private func parsed(_ events: [UInt8]) throws -> [JSONValue] {
        try text(events).split(separator: "\n").filter { $0 != "data: [DONE]" }.map { try JSONValue(parsing: Array($0.utf8.dropFirst(6))) }
    }

    private func names(_ value: JSONValue) -> Set<String> {
        if case .object(let members) = value { Set(members.map(\.name)) } else { [] }
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private func transcript(_ text: String) -> Transcript {
        Transcript(
            rate: .speech, length: SampleCount(16_000), language: .english, model: "m", channels: [.init(words: words(text), segments: [])])
    }

    @Test func `says what was said, once, and ends`() throws {
        var stream = try stream()
        #expect(text(stream.said(words("The quick"), rate: .speech)) == "data: {\"type\":\"transcript.text.delta\",\"delta\":\"The quick\"}\n\n")
        #expect(text(stream.said(words("brown fox."), rate: .speech)) == "data: {\"type\":\"transcript.text.delta\",\"delta\":\" brown fox.\"}\n\n")
        #expect(
            text(stream.finished(transcript("The quick brown fox."))) == """
                data: {"type":"transcript.text.done","text":"The quick brown fox.","languages":[{"code":"en"}]}

                data: [DONE]


                """)
        #expect(stream.said(words("late"), rate: .speech).isEmpty)
        #expect(stream.finished(transcript("x")).isEmpty)
    }

    @Test(
        arguments: [
            ([], "One two."), (["One"], "One two."), (["One two."], "One two."), (["Won"], "One two."), ([], ""),
        ] as [([String], String)])
    func `never takes a delta back`(said: [String], whole: String) throws {
        var stream = try stream()
        var events = ""
        for piece in said { events += text(stream.said(words(piece), rate: .speech)) }
        events += text(stream.finished(transcript(whole)))
        var joined = "", done: String?
        for line in events.split(separator: "\n") where line != "data: [DONE]" {
            let document = try Parsed(String(line.dropFirst(6)))
            if let delta = document["delta"].string { joined += delta }
            if let text = document["text"].string { done = text }
        }
        #expect(joined == done)
        #expect(events.hasSuffix("data: [DONE]\n\n"))
    }

    /// Each delta, what the end says, and the whole transcript.
    @Test(
        arguments: [
            (["One"], "One two.", "One two."), (["Won"], "One two.", "Won two."), (["One", "too"], "One two three.", "One too three."),
            ([], "One", "One"), (["One two"], "One", "One two"),
        ] as [([String], String, String)])
    func `loses no word, also where the final text differs`(said: [String], whole: String, expected: String) throws {
        var stream = try stream()
        for (index, piece) in said.enumerated() { _ = stream.said(words(piece, from: Double(index) * 0.5), rate: .speech) }
        let done = try #require(try parsed(stream.finished(transcript(whole))).last)
        #expect(done["text"] == .string(expected))
    }

    @Test func `has the words of other channels at the end`() throws {
        var stream = try stream()
        _ = stream.said(words("One three"), rate: .speech)
        let whole = Transcript(
            rate: .speech, length: SampleCount(16_000), language: .english, model: "m",
            channels: [.init(words: words("One three"), segments: []), .init(words: words("two four"), segments: [])])
        #expect(try parsed(stream.finished(whole)).last?["text"] == "One three two four")
    }

    @Test(arguments: ["json", "text", "diarized_json"])
    func `has each member of the plain answer`(format: String) throws {
        var whole = transcript("One two. Three four.")
        whole.notices = [.silentTrack(1)]
        let fields = [("model", "whisper-1"), ("response_format", format), ("include[]", "logprobs")]
        let request = try `OpenAI's transcriptions`.request(fields).get()
        let plain = OpenAITranscriptionAnswer(whole, for: request, requestID: "r")
        var stream = OpenAITranscriptStream(for: request)
        let events = try parsed(stream.finished(whole)), done = try #require(events.last)
        guard format != "text" else { return #expect(names(done).isSuperset(of: ["text", "logprobs", "warnings"])) }
        let body = try JSONValue(parsing: plain.body)
        #expect(names(body).contains("logprobs"))
        // The event's usage counts tokens, which no engine here has.
        #expect(names(body).subtracting(names(done)) == (format == "diarized_json" ? ["segments", "usage"] : ["usage"]))
        for name in names(body).subtracting(["segments", "usage"]) { #expect(body[name] == done[name], "\(name)") }
        guard format == "diarized_json" else { return }
        #expect(JSONValue.array(events.filter { $0["type"] == "transcript.text.segment" }) == body["segments"])
    }

    @Test func `has warnings about options that turned out to have no effect, beside the notices`() throws {
        var whole = transcript("One.")
        whole.notices = [.silentTrack(1)]
        let request = try `OpenAI's transcriptions`.request([("model", "whisper-1"), ("temperature", "0.5"), ("prompt", "a call")]).get()
        let warnings = request.warnings(of: ["temperature", "prompt"], in: whole, besides: ["prompt"])
        #expect(warnings == [IgnoredOptions.warning("temperature")])
        var stream = OpenAITranscriptStream(for: request)
        let texts = (RecordingNotices.texts(whole.notices) + warnings).map { JSONValue.string($0) }
        #expect(try parsed(stream.finished(whole, warnings: warnings)).last?["warnings"] == .array(texts))
    }

    @Test(arguments: ["json", "text"], [false, true])
    func `has the logprobs of each delta, and all of them at the end, where they were asked for`(format: String, isAsked: Bool) throws {
        var stream = try stream(format, logprobs: isAsked)
        var events = try parsed(stream.said(words("One two"), rate: .speech)) + parsed(stream.said(words("three", from: 1), rate: .speech))
        events += try parsed(stream.finished(transcript("One two three four.")))
        let deltas = events.filter { $0["type"] == "transcript.text.delta" }, done = try #require(events.last)
        #expect(deltas.count == 3 && events.allSatisfy { names($0).contains("logprobs") == isAsked })
        guard isAsked else { return }
        var entries: [JSONValue] = []
        for case .array(let own)? in deltas.map({ $0["logprobs"] }) { entries += own }
        #expect(JSONValue.array(entries) == done["logprobs"] && entries.count == 4)
        #expect(entries.allSatisfy { names($0) == ["token", "logprob", "bytes"] })
    }

    @Test func `tells the speakers at the end, where they are known only then`() throws {
        var stream = try stream("diarized_json")
        let deltas = text(stream.said(words("Hi. Ho."), rate: .speech))
        #expect(deltas == "data: {\"type\":\"transcript.text.delta\",\"delta\":\"Hi. Ho.\"}\n\n")
        var whole = transcript("Hi. Ho.")
        for index in 0..<2 { whole.channels[0].words[index].speaker = SpeakerLabel(index) }
        whole.channels[0].speakerNames = [SpeakerLabel(1): "Ann"]
        let segments = try parsed(stream.finished(whole)).filter { $0["type"] == "transcript.text.segment" }
        #expect(segments.map { $0["speaker"] } == ["A", "Ann"] && segments.map { $0["id"] } == ["seg_0", "seg_1"])
    }

    @Test func `has a segment for each turn of a speaker`() throws {
        var stream = try stream("diarized_json")
        let events = text(stream.said(words("Hi.", speaker: 0) + words("Ho.", from: 1, speaker: 1), rate: .speech))
        #expect(
            events == """
                data: {"type":"transcript.text.delta","delta":"Hi.","segment_id":"seg_0"}

                data: {"type":"transcript.text.segment","id":"seg_0","start":0.0,"end":0.5,"text":"Hi.","speaker":"A"}

                data: {"type":"transcript.text.delta","delta":" Ho.","segment_id":"seg_1"}

                data: {"type":"transcript.text.segment","id":"seg_1","start":1.0,"end":1.5,"text":"Ho.","speaker":"B"}


                """)
    }

    @Test func `ends with the error after a failure`() throws {
        var stream = try stream()
        #expect(
            text(stream.failed(ProviderError(.unavailable("gone"), by: .local, payer: .operator)))
                == #"""
                data: {"error":{"message":"gone","type":"server_error","param":null,"code":"provider_failure"},"provider":"local","code":"provider_failure"}


                """#)
        #expect(stream.finished(transcript("x")).isEmpty)
    }
}
