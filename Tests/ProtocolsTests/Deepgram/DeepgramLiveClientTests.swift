import Framing
import Protocols
import Speech
import Testing

@Suite struct `Deepgram's live client` {
    /// A stream to the vendor without sockets.
    struct Stream {
        var machine: DeepgramLiveClient
        var now = Instant.now

        init(_ options: StreamOptions = StreamOptions(rate: .speech), opened: Bool = true) {
            machine = DeepgramLiveClient(options, credential: Credential("k3y"))
            if opened { #expect(run { $0.opened(now: $1, actions: &$2) } == [.event(.opened)]) }
        }

        mutating func sent(_ seconds: Double) { machine.sentAudio(SampleCount(Int(seconds * 16_000)), now: now) }

        mutating func command(_ command: EngineCommand) -> [ClientAction] { run { $0.command(command, now: $1, actions: &$2) } }

        mutating func text(_ text: String) -> [ClientAction] {
            run { $0.receivedText(text.utf8.span.bytes, now: $1, actions: &$2) }
        }

        mutating func results(
            _ start: Double, _ duration: Double, _ text: String = "", final: Bool = true, speech: Bool = false, finalize: Bool = false,
            channel: Int = 0
        ) -> [ClientAction] {
            let words = text.split(separator: " ").enumerated().map { index, word in
                DeepgramWord(
                    word: word.lowercased(), start: start + Double(index) * 0.5, end: start + Double(index) * 0.5 + 0.5, confidence: 0.875,
                    punctuatedWord: String(word))
            }
            var json = JSONWriter()
            DeepgramResults(
                channel: channel, start: start, duration: duration, isFinal: final, speechFinal: speech, fromFinalize: finalize,
                alternative: DeepgramAlternative(words: words)
            ).write(to: &json, metadata: Array("{}".utf8))
            return self.text(json.text)
        }

        mutating func closed(_ code: UInt16?, _ reason: String = "") -> [ClientAction] {
            run { $0.closed(code: code, reason: reason, now: $1, actions: &$2) }
        }

        mutating func wait(_ duration: Duration) -> [ClientAction] {
            now += duration
            return run { $0.timePassed(now: $1, actions: &$2) }
        }

        private mutating func run(_ body: (inout DeepgramLiveClient, Instant, inout [ClientAction]) -> Void) -> [ClientAction] {
            var actions: [ClientAction] = []
            body(&machine, now, &actions)
            return actions
        }
    }

    private static func final(_ start: Double, _ end: Double, _ text: String, from first: Double? = nil, _ reason: FinalReason) -> ClientAction {
        .event(.final(Hypothesis(range: seconds(start, end), words: words(text, from: first ?? start)), reason: reason))
    }

    private static func isSkipped(_ action: ClientAction) -> Bool { if case .event(.skipped) = action { true } else { false } }

    private static func message(_ json: String) -> ClientAction { .send(text: Array(json.utf8)) }

