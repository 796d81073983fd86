import Framing
import Protocols
import Speech
import Testing

@Suite struct `Fields of a vendor's answer that Harken does not model` {
    private static let deepgram = """
        {"metadata":{"request_id":"v","duration":1.0,"channels":1,"summary_info":{"input_tokens":9},
        "models":["u1"],"model_info":{"u1":{"name":"general-nova-3","version":"2026-01-01.1","arch":"nova-3"}}},
        "results":{"channels":[{"search":[{"query":"damn","hits":[]}],"alternatives":[{"transcript":"Hello.","confidence":0.9,"entities":[{"label":"X"}],
        "words":[{"word":"hello","start":0.1,"end":0.5,"confidence":0.9,"punctuated_word":"Hello."}]}]}],
        "summary":{"result":"success","short":"A damn greeting."},"topics":{"segments":[]}}}
        """

    private func transcript(_ options: RecognitionOptions, _ answer: String) throws -> Transcript {
        let service = try #require(Catalogue.vendors.first { $0.name == DeepgramOptions.vendor }?.prerecorded)
        var machine = service.recognize(PrerecordedOrder(options, credential: Credential("k")))
        _ = machine.start()
        guard case .done(let transcript) = machine.answered(VendorAnswer(status: 200, body: Array(answer.utf8))) else {
            throw VendorRequests.Unexpected(step: "no transcript")
        }
        return transcript
    }

    private func answer(_ query: String, change: (inout RecognitionOptions) -> Void = { _ in }) throws -> JSONValue {
        let request = try DeepgramPrerecordedRequest.parse(try HTTPRequestHead(.post, "/v1/listen?" + query), VendorRequests.context).get()
        var options = request.options
        change(&options)
        let body = DeepgramPrerecordedAnswer.body(
            try transcript(options, Self.deepgram), for: request, requestID: "r", sha256: "s", created: UnixTime(milliseconds: 0))
        return try JSONValue(parsing: body)
    }

    @Test func `come back to Deepgram's client`() throws {
        let body = try answer("summarize=v2&topics=true&search=damn&detect_entities=true")
        let channel = body["results"]?["channels"]
        #expect(body["metadata"]?["summary_info"] == ["input_tokens": 9] && body["metadata"]?["request_id"] == "r")
        #expect(body["results"]?["summary"] == ["result": "success", "short": "A damn greeting."])
        #expect(body["results"]?["topics"] == ["segments": []])
        guard case .array(let channels)? = channel, case .array(let alternatives)? = channels[0]["alternatives"] else {
            Issue.record("no channels")
            return
        }
        #expect(channels[0]["search"] == [["query": "damn", "hits": []]] && alternatives[0]["entities"] == [["label": "X"]])
    }

    @Test func `have no profane words when the client wants none`() throws {
        #expect(try answer("summarize=v2&profanity_filter=true")["results"]?["summary"]?["short"] == "A d*** greeting.")
    }

    @Test func `stay away where an operator redacts`() throws {
        let body = try answer("summarize=v2") { $0.vendorOptions?.allowsAnswers = false }
        #expect(body["results"]?["summary"] == nil && body["metadata"]?["summary_info"] == nil)
    }

    @Test(arguments: [true, false])
    func `name the model as the vendor does, also where an operator redacts`(allowsAnswers: Bool) throws {
        let metadata = try answer("model=nova-2") { $0.vendorOptions?.allowsAnswers = allowsAnswers }["metadata"]
        #expect(metadata?["models"] == ["u1"])
        #expect(metadata?["model_info"] == ["u1": ["name": "general-nova-3", "version": "2026-01-01.1", "arch": "nova-3"]])
        #expect((metadata?["summary_info"] != nil) == allowsAnswers)
    }

    @Test func `leave the model in the usage as it was asked for`() throws {
        #expect(try transcript(RecognitionOptions(language: .english, model: "nova-2"), Self.deepgram).model == "nova-2")
    }

    @Test func `are not read for clients of other protocols`() throws {
        let transcript = try transcript(RecognitionOptions(language: .english), Self.deepgram)
        #expect(transcript.vendorFields == nil && !transcript.isNative)
    }

    @Test func `leave a word that the vendor has replaced`() throws {
        var transcript = Transcript(
            rate: .speech, length: SampleCount(16_000), language: .english, model: "m",
            channels: [.init(words: words("a race car wins"), segments: [])])
        let request = try DeepgramPrerecordedRequest.parse(
            try HTTPRequestHead(.post, "/v1/listen?replace=car:race+car&replace=wins:lost"), VendorRequests.context
        ).get()
        func text() throws -> String? {
            let body = DeepgramPrerecordedAnswer.body(
                transcript, for: request, requestID: "r", sha256: "s", created: UnixTime(milliseconds: 0))
            return try Parsed(String(decoding: body, as: UTF8.self))["results"]["channels"][0]["alternatives"][0]["transcript"].string
        }
        // What is in the text already is not replaced a second time, live or recorded.
        #expect(try text() == "a race car lost")
        transcript.isNative = true
        #expect(try text() == "a race car wins")
    }
}
