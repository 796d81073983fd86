import Framing
import Protocols
import Speech
import Testing

/// Every vendor's machine for recordings, as a dialogue: request, `answered`, request.
@Suite struct `A vendor's machine for recordings` {
    private static let names = Catalogue.vendors.filter { $0.prerecorded != nil }.map(\.name.rawValue)

    private func machine(
        _ name: String, _ options: RecognitionOptions = RecognitionOptions(language: .english), format: AudioFormat = .container, model: String? = nil
    ) throws -> any PrerecordedClientMachine {
        let service = try #require(Catalogue.vendors.first { $0.name.rawValue == name }?.prerecorded)
        return service.recognize(PrerecordedOrder(options, format: format, credential: Credential("k-secret"), model: model))
    }

    private func answer(_ text: String, status: Int = 200) -> VendorAnswer { VendorAnswer(status: status, body: Array(text.utf8)) }

    private func request(_ step: PrerecordedStep) throws -> VendorRequest {
        switch step {
        case .request(let request), .poll(let request): return request
        case .done, .failed: throw Unexpected(step: "\(step)")
        }
    }

    private struct Unexpected: Error { var step: String }

    private func transcript(_ step: PrerecordedStep) throws -> Transcript {
        guard case .done(let transcript) = step else { throw Unexpected(step: "\(step)") }
        return transcript
    }

    private func json(_ request: VendorRequest) throws -> JSONValue {
        guard case .json(let bytes) = request.body else { throw Unexpected(step: "no JSON") }
        return try JSONValue(parsing: bytes)
    }

    private func fields(_ request: VendorRequest) throws -> [String: String] {
        guard case .form(let fields, _) = request.body else { throw Unexpected(step: "no form") }
        return Dictionary(fields.map { ($0.name, $0.value) }, uniquingKeysWith: { $0 + "," + $1 })
    }

    /// Returns the part of a request that has the options.
    private func text(_ request: VendorRequest) -> String {
        switch request.body {
        case .json(let bytes): String(decoding: bytes, as: UTF8.self)
        case .form(let fields, _): fields.map(\.value).joined(separator: "\n")
        case .none, .file, .describedFile: request.target
        }
    }

    private func milliseconds(_ words: [Word]) -> [[Int]] {
        words.map { [Int(($0.range.start.seconds(at: .speech) * 1_000).rounded()), Int(($0.range.end.seconds(at: .speech) * 1_000).rounded())] }
    }

    // MARK: AssemblyAI