    @Test func `asks for what the options say`() throws {
        let options = StreamOptions(
            rate: SampleRate(hertz: 8_000), channels: 2, language: LanguageTag("en-US"), model: "nova-3-medical", interims: true,
            endpointing: .milliseconds(300), keyterms: ["Harken", "speech gateway"], diarize: true)
        let request = DeepgramLiveClient(options, credential: Credential("k3y")).connection
        #expect(request.headers["Authorization"] == "Token k3y")
        #expect(!request.target.contains("k3y"))
        let head = try HTTPRequestHead(.get, request.target)
        #expect(head.path == "/v1/listen")
        let expected: [(String, String)] = [
            ("model", "nova-3-medical"), ("encoding", "linear16"), ("sample_rate", "8000"), ("channels", "2"), ("multichannel", "true"),
            ("interim_results", "true"), ("punctuate", "true"), ("language", "en-US"), ("endpointing", "300"), ("diarize", "true"),
        ]
        for (name, value) in expected { #expect(head.query.all(name) == [value]) }
        #expect(head.query.all("keyterm") == ["Harken", "speech gateway"])
        let hasty = StreamOptions(rate: .speech, endpointing: .milliseconds(100), turn: TurnRule(minimumSilence: .milliseconds(100)))
        #expect(DeepgramLiveClient(hasty, credential: Credential("k")).connection.target.contains("endpointing=300&"))
    }

    @Test func `asks Deepgram to hide what is to be hidden, in English`() throws {
        var options = StreamOptions(rate: .speech, language: .english)
        options.redaction = RedactionRule([.cardNumber, .personName, .number])
        func asked(_ options: StreamOptions) throws -> [String] {
            try HTTPRequestHead(.get, DeepgramLiveClient(options, credential: Credential("k")).connection.target).query.all("redact")
        }
        #expect(try asked(options) == ["credit_card", "name", "numbers"])
        options.language = LanguageTag("de")
        #expect(try asked(options) == [])
    }

    @Test func `asks for its usual model when the client's is another engine's`() {
        let request = DeepgramLiveClient(StreamOptions(rate: .speech, model: "moonshine-base-en"), credential: Credential("k")).connection
        #expect(request.target.contains("model=nova-3&"))
    }

    @Test func `turns results into finals that tile`() {
        var stream = Stream()
        stream.sent(5)
        #expect(stream.results(0, 1, "Hello", final: false) == [.event(.interim(Hypothesis(range: seconds(0, 1), words: words("Hello"))))])
        #expect(stream.results(0, 1.5, "Hello there.") == [Self.final(0, 1.5, "Hello there.", .length)])
        #expect(stream.results(2, 1, "Bye.", speech: true) == [Self.final(1.5, 3, "Bye.", from: 2, .endOfTurn)])
        #expect(stream.results(3, 1) == [Self.final(3, 4, "", .length)])
        #expect(stream.command(.finish) == [Self.message(#"{"type":"CloseStream"}"#)])
        #expect(stream.results(4, 1, "End.") == [Self.final(4, 5, "End.", .endOfAudio)])
        #expect(stream.text(#"{"type":"Metadata","request_id":"x","duration":5.0}"#).isEmpty)
        #expect(stream.closed(1000) == [.event(.closed(nil))])
        #expect(stream.closed(1000).isEmpty)
    }

    @Test func `covers what no final covered when the vendor is done`() {
        var stream = Stream()
        stream.sent(3)
        _ = stream.results(0, 1, "One")
        _ = stream.command(.finish)
        _ = stream.text(#"{"type":"Metadata","request_id":"x","duration":3.0}"#)
        #expect(stream.closed(1000) == [Self.final(1, 3, "", .endOfAudio), .event(.closed(nil))])
    }

    @Test func `a close without metadata is an end only where finals cover all of the audio`() {
        for (covered, error) in [(3.0, nil), (2.0, .unavailable("Deepgram closed the stream with 1000: no reason given"))] as [(Double, EngineError?)]
        {
            var stream = Stream()
            stream.sent(3)
            _ = stream.command(.finish)
            _ = stream.results(0, covered, "One")
            #expect(stream.closed(1000).first == .event(.closed(error)))
        }
    }

    @Test func `drops what comes twice and keeps the order`() {
        var stream = Stream()
        stream.sent(5)
        _ = stream.results(0, 2, "One two.")
        #expect(stream.results(0, 2, "One two.").isEmpty, "a final again")
        #expect(stream.results(0, 1, "One", final: false).isEmpty, "an interim of what is final")
        #expect(stream.results(1, 2, "x three") == [Self.final(2, 3, "", .length)], "both words end before 2 s")
        #expect(stream.results(2.5, 1.5, "x four") == [Self.final(3, 4, "four", from: 3, .length)])
    }

    @Test func `never claims audio that was not sent`() {
        var stream = Stream()
        stream.sent(1)
        #expect(stream.results(0, 60, "One") == [Self.final(0, 1, "One", .length)])
        let impossible = [
            stream.text(#"{"type":"Results","start":1e308,"duration":1e308,"is_final":true,"channel":{"alternatives":[{}]}}"#),
            stream.text(#"{"type":"Results","start":-5,"duration":1,"is_final":true,"channel":{"alternatives":[{}]}}"#),
            stream.results(0, 1, "x", channel: 7),
        ]
        #expect(impossible.allSatisfy { $0.count == 1 && $0.allSatisfy(Self.isSkipped) })
    }

    @Test func `tells of speech and of turns that end late`() {
        var stream = Stream()
        stream.sent(5)
        #expect(stream.text(#"{"type":"SpeechStarted","channel":[0,1],"timestamp":0.5}"#) == [.event(.speechStarted(.first, at: SampleIndex(8_000)))])
        _ = stream.results(0, 1, "One")
        #expect(
            stream.text(#"{"type":"UtteranceEnd","channel":[0,1],"last_word_end":0.5}"#) == [.event(.turnEnded(.first, at: SampleIndex(8_000)))])
        #expect(stream.text(#"{"type":"UtteranceEnd","channel":[0,1],"last_word_end":0.5}"#).isEmpty)
        _ = stream.results(1, 1, "Two")
        #expect(stream.results(2, 0, speech: true) == [.event(.turnEnded(.first, at: SampleIndex(32_000)))])
    }

    @Suite struct `answers a finalize` {
        @Test func `with the vendor's final`() {
            var stream = Stream()
            stream.sent(1)
            #expect(stream.command(.finalize) == [message(#"{"type":"Finalize"}"#)])
            #expect(stream.results(0, 1, "Yes.", finalize: true) == [final(0, 1, "Yes.", .flush)])
            #expect(stream.wait(.seconds(2)).isEmpty)
        }

        @Test func `at once when everything is final`() {
            var stream = Stream()
            #expect(stream.command(.finalize) == [.event(.flushed(.first))])
            stream.sent(1)
            _ = stream.results(0, 1, "Yes.")
            #expect(stream.command(.finalize) == [.event(.flushed(.first))])
        }

        @Test func `with what the vendor says to an empty one`() {
            var stream = Stream()
            stream.sent(1)
            _ = stream.command(.finalize)
            _ = stream.results(0, 1, "Yes.")
            #expect(stream.results(1, 0, finalize: true) == [.event(.flushed(.first))])
        }

        @Test func `by itself when the vendor has too little to say`() {
            var stream = Stream()
            stream.sent(0.1)
            _ = stream.command(.finalize)
            #expect(stream.machine.deadline == stream.now + DeepgramLiveClient.finalizeLimit)
            #expect(stream.wait(DeepgramLiveClient.finalizeLimit) == [.event(.flushed(.first))])
            #expect(stream.wait(.seconds(1)).isEmpty)
        }

        private func final(_ start: Double, _ end: Double, _ text: String, _ reason: FinalReason) -> ClientAction {
            `Deepgram's live client`.final(start, end, text, reason)
        }

        private func message(_ json: String) -> ClientAction { `Deepgram's live client`.message(json) }
    }

    @Test func `keeps the stream alive in quiet times`() {
        var stream = Stream()
        let start = stream.now
        #expect(stream.machine.deadline == start + .seconds(5))
        #expect(stream.wait(.seconds(3)).isEmpty)
        stream.sent(0.1)
        #expect(stream.machine.deadline == start + .seconds(8))
        #expect(stream.wait(.seconds(2)).isEmpty)
        #expect(stream.wait(.seconds(3)) == [Self.message(#"{"type":"KeepAlive"}"#)])
        #expect(stream.command(.keepAlive) == [Self.message(#"{"type":"KeepAlive"}"#)])
    }

    @Test func `ends a stream for which no audio comes before the vendor does`() {
        var stream = Stream()
        let keepAlive = Self.message(#"{"type":"KeepAlive"}"#)
        #expect(stream.wait(.seconds(5)) == [keepAlive])
        #expect(stream.machine.deadline == stream.now + .seconds(3), "KeepAlive does not hold it")
        #expect(
            stream.wait(.seconds(3)) == [
                .send(text: DeepgramClientMessage.closeStream.text), .event(.closed(nil)), .close(code: 1000),
            ])
        #expect(stream.machine.deadline == nil)
        #expect(stream.command(.finish).isEmpty)
    }

    @Test func `keeps a stream that has had audio`() {
        var stream = Stream()
        stream.sent(0.1)
        for _ in 0..<4 { #expect(stream.wait(.seconds(5)) == [Self.message(#"{"type":"KeepAlive"}"#)]) }
    }

    @Test func `gives up on a vendor that does not close`() {
        var stream = Stream()
        _ = stream.command(.finish)
        #expect(stream.wait(.seconds(19)).isEmpty)
        #expect(stream.text(#"{"type":"Future"}"#).isEmpty)
        #expect(stream.wait(.seconds(19)).isEmpty, "it still spoke")
        #expect(stream.wait(.seconds(1)) == [.event(.closed(.timedOut("Deepgram did not end the stream after CloseStream."))), .close(code: 1000)])
    }

    @Test func `stops at once when it is cancelled, and says so`() {
        var stream = Stream()
        #expect(
            stream.command(.cancel) == [
                .send(text: DeepgramClientMessage.closeStream.text), .event(.closed(.cancelled)), .close(code: 1000),
            ])
        #expect(stream.results(0, 1, "late").isEmpty)
        #expect(stream.command(.finalize).isEmpty)
        #expect(stream.machine.deadline == nil)
    }

    @Test(arguments: [
        "", "{", "null", "[]", "7", #"{"type":"Results"}"#, #"{"type":"Results","start":"x","duration":1,"is_final":true}"#, #"{"type":"New","a":1}"#,
        #"{"type":"Error","description":"bad"}"#, #"{"type":"SpeechStarted"}"#, #"{"type":"UtteranceEnd"}"#, #"{"type":"Metadata"}"#,
    ])
    func `goes on after a message it cannot use`(text: String) {
        var stream = Stream()
        stream.sent(1)
        #expect(stream.text(text).allSatisfy(Self.isSkipped))
        #expect(stream.results(0, 1, "Yes.") == [Self.final(0, 1, "Yes.", .length)])
    }

    @Test func `ends after too many broken messages`() {
        var stream = Stream()
        for _ in 0..<BrokenMessages.most { #expect(stream.text("{").allSatisfy(Self.isSkipped)) }
        let last = stream.text("{")
        #expect(last.last == .close(code: 1000))
        guard last.count == 3, case .event(.closed(.protocolViolation)) = last[1] else {
            Issue.record("closed for another reason")
            return
        }
    }

    @Test func `survives a message cut anywhere`() {
        let whole = """
            {"type":"Results","channel_index":[0,1],"duration":1.0,"start":0.0,"is_final":true,"speech_final":false,"from_finalize":false,\
            "channel":{"alternatives":[{"transcript":"One","confidence":0.9,"words":[{"word":"one","start":0.0,"end":0.5,"confidence":0.9}]}]}}
            """
        for length in 0..<whole.utf8.count {
            var stream = Stream()
            stream.sent(1)
            #expect(stream.text(String(whole.prefix(length))).allSatisfy(Self.isSkipped))
        }
    }

    @Test(
        arguments: [
            (401, EngineError.unauthorized("Deepgram refused the key: no")), (402, .quotaExhausted("Deepgram: no")),
            (403, .unauthorized("Deepgram's key does not allow this request: no")), (429, .rateLimited(retryAfter: .seconds(7))),
            (400, .badRequest("Deepgram refused the request: no")), (503, .unavailable("Deepgram is out of service: no")),
            (504, .timedOut("Deepgram: no")),
            (nil, .unavailable("Deepgram could not be reached.")),
        ] as [(Int?, EngineError)])
    func `folds rejections into the errors that decide what is next`(status: Int?, error: EngineError) {
        var client = DeepgramLiveClient(StreamOptions(rate: .speech), credential: Credential("k"))
        var actions: [ClientAction] = []
        client.rejected(
            status: status, headers: ["Retry-After": "7"], body: Array(#"{"err_code":"X","err_msg":"no","request_id":"r"}"#.utf8), now: .now,
            actions: &actions)
        #expect(actions == [.event(.closed(error))])
    }

    @Test func `knows a language that the vendor does not have`() {
        var client = DeepgramLiveClient(StreamOptions(rate: .speech, language: LanguageTag("tlh")), credential: Credential("k"))
        var actions: [ClientAction] = []
        client.rejected(
            status: 400, headers: [:], body: Array(#"{"err_msg":"Bad Request: No such model/language/tier combination found."}"#.utf8), now: .now,
            actions: &actions)
        #expect(actions == [.event(.closed(.unsupportedLanguage(LanguageTag("tlh"))))])
    }

    @Test(
        arguments: [
            (1008, "DATA-0000", EngineError.undecodable("Deepgram could not decode the audio: DATA-0000")),
            (1011, "NET-0001", .timedOut("Deepgram got no audio for too long: NET-0001")),
            (1011, "NET-0000", .unavailable("Deepgram closed the stream with 1011: NET-0000")),
            (1009, "BIG-0000", .badRequest("Deepgram refused a message as too large: BIG-0000")),
            (nil, "", .unavailable("The connection to Deepgram broke.")),
            (1000, "", .unavailable("Deepgram closed the stream with 1000: no reason given")),
        ] as [(UInt16?, String, EngineError)])
    func `folds close codes into the errors that decide what is next`(code: UInt16?, reason: String, error: EngineError) {
        var stream = Stream()
        #expect(stream.closed(code, reason).first == .event(.closed(error)))
    }

    @Test func `a code of its own after the metadata is no end in order`() {
        for (code, isOrderly) in [(1000, true), (1005, true), (nil, true), (1011, false), (1008, false)] as [(UInt16?, Bool)] {
            var stream = Stream()
            stream.sent(5)
            _ = stream.command(.finish)
            _ = stream.text(#"{"type":"Metadata","request_id":"x","duration":2.0}"#)
            #expect(stream.closed(code, "NET-0001").contains(.event(.closed(nil))) == isOrderly)
        }
    }
}
