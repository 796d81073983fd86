import Framing
import Protocols
import Speech
import Testing

@Suite struct `Deepgram's prerecorded answers` {
    private static let context = LiveConversation.context
    private static let created = UnixTime(milliseconds: 1_769_860_800_000)

    private func request(_ query: String, _ contentType: String = "audio/wav") throws -> Result<DeepgramPrerecordedRequest, ErrorResponse> {
        DeepgramPrerecordedRequest.parse(
            try HTTPRequestHead(.post, "/v1/listen?" + query, headers: ["Content-Type": contentType]), Self.context)
    }

    private func answer(_ query: String, _ transcript: Transcript) throws -> String {
        let body = DeepgramPrerecordedAnswer.body(
            transcript, for: try request(query).get(), requestID: LiveConversation.requestID, sha256: "ab12", created: Self.created)
        return String(decoding: body, as: UTF8.self)
    }

    private func transcript(_ channels: [Word]..., length: Double = 10) -> Transcript {
        Transcript(
            rate: .speech, length: SampleCount(Int(length * 16_000)), language: .english, model: "moonshine-base-en",
            channels: channels.map { .init(words: $0, segments: []) })
    }

    @Test func `are plain when nothing is asked for`() throws {
        let uuid = DerivedUUID("model/moonshine-base-en").description
        #expect(
            try answer("model=nova-3", transcript(words("It's me."))) == """
                {"metadata":{"transaction_key":"deprecated","request_id":"\(LiveConversation.requestID)","sha256":"ab12",\
                "created":"2026-01-31T12:00:00.000Z","duration":10.0,"channels":1,"models":["\(uuid)"],\
                "model_info":{"\(uuid)":{"name":"moonshine-base-en","version":"latest","arch":"nova-3"}}},\
                "results":{"channels":[{"alternatives":[{"transcript":"it's me","confidence":0.875,"words":[\
                {"word":"it's","start":0.0,"end":0.5,"confidence":0.875},{"word":"me","start":0.5,"end":1.0,"confidence":0.875}]}]}]}}
                """)
    }

    @Test(arguments: [
        ("", "he paid twenty five dollars for two hundred grams at five p.m"), ("numerals=true", "he paid 25 dollars for 200 grams at five p.m"),
        ("smart_format=true", "He paid $25 for 200 grams at 05:00 p.m."),
        ("numerals=true&measurements=true&punctuate=true", "He paid 25 dollars for 200 g at five p.m."),
        ("dictation=true&punctuate=true", "He paid twenty five dollars for two hundred grams at five p.m."),
        ("smart_format=true&language=de", "He paid $25 for 200 grams at 05:00 p.m."),
    ])
    func `have numbers, money and times in the form that was asked for`(query: String, expected: String) throws {
        let spoken = words("He paid twenty five dollars for two hundred grams at five p.m.")
        let alternative = try Parsed(answer(query, transcript(spoken)))["results"]["channels"][0]["alternatives"][0]
        #expect(alternative["transcript"].string == expected)
        #expect(alternative["words"].count == expected.split(separator: " ").count)
    }

    @Test func `have dictated marks, and hide profane words, when asked`() throws {
        let spoken = transcript(words("Well comma shit period"))
        func text(_ query: String) throws -> String? {
            try Parsed(answer(query, spoken))["results"]["channels"][0]["alternatives"][0]["transcript"].string
        }
        #expect(try text("punctuate=true") == "Well comma shit period")
        #expect(try text("punctuate=true&dictation=true&profanity_filter=true") == "Well, s***.")
    }

    @Test func `have speakers, paragraphs and utterances when asked`() throws {
        let spoken = words("Hello there. How are you?", from: 0, speaker: 0) + words("Fine.", from: 4, speaker: 1)
        let body = try answer("smart_format=true&diarize=true&utterances=true", transcript(spoken))
        let document = try Parsed(body)
        let alternative = document["results"]["channels"][0]["alternatives"][0]
        #expect(alternative["transcript"].string == "Hello there. How are you? Fine.")
        #expect(alternative["words"][5]["speaker"].int == 1)
        #expect(alternative["words"][5]["punctuated_word"].string == "Fine.")
        #expect(alternative["words"][5]["speaker_confidence"].double == 0.5)
        let paragraphs = alternative["paragraphs"]
        #expect(paragraphs["transcript"].string == "\nSpeaker 0: Hello there. How are you?\n\nSpeaker 1: Fine.")
        #expect(paragraphs["paragraphs"].count == 2)
        #expect(paragraphs["paragraphs"][0]["num_words"].int == 5)
        #expect(paragraphs["paragraphs"][0]["speaker"].int == 0)
        #expect(paragraphs["paragraphs"][0]["sentences"].count == 2)
        #expect(paragraphs["paragraphs"][0]["sentences"][1]["text"].string == "How are you?")
        #expect(paragraphs["paragraphs"][0]["sentences"][1]["start"].double == 1)
        #expect(paragraphs["paragraphs"][0]["sentences"][1]["end"].double == 2.5)
        let utterances = document["results"]["utterances"]
        #expect(utterances.count == 2)
        #expect(utterances[0]["transcript"].string == "Hello there. How are you?")
        #expect(utterances[0]["words"].count == 5)
        #expect(utterances[1]["speaker"].int == 1)
        #expect(utterances[1]["channel"].int == 0)
        #expect(utterances[0]["id"].string?.split(separator: "-").map(\.count) == [8, 4, 4, 4, 12])
        #expect(utterances[0]["id"].string != utterances[1]["id"].string)
    }

    @Test func `have one speaker where nobody tells them apart`() throws {
        let document = try Parsed(try answer("diarize=true&utterances=true", transcript(words("Yes yes"))))
        let word = document["results"]["channels"][0]["alternatives"][0]["words"][1]
        #expect(word["speaker"].int == 0)
        #expect(word["speaker_confidence"].double == 0)
        #expect(document["results"]["utterances"][0]["speaker"].int == 0)
    }

    @Test func `cut utterances at the pause that is asked for`() throws {
        let spoken = words("One two", from: 0) + words("three", from: 1.5)
        for (split, count) in [("0.4", 2), ("0.5", 2), ("0.6", 1)] {
            let body = try answer("utterances=true&utt_split=\(split)", transcript(spoken))
            #expect(try Parsed(body)["results"]["utterances"].count == count)
        }
    }

    @Test func `put the utterances of all channels in order`() throws {
        let body = try answer("multichannel=true&utterances=true", transcript(words("One", from: 2), words("Two", from: 1)))
        let document = try Parsed(body)
        #expect(document["metadata"]["channels"].int == 2)
        #expect(document["results"]["channels"].count == 2)
        #expect(document["results"]["utterances"][0]["channel"].int == 1)
        #expect(document["results"]["utterances"][1]["channel"].int == 0)
    }

    @Test func `say little about silence`() throws {
        let body = try answer("smart_format=true&utterances=true", transcript([]))
        #expect(
            body.hasSuffix(
                #"""
                "results":{"channels":[{"alternatives":[{"transcript":"","confidence":0.0,"words":[],"paragraphs":{"transcript":"","paragraphs":[]}}]}],"utterances":[]}}
                """#))
    }

    @Test func `echo tags and extra, and name the language that was looked for`() throws {
        let document = try Parsed(try answer("tag=conformance&tag=two&extra=note:hello:x&detect_language=true", transcript(words("Hi"))))
        #expect(document["metadata"]["tags"].strings == ["conformance", "two"])
        #expect(document["metadata"]["extra"]["note"].string == "hello:x")
        #expect(document["results"]["channels"][0]["detected_language"].string == "en")
        #expect(document["results"]["channels"][0]["language_confidence"].double == 0.5)
    }

    @Test func `show replacements`() throws {
        #expect(try answer("replace=hark%20en:Harken", transcript(words("Hark en here"))).contains(#""transcript":"harken here""#))
    }

    @Test func `are asked for in our words`() throws {
        let request = try request(
            "model=nova-2&language=de&multichannel=true&keyterm=a%20b&diarize=true&encoding=mulaw&sample_rate=8000&engine=local"
        ).get()
        var options = request.options
        options.vendorOptions = nil
        #expect(
            options
                == RecognitionOptions(language: LanguageTag("de"), model: "nova-2", separateChannels: true, diarize: true, keyterms: ["a b"]))
        #expect(request.format == .raw(.mulaw, .telephone, channels: 1))
        #expect(request.engines == [.local])
        #expect(!request.isRemote)
        #expect(try self.request("detect_language=true").get().options.language == nil)
        #expect(try self.request("detect_language=en&detect_language=de").get().detectsLanguage)
        #expect(try !self.request("detect_language=false").get().detectsLanguage)
        #expect(try self.request("", "application/JSON; charset=utf-8").get().isRemote)
        #expect(try self.request("", "application/octet-stream").get().isRemote == false)
    }

    @Test func `go to a callback`() throws {
        let callback = try request("callback=https%3A%2F%2Fu:p%40example.com%2Fdone&callback_method=PUT").get().callback
        #expect(callback?.address == "https://u:p@example.com/done")
        #expect(callback?.method == .put)
        #expect(String(decoding: DeepgramPrerecordedAnswer.accepted(requestID: "r"), as: UTF8.self) == #"{"request_id":"r"}"#)
    }

    @Test(arguments: [
        "utt_split=not-a-number", "utt_split=-1", "utt_split=nan", "model=no-such-model-zz", "callback=file:///etc/passwd", "callback_method=GET",
        "paragraphs=perhaps", "detect_language=%01%02", "encoding=linear16", "sample_rate=abc&encoding=linear16",
    ])
    func `are rejected for wrong values`(query: String) throws {
        guard case .failure(let rejection) = try request(query) else {
            Issue.record("accepted")
            return
        }
        #expect(rejection.status == .badRequest)
        #expect(try Parsed(rejection.body)["err_code"].string == "Bad Request")
    }

    @Test func `read the address of a remote recording`() throws {
        func address(_ body: String) -> Result<String, ErrorResponse> { DeepgramPrerecordedRequest.remoteAddress(in: Array(body.utf8), Self.context) }
        #expect(try address(#"{"url":"https://example.com/a.wav"}"#).get() == "https://example.com/a.wav")
        for body in ["", "{", "[]", "{}", #"{"url":7}"#, #"{"url":"file:///etc/passwd"}"#, #"{"url":"a.wav"}"#] {
            guard case .failure(let rejection) = address(body) else {
                Issue.record("accepted \(body)")
                continue
            }
            #expect(rejection.status == .badRequest)
        }
    }
}