    @Test func `AssemblyAI: asks for what was wanted and reads words, speakers and channels`() throws {
        var options = RecognitionOptions(language: LanguageTag("en-GB"), diarize: true, keyterms: ["Harken"])
        options.separateChannels = true
        var machine = try machine("assemblyai", options, model: "universal-2")
        #expect(try request(machine.start()).body == .describedFile)
        let create = try request(machine.answered(answer(#"{"upload_url":"https://cdn.example/u/1"}"#)))
        #expect(create.repetition == .ifNotActedOn)
        let body = try json(create)
        #expect(body["audio_url"] == "https://cdn.example/u/1" && body["language_code"] == "en_uk" && body["speech_models"] == ["universal-2"])
        #expect(body["punctuate"] == true && body["format_text"] == true)
        #expect(body["speaker_labels"] == true && body["multichannel"] == true && body["keyterms_prompt"] == ["Harken"])
        let first = machine.answered(answer(#"{"id":"a b","status":"queued"}"#))
        #expect(try request(first).target == "/v2/transcript/a%20b")
        guard case .poll = first else { throw Unexpected(step: "\(first)") }
        let done = try transcript(
            machine.answered(
                answer(
                    """
                    {"status":"completed","audio_duration":3,"language_code":"en_us","audio_channels":2,"speech_model_used":"universal-2","words":[
                    {"text":"Hi","start":100,"end":300,"confidence":0.5,"speaker":"B","channel":"1"},
                    {"text":"Yes.","start":200,"end":500,"confidence":0.75,"speaker":"A","channel":"2"},
                    {"text":"there.","start":400,"end":700,"confidence":1,"speaker":"B","channel":"1"}]}
                    """)))
        #expect(done.text(of: ChannelIndex(0)) == "Hi there." && done.text(of: ChannelIndex(1)) == "Yes.")
        #expect(milliseconds(done.channels[0].words) == [[100, 300], [400, 700]])
        #expect(done.channels[0].words.map(\.speaker) == [SpeakerLabel(0), SpeakerLabel(0)] && done.channels[1].words[0].speaker == SpeakerLabel(1))
        #expect(done.language == LanguageTag("en-us") && done.model == "universal-2" && done.length == SampleCount(48_000))
    }

    @Test func `AssemblyAI: takes the channel from the speaker where the word names none`() throws {
        var options = RecognitionOptions(language: .english)
        options.separateChannels = true
        options.diarize = true
        var machine = try ordered(options)
        let done = try transcript(
            machine.answered(
                answer(
                    """
                    {"id":"1","status":"completed","audio_duration":3,"audio_channels":2,"words":[
                    {"text":"Hi","start":100,"end":300,"confidence":0.5,"speaker":"1A"},
                    {"text":"Yes.","start":200,"end":500,"confidence":0.75,"speaker":"2A"},
                    {"text":"No.","start":600,"end":700,"confidence":1,"speaker":"2B"}]}
                    """)))
        #expect(done.text(of: ChannelIndex(0)) == "Hi" && done.text(of: ChannelIndex(1)) == "Yes. No.")
        #expect(Set(done.channels.flatMap(\.words).map(\.speaker)).count == 3)
    }

    @Test(arguments: [(true, ["1A", "2A", "2B", "1A"]), (false, ["1", "2", "2", "1"])])
    func `AssemblyAI: gives its own client the channels and speakers that it has told`(labels: Bool, speakers: [String]) throws {
        let body = #"{"audio_url":"https://a/b.wav","multichannel":true,"speaker_labels":\#(labels)}"#
        let request = try AssemblyAIPrerecordedRequest(Array(body.utf8))
        var machine = try ordered(request.options)
        let told = zip([("Hi", 100, 300), ("Yes.", 200, 500), ("No.", 600, 700), ("there.", 800, 900)], speakers).map { word, speaker in
            #"{"text":"\#(word.0)","start":\#(word.1),"end":\#(word.2),"confidence":0.5,"speaker":"\#(speaker)","channel":"\#(speaker.prefix(1))"}"#
        }
        let done = try transcript(
            machine.answered(
                answer(
                    #"{"id":"1","status":"completed","audio_duration":3,"audio_channels":2,"words":[\#(told.joined(separator: ","))]}"#)))
        let answered = try JSONValue(parsing: AssemblyAIPrerecordedAnswer(id: "t", request: request, state: .completed(done)).body)
        guard case .array(let words)? = answered["words"], case .array(let turns)? = answered["utterances"] else { return #expect(Bool(false)) }
        #expect(words.map { $0["speaker"] } == speakers.map { JSONValue.string($0) as JSONValue? })
        #expect(turns.first?["speaker"] == .string(speakers[0]) && turns.first?["channel"] == "1" && turns.first?["text"] == "Hi there.")
        #expect(turns.allSatisfy { turn in speakers.contains { turn["speaker"] == .string($0) } }, "\(turns)")
    }

    @Test func `AssemblyAI: finds the language when none is named, and says why a job failed`() throws {
        var machine = try machine("assemblyai", RecognitionOptions())
        _ = machine.start()
        let body = try json(request(machine.answered(answer(#"{"upload_url":"https://cdn/1"}"#))))
        #expect(body["language_detection"] == true && body["language_code"] == nil && body["speech_models"] == nil)
        _ = machine.answered(answer(#"{"id":"1","status":"processing"}"#))
        let end = machine.answered(answer(#"{"status":"error","error":"File does not appear to contain audio. File type is text/html."}"#))
        guard case .failed(.undecodable(let said)) = end else { throw Unexpected(step: "\(end)") }
        #expect(said.contains("text/html"))
    }

    /// One that has ordered a transcript of `https://cdn/1`.
    private func ordered(_ options: RecognitionOptions = RecognitionOptions(language: .english)) throws -> any PrerecordedClientMachine {
        var machine = try machine("assemblyai", options)
        _ = machine.start()
        _ = machine.answered(answer(#"{"upload_url":"https://cdn/1"}"#))
        return machine
    }

    @Test func `AssemblyAI: an order that nobody answered is looked for before there is another`() throws {
        var machine = try ordered()
        #expect(machine.continuation == nil)
        let lost = EngineError.unavailable("The connection broke.")
        let seeking = machine.unanswered(lost)
        let search = try request(#require(seeking))
        #expect(search.method == .get && search.target == "/v2/transcript?limit=200" && search.headers["Authorization"] == "k-secret")
        var found = machine
        let list = #"{"transcripts":[{"id":"x","audio_url":"https://cdn/2"},{"id":"t1","audio_url":"https://cdn/1","status":"queued"}]}"#
        #expect(try request(found.answered(answer(list))).target == "/v2/transcript/t1")
        // It did not arrive: once more, and no third time.
        #expect(try request(machine.answered(answer(#"{"transcripts":[]}"#))).target == "/v2/transcript")
        _ = machine.unanswered(lost)
        #expect(machine.answered(answer(#"{"transcripts":[]}"#)) == .failed(lost))
    }

    @Test(arguments: [(408, true), (500, true), (502, true), (504, true), (429, false), (503, false), (400, false)])
    func `AssemblyAI: so is one whose rejection does not say that nothing was done`(status: Int, isLookedFor: Bool) throws {
        var machine = try ordered()
        let step = machine.answered(answer("{}", status: status))
        let target: String? = if case .request(let request) = step { request.target } else { nil }
        #expect(target == (isLookedFor ? "/v2/transcript?limit=200" : nil), "\(step)")
    }

    @Test func `AssemblyAI: what it has in hand is asked for again, not ordered again`() throws {
        var machine = try ordered()
        _ = machine.answered(answer(#"{"id":"t1","status":"processing"}"#))
        for (status, goesOn) in [(500, true), (429, true), (404, false)] {
            guard case .failed = machine.answered(answer("{}", status: status)) else { return #expect(Bool(false)) }
            #expect((machine.continuation?.target == "/v2/transcript/t1") == goesOn)
        }
    }

    @Test func `AssemblyAI: turns of speakers stand for words that are missing, and the language is never several`() throws {
        var machine = try ordered(RecognitionOptions(language: LanguageTag("multi"), diarize: true))
        let done = try transcript(
            machine.answered(
                answer(
                    """
                    {"id":"t1","status":"completed","audio_duration":15,"language_code":"multi","speech_model":"universal-2","words":null,"utterances":[
                    {"text":"Hi there.","start":1000,"end":2000,"speaker":"A","words":[
                    {"text":"Hi","start":1000,"end":1400,"confidence":0.5,"speaker":"A"},{"text":"there.","start":1500,"end":2000,"confidence":0.5}]},
                    {"text":"Yes I do.","start":3000,"end":4000,"speaker":"B"}]}
                    """)))
        #expect(done.channels[0].words.map(\.text) == ["Hi", "there.", "Yes", "I", "do."])
        #expect(done.channels[0].words.map { $0.speaker?.number } == [0, 0, 1, 1, 1])
        #expect(milliseconds(done.channels[0].words).prefix(2) == [[1_000, 1_400], [1_500, 2_000]])
        // The duration comes in seconds, other times in milliseconds.
        #expect(done.length == SampleCount(15 * 16_000) && done.language == .english && done.model == "universal-2")
    }

    @Test func `AssemblyAI: turns without words keep their channel`() throws {
        var machine = try ordered(RecognitionOptions(language: .english, separateChannels: true))
        let done = try transcript(
            machine.answered(
                answer(
                    """
                    {"id":"t1","status":"completed","audio_duration":15,"audio_channels":2,"words":[],"utterances":[
                    {"text":"Hi there.","start":1000,"end":2000,"speaker":"1","channel":"1"},
                    {"text":"Yes I do.","start":1500,"end":2500,"speaker":"2","channel":"2"},
                    {"text":"Well.","start":3000,"end":3500,"speaker":"3"}]}
                    """)))
        #expect(done.channels.map { $0.words.map(\.text) } == [["Hi", "there."], ["Yes", "I", "do."], ["Well."]])
        #expect(milliseconds(done.channels[1].words).first?.first == 1_500)
        #expect(done.channels.map { $0.estimated.map(\.words) } == [[0..<2], [0..<3], [0..<1]])
    }

    @Test func `what stands in an answer's words and in its turns again is there once`() throws {
        let word = #"{"text":"Hi","word":"hi","start":0,"end":1,"confidence":1,"speaker":0}"#
        let turn = #"{"text":"Hi","transcript":"Hi","start":0,"end":1,"speaker":"A","words":[\#(word)]}"#
        var assemblyAI = try ordered(RecognitionOptions(diarize: true))
        let one = assemblyAI.answered(answer(#"{"id":"1","status":"completed","words":[\#(word)],"utterances":[\#(turn),\#(turn)]}"#))
        #expect(try transcript(one).text() == "Hi")
        var deepgram = try machine("deepgram")
        _ = deepgram.start()
        let other = deepgram.answered(
            answer(#"{"results":{"utterances":[\#(turn)],"channels":[{"alternatives":[{"transcript":"hi","words":[\#(word)]}]}]}}"#))
        #expect(try transcript(other).text() == "hi")
    }

    @Test(arguments: ["assemblyai", "deepgram"]) func `nothing is sent without a key`(name: String) throws {
        let service = try #require(Catalogue.vendors.first { $0.name.rawValue == name }?.prerecorded)
        var machine = service.recognize(PrerecordedOrder(RecognitionOptions(), format: .container, credential: Credential(""), model: nil))
        guard case .failed(.unauthorized) = machine.start() else { return #expect(Bool(false)) }
    }

    // MARK: Deepgram

    @Test(arguments: [
        (
            RecognitionOptions(language: .english, keyterms: ["Harken", "a b"]), nil,
            "model=nova-3&punctuate=true&smart_format=true&language=en&keyterm=Harken&keyterm=a%20b"
        ),
        (
            RecognitionOptions(keyterms: ["Harken"]), "nova-3-medical",
            "model=nova-3-medical&punctuate=true&smart_format=true&detect_language=true&keyterm=Harken"
        ),
        (
            RecognitionOptions(diarize: true, keyterms: ["Harken"]), "nova-2",
            "model=nova-2&punctuate=true&smart_format=true&detect_language=true&diarize=true&keywords=Harken"
        ),
    ]) func `Deepgram: asks by its parameters`(options: RecognitionOptions, model: String?, query: String) throws {
        var machine = try machine("deepgram", options, model: model)
        let request = try request(machine.start())
        #expect(request.target == "/v1/listen?" + query)
        // A file that describes itself: its own type, which is for the driver to find.
        #expect(request.headers["Content-Type"] == nil && request.body == .file)
        var raw = try self.machine("deepgram", options, format: .raw(.linear16, .speech, channels: 1), model: model)
        let bare = try self.request(raw.start())
        #expect(bare.target == "/v1/listen?" + query + "&encoding=linear16&sample_rate=16000&channels=1")
        #expect(bare.headers["Content-Type"] == "audio/raw")
    }

    @Test func `Deepgram: reads the first alternative of the first channel`() throws {
        var machine = try machine("deepgram", RecognitionOptions(language: LanguageTag("multi")))
        _ = machine.start()
        let word = { (text: String) in #"{"words":[{"word":"\#(text)","start":0,"end":1,"confidence":1}]}"# }
        let done = try transcript(
            machine.answered(
                answer(#"{"results":{"channels":[{"alternatives":[\#(word("one")),\#(word("two"))]},{"alternatives":[\#(word("three"))]}]}}"#)))
        #expect(done.text() == "one" && done.channels.count == 1 && done.language == .english)
    }

    @Test(arguments: [
        #"{"results":{"channels":[]}}"#, #"{"results":{"channels":[{"alternatives":[]}]}}"#, #"{"results":{"channels":[{}]}}"#,
        #"{"results":{"channels":[{"alternatives":{}}]}}"#,
    ]) func `Deepgram: an answer without an alternative is none`(body: String) throws {
        var machine = try machine("deepgram")
        _ = machine.start()
        guard case .failed(.protocolViolation) = machine.answered(answer(body)) else { return #expect(Bool(false)) }
    }

    @Test func `Deepgram: one request with everything in its query`() throws {
        var options = RecognitionOptions(language: LanguageTag("de"), model: "nova-2", diarize: true, keyterms: ["Harken"])
        options.separateChannels = true
        var machine = try machine("deepgram", options, format: .raw(.mulaw, .telephone, channels: 2))
        let request = try request(machine.start())
        #expect(
            request.target
                == "/v1/listen?model=nova-2&punctuate=true&smart_format=true&language=de&diarize=true&multichannel=true&keywords=Harken&encoding=mulaw&sample_rate=8000&channels=2"
        )
        #expect(request.headers["Authorization"] == "Token k-secret" && request.body == .file)
        let done = try transcript(
            machine.answered(
                answer(
                    """
                    {"metadata":{"duration":4.5,"model_info":{"u":{"name":"general-nova-2"}}},"results":{"channels":[
                    {"alternatives":[{"words":[{"word":"hello","punctuated_word":"Hello.","start":0.5,"end":1,"confidence":0.9,"speaker":0}]}]},
                    {"alternatives":[{"words":[{"word":"yes","start":1,"end":1.5,"confidence":0.8,"speaker":1}]}]}]}}
                    """)))
        #expect(done.channels.map { $0.words.map(\.text) } == [["Hello."], ["yes"]] && done.model == "nova-2", "as it was asked for")
        #expect(done.length == SampleCount(72_000) && done.channels[1].words[0].speaker == SpeakerLabel(1))
    }

    @Test(arguments: [
        (401, #"{"err_code":"INVALID_AUTH","err_msg":"Invalid credentials."}"#, "unauthorized"), (402, "{}", "quotaExhausted"),
        (400, #"{"err_msg":"Bad Request: failed to process audio: corrupt or unsupported data"}"#, "undecodable"),
        (400, #"{"err_msg":"Bad Request: No such model/language/tier combination found."}"#, "unsupportedLanguage"),
        (400, #"{"category":"INVALID_JSON","message":"Invalid JSON submitted."}"#, "badRequest"), (429, "", "rateLimited"),
        (413, "<html>", "unavailable"), (504, "", "timedOut"), (503, "", "unavailable"), (200, "{", "protocolViolation"),
        (200, #"{"request_id":"1"}"#, "protocolViolation"),
    ])
    func `Deepgram: folds its rejections`(status: Int, body: String, expected: String) throws {
        var machine = try machine("deepgram")
        _ = machine.start()
        guard case .failed(let error) = machine.answered(answer(body, status: status)) else { return #expect(Bool(false)) }
        #expect(String(describing: error).hasPrefix(expected))
    }

    // MARK: Soniox

    @Test func `Soniox: makes words of tokens and leaves nothing behind`() throws {
        var machine = try machine("soniox", RecognitionOptions(language: LanguageTag("en-US"), diarize: true, keyterms: ["Harken"]))
        guard case .form([], fileField: "file") = try request(machine.start()).body else { return #expect(Bool(false)) }
        #expect(machine.leftovers.isEmpty)
        let create = try request(machine.answered(answer(#"{"id":"f-1"}"#, status: 201)))
        let body = try json(create)
        #expect(body["file_id"] == "f-1" && body["model"] == "stt-async-v5" && body["language_hints"] == ["en"])
        #expect(body["context"]?["terms"] == ["Harken"] && body["enable_speaker_diarization"] == true)
        _ = machine.answered(answer(#"{"id":"t-1","status":"queued"}"#, status: 201))
        let fetch = try request(machine.answered(answer(#"{"id":"t-1","status":"completed","audio_duration_ms":2500}"#)))
        #expect(fetch.target == "/transcriptions/t-1/transcript")
        let done = try transcript(
            machine.answered(
                answer(
                    """
                    {"id":"t-1","text":"","tokens":[
                    {"text":"Hel","start_ms":100,"end_ms":200,"confidence":0.8,"speaker":"1","language":"en"},
                    {"text":"lo","start_ms":200,"end_ms":400,"confidence":0.6,"speaker":"1","language":"en"},
                    {"text":",","start_ms":400,"end_ms":420,"confidence":0.1,"speaker":"2"},
                    {"text":" you","start_ms":500,"end_ms":700,"confidence":1,"speaker":"2","language":"en"},
                    {"text":"Hallo","translation_status":"translation"},
                    {"text":"?","start_ms":700,"end_ms":720,"confidence":1,"speaker":"2"}]}
                    """)))
        #expect(done.text() == "Hello, you?")
        #expect(milliseconds(done.channels[0].words) == [[100, 400], [500, 700]])
        #expect(done.channels[0].words.map(\.speaker) == [SpeakerLabel(0), SpeakerLabel(1)])
        #expect(abs(done.channels[0].words[0].confidence - 0.7) < 0.001)
        #expect(machine.leftovers.map(\.target) == ["/transcriptions/t-1", "/files/f-1"])
    }

    // MARK: Speechmatics

    @Test func `Speechmatics: sends a job, asks without waiting there, and joins punctuation to words`() throws {
        var machine = try machine(
            "speechmatics", RecognitionOptions(language: LanguageTag("en-US"), model: "standard", diarize: true, keyterms: ["Harken"]))
        let config = try fields(request(machine.start()))["config"] ?? ""
        let settings = try JSONValue(parsing: Array(config.utf8))["transcription_config"]
        #expect(settings?["language"] == "en" && settings?["model"] == "standard" && settings?["diarization"] == "speaker")
        #expect(settings?["additional_vocab"] == [["content": "Harken"]])
        #expect(try request(machine.answered(answer(#"{"id":"j1"}"#, status: 201))).target == "/jobs/j1?wait=0")
        _ = machine.answered(answer(#"{"job":{"id":"j1","status":"running"}}"#))
        #expect(machine.leftovers.map(\.target) == ["/jobs/j1?force=true"])
        _ = machine.answered(answer(#"{"job":{"id":"j1","status":"done"}}"#))
        let early = machine.answered(answer(#"{"code":404,"error":"Transcription not ready"}"#, status: 404))
        guard case .poll = early else { throw Unexpected(step: "\(early)") }
        let done = try transcript(
            machine.answered(
                answer(
                    """
                    {"format":"2.9","job":{"id":"j1","duration":9},"metadata":{},"results":[
                    {"type":"punctuation","start_time":0,"end_time":0,"attaches_to":"next","alternatives":[{"content":"¿"}]},
                    {"type":"word","start_time":0,"end_time":1,"alternatives":[{"content":"The","confidence":0.9,"language":"en","speaker":"S2"}]},
                    {"type":"punctuation","start_time":1,"end_time":1,"attaches_to":"previous","alternatives":[{"content":"."}]},
                    {"type":"word","start_time":1.5,"end_time":2,"alternatives":[{"content":"End","confidence":0.9,"speaker":"UU"}]}]}
                    """)))
        #expect(done.text() == "¿The. End" && done.length == SampleCount(144_000))
        #expect(done.channels[0].words.map(\.speaker) == [SpeakerLabel(0), nil])
        #expect(machine.leftovers.map(\.target) == ["/jobs/j1"])
    }

    // MARK: OpenAI

    @Test func `OpenAI: words take the punctuation of the text`() throws {
        var machine = try machine("openai")
        let asked = try fields(request(machine.start()))
        #expect(asked["response_format"] == "verbose_json" && asked["timestamp_granularities[]"] == "word,segment" && asked["language"] == "en")
        let done = try transcript(
            machine.answered(
                answer(
                    #"{"task":"transcribe","language":"german","duration":"x","text":"Hello, you.","words":[{"word":"Hello","start":0.1,"end":0.4},{"word":"you","start":0.5,"end":1}]}"#
                )))
        #expect(done.channels[0].words.map(\.text) == ["Hello,", "you."] && done.language == LanguageTag("de"))
    }

    @Test(arguments: [true, false])
    func `OpenAI: the server's own figures are kept with the words of its segments`(hasWords: Bool) throws {
        var machine = try machine("openai")
        _ = machine.start()
        func segment(_ start: Int, _ text: String, _ probability: Double, _ tokens: String) -> String {
            #"{"start":\#(start),"end":\#(start + 1),"seek":300,"text":" \#(text)","tokens":\#(tokens),"temperature":0.2,"#
                + #""avg_logprob":\#(probability),"compression_ratio":1.25,"no_speech_prob":0.42}"#
        }
        let words = ["Hi.", "How", "so?"].enumerated().map { #"{"word":"\#($1)","start":\#(Double($0) * 0.9),"end":\#(Double($0) * 0.9 + 0.4)}"# }
        let list = hasWords ? #""words":[\#(words.joined(separator: ","))],"# : ""
        let segments = segment(0, "Hi.", -0.5, "[1,2]") + "," + segment(1, "How so?", -1, "[3]")
        let said = #"{"text":"Hi. How so?","duration":2,\#(list)"segments":[\#(segments)]}"#
        let channel = try transcript(machine.answered(answer(said))).channels[0]
        // The second word begins 0.1 s before its segment.
        #expect(channel.stretches.map(\.words) == [0..<1, 1..<3] && channel.stretches.map(\.tokens) == [[[1, 2]], [[3]]])
        for (stretch, probability) in zip(channel.stretches, [-0.5, -1]) {
            #expect(
                stretch.measures
                    == RecognizerMeasures(noSpeech: 0.42, meanLogProbability: probability, compressionRatio: 1.25, temperature: 0.2, seek: 300))
            #expect(stretch.isSegment)
        }
        #expect(abs(channel.words[0].confidence - 0.60653) < 0.0001 && abs(channel.words[2].confidence - 0.36788) < 0.0001)
    }

    @Test func `OpenAI: a probability of a word is its confidence, and none is not certainty`() throws {
        func confidences(_ list: String, _ more: String = "") throws -> [Float] {
            var machine = try machine("openai")
            _ = machine.start()
            let said = #"{"text":"Hi you","duration":3,"words":[\#(list)]\#(more)}"#
            return try transcript(machine.answered(answer(said))).channels[0].words.map(\.confidence)
        }
        let bare = #"{"word":"Hi","start":0,"end":1},{"word":"you","start":1,"end":2}"#
        #expect(try confidences(bare) == [Word.unknownConfidence, Word.unknownConfidence])
        let sure = #"{"word":"Hi","start":0,"end":1,"probability":0.75},{"word":"you","start":1,"end":2,"probability":0.25}"#
        #expect(try confidences(sure) == [0.75, 0.25])
        #expect(try confidences(sure, #","segments":[{"start":0,"end":3,"avg_logprob":-3}]"#) == [0.75, 0.25])
    }

    @Test func `OpenAI: a model that has only text is asked for probabilities, then for text`() throws {
        var machine = try machine("openai", RecognitionOptions(model: "gpt-4o-transcribe"))
        let asked = try fields(request(machine.start()))
        #expect(asked["include[]"] == "logprobs" && asked["response_format"] == "json" && asked["model"] == "gpt-4o-transcribe")
        var other = machine
        let said = #"{"text":"Hi you","logprobs":[{"token":"Hi","logprob":-0.5,"bytes":[72,105]},{"token":" you","logprob":0,"bytes":[]}]}"#
        let words = try transcript(machine.answered(answer(said))).channels[0].words
        #expect(words.count == 2 && abs(words[0].confidence - 0.60653) < 0.0001 && words[1].confidence == 1)
        let rejection = #"{"error":{"message":"Unknown field","type":"invalid_request_error","param":"include","code":null}}"#
        let again = try fields(request(other.answered(answer(rejection, status: 400))))
        #expect(again["include[]"] == nil && again["response_format"] == "json")
    }

    @Test func `OpenAI: the model that tells speakers apart is asked for them, and names those of the references`() throws {
        var options = RecognitionOptions(model: "gpt-4o-transcribe-diarize", diarize: true, keyterms: ["Harken"])
        options.references = [ReferenceVoice(name: "Ann", Recording(path: "/nowhere"))]
        var machine = try machine("openai", options)
        let asked = try fields(request(machine.start()))
        #expect(asked["response_format"] == "diarized_json" && asked["chunking_strategy"] == "auto" && asked["prompt"] == nil)
        let segments = #"{"speaker":"A","text":"Hi.","start":0,"end":1},{"speaker":"Ann","text":"Ho.","start":1,"end":2}"#
        let channel = try transcript(machine.answered(answer(#"{"text":"Hi. Ho.","duration":3,"segments":[\#(segments)]}"#))).channels[0]
        #expect(channel.words.map(\.speaker) == [SpeakerLabel(0), SpeakerLabel(1)] && channel.speakerNames == [SpeakerLabel(1): "Ann"])
        #expect(milliseconds(channel.words) == [[0, 1_000], [1_000, 2_000]])
        var own = try self.machine("openai", options, model: "Systran/small")
        #expect(try fields(request(own.start()))["model"] == "Systran/small")
    }

    @Test func `OpenAI: parts of a word become the word of the text`() throws {
        func words(_ list: String, in text: String) throws -> [Word] {
            var machine = try machine("openai")
            _ = machine.start()
            return try transcript(machine.answered(answer(#"{"text":"\#(text)","duration":3,"words":[\#(list)]}"#))).channels[0].words
        }
        let parts = try words(
            #"{"word":"a","start":0,"end":0.2},{"word":"post","start":0.2,"end":0.5},{"word":"-mortem","start":0.5,"end":1}"#, in: "A post-mortem.")
        #expect(parts.map(\.text) == ["A", "post-mortem."] && milliseconds(parts) == [[0, 200], [200, 1_000]])
        let others = try words(#"{"word":"two","start":0,"end":0.2},{"word":"feet","start":0.2,"end":0.5}"#, in: "2 feet")
        #expect(others.map(\.text) == ["two", "feet"])
        let unspaced = try words(#"{"word":"你","start":0,"end":0.2},{"word":"好","start":0.2,"end":0.5}"#, in: "你好。")
        #expect(unspaced.map(\.text) == ["你", "好。"] && milliseconds(unspaced) == [[0, 200], [200, 500]])
    }

    @Test func `OpenAI: a live text that the model itself doubts is none, and a recording's stays`() throws {
        func text(_ workload: Workload, noSpeech: Double, probability: Double, compression: Double) throws -> String {
            var machine = try machine("openai", RecognitionOptions(workload: workload))
            _ = machine.start()
            let segment =
                #"{"start":0,"end":1,"text":" Thank you.","no_speech_prob":\#(noSpeech),"avg_logprob":\#(probability),"compression_ratio":\#(compression)}"#
            return try transcript(machine.answered(answer(#"{"text":"Thank you.","duration":1,"segments":[\#(segment)]}"#))).text()
        }
        #expect(try text(.realtime, noSpeech: 0.9, probability: -1.4, compression: 0.8) == "")
        #expect(try text(.realtime, noSpeech: 0.9, probability: -0.4, compression: 0.8) == "Thank you.")
        #expect(try text(.realtime, noSpeech: 0.1, probability: -0.2, compression: 3) == "")
        #expect(try text(.sync, noSpeech: 0.9, probability: -1.4, compression: 3) == "Thank you.")
    }

    @Test func `OpenAI: a guess at live words asks for no times of words, and nobody's key is not sent`() throws {
        let live = OpenAIPrerecordedClient.service.recognize(
            PrerecordedOrder(RecognitionOptions(workload: .realtime, wordTimes: false), credential: Credential("")))
        var machine = live
        let asked = try request(machine.start())
        #expect(try fields(asked)["timestamp_granularities[]"] == "segment" && asked.headers["Authorization"] == nil)
    }

    @Test func `OpenAI: segments without words get times in proportion, and a server of text alone is asked for text`() throws {
        var machine = try machine("openai")
        _ = machine.start()
        let rejection =
            #"{"error":{"message":"response_format 'verbose_json' is not compatible","type":"invalid_request_error","param":"response_format","code":"unsupported_value"}}"#
        #expect(try fields(request(machine.answered(answer(rejection, status: 400))))["response_format"] == "json")
        var other = machine
        guard case .failed(.badRequest) = other.answered(answer(rejection, status: 400)) else { return #expect(Bool(false)) }
        let done = try transcript(
            machine.answered(answer(#"{"text":"aa bbbb","segments":[{"id":0,"start":1,"end":2,"text":" aa bbbb"}],"duration":2}"#)))
        #expect(milliseconds(done.channels[0].words) == [[1_000, 1_375], [1_375, 2_000]])
        #expect(done.channels[0].estimated == [.init(range: SampleRange(SampleIndex(16_000), SampleIndex(32_000)), words: 0..<2)])
    }

    @Test func `OpenAI: a quota that is used up is not a rate limit`() throws {
        var machine = try machine("openai")
        _ = machine.start()
        let said = #"{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}"#
        guard case .failed(.quotaExhausted) = machine.answered(answer(said, status: 429)) else { return #expect(Bool(false)) }
    }

    // MARK: All

    @Test(
        arguments: [
            ("deepgram", nil, nil, "nova-3"), ("deepgram", "nova-2", "nova-3", "nova-2"), ("deepgram", "gpt-4o-transcribe", "nova-2", "nova-2"),
            ("assemblyai", nil, nil, "universal-3-5-pro"), ("assemblyai", "nova-3", "universal-2", "universal-2"),
            ("soniox", "stt-async-v4", nil, "stt-async-v4"), ("soniox", "nova-3", "stt-async-v4", "stt-async-v4"),
            ("soniox", nil, nil, "stt-async-v5"),
            ("speechmatics", "standard", nil, "standard"), ("speechmatics", nil, nil, "enhanced"),
            ("openai", "gpt-4o-transcribe-diarize", nil, "gpt-4o-transcribe-diarize"),
            ("openai", "gpt-4o-transcribe-diarize", "Systran/small", "Systran/small"),
            ("openai", "nova-3", nil, "whisper-1"),
        ] as [(String, String?, String?, String)])
    func `tells which model the vendor is asked for, before it is asked`(name: String, named: String?, usual: String?, asked: String) throws {
        var machine = try machine(name, RecognitionOptions(language: .english, model: named), model: usual)
        #expect(machine.askedModel == asked)
        var step = machine.start()
        if name == "assemblyai" { step = machine.answered(answer(#"{"upload_url":"https://cdn/1"}"#)) }
        if name == "soniox" { step = machine.answered(answer(#"{"id":"f-1"}"#, status: 201)) }
        // AssemblyAI chooses the model where nobody names one.
        if name != "assemblyai" || usual != nil { #expect(try text(request(step)).contains(asked)) }
    }

    @Test func `AssemblyAI: is asked for the first model of its own client's list`() throws {
        let options = try VendorRequests.assemblyAIRecorded(#""speech_models":["universal-3-6-pro","universal-2"]"#)
        #expect(try machine("assemblyai", options).askedModel == "universal-3-6-pro")
        #expect(try machine("assemblyai", VendorRequests.assemblyAIRecorded(#""speech_model":"best""#)).askedModel == "universal-3-5-pro")
    }

    /// Plausible answers of all vendors, of which pieces are cut, repeated, and given to the wrong machine.
    private static let answers = [
        #"{"upload_url":"https://cdn/1"}"#, #"{"id":"1","status":"queued"}"#, #"{"job":{"id":"1","status":"done"}}"#,
        #"{"id":"1","status":"completed"}"#,
        #"{"status":"completed","words":[{"text":7,"start":"x"},{"text":"a","start":1e300,"end":-5,"confidence":1e9,"channel":"999999999999"}]}"#,
        #"{"tokens":[{"text":"a","start_ms":1e300,"end_ms":-1},{"text":" ","speaker":3},null]}"#, #"{"text":"a","words":{"0":1},"segments":[[]]}"#,
        #"{"results":{"channels":[{"alternatives":[{"words":[{"word":"a","start":-1,"end":1e12,"speaker":99999999999}]}]},7]},"metadata":{"duration":-3}}"#,
        #"{"results":[{"type":"word","start_time":1e18,"end_time":0,"alternatives":[{"content":"a"}]},{"alternatives":{}}],"job":{"duration":1e300}}"#,
        "[]", "null", "", "{",
    ]

    @Test(arguments: names) func `takes whatever comes, in whatever order, and keeps its words in order`(name: String) throws {
        for first in Self.answers {
            for second in Self.answers {
                for third in Self.answers {
                    var machine = try machine(name, RecognitionOptions(separateChannels: name == "deepgram", diarize: true))
                    var step = machine.start()
                    for text in [first, second, third] {
                        if case .done(let transcript) = step { try check(transcript) }
                        switch step {
                        case .request, .poll: step = machine.answered(answer(text))
                        case .done, .failed: break
                        }
                    }
                    if case .done(let transcript) = step { try check(transcript) }
                    _ = machine.leftovers
                }
            }
        }
    }

    private func check(_ transcript: Transcript) throws {
        for channel in transcript.channels {
            for (word, next) in zip(channel.words, channel.words.dropFirst()) { try #require(word.range.start <= next.range.start) }
            try #require(channel.words.allSatisfy { $0.range.start >= .zero && $0.range.end <= .zero + transcript.length && !$0.text.isEmpty })
            try #require(channel.segments.flatMap { Array($0.words) } == Array(channel.words.indices))
        }
    }

    @Test(arguments: names) func `cut answers are a fault of the vendor's, never of ours`(name: String) throws {
        let whole = Array(#"{"upload_url":"https://cdn/1","id":"1","status":"queued","text":"a","results":{"channels":[]}}"#.utf8)
        for length in whole.indices {
            var machine = try machine(name)
            _ = machine.start()
            guard case .failed(.protocolViolation) = machine.answered(VendorAnswer(status: 200, body: Array(whole[..<length]))) else {
                Issue.record("cut at \(length)")
                return
            }
        }
    }

    @Test(arguments: names) func `a rejected key is told without the key`(name: String) throws {
        var machine = try machine(name)
        _ = machine.start()
        let end = machine.answered(
            answer(#"{"error":"bad key k-secret","message":"bad key k-secret","err_msg":"bad key k-secret"}"#, status: 401))
        guard case .failed(let error) = end, case .unauthorized(let said) = error.without(Credential("k-secret")) else {
            throw Unexpected(step: "\(end)")
        }
        #expect(!said.contains("k-secret"))
    }
}
