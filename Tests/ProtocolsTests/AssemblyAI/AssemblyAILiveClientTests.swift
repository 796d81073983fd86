import Framing
import Protocols
import Speech
import Testing

@Suite struct `AssemblyAI's live client` {
    /// A stream to the vendor without sockets.
    struct Stream {
        var machine: AssemblyAILiveClient
        var now = Instant.now

        init(_ options: StreamOptions = StreamOptions(rate: .speech, formatted: true), begun: Bool = true) {
            machine = AssemblyAILiveClient(options, credential: Credential("k3y"))
            guard begun else { return }
            #expect(run { $0.opened(now: $1, actions: &$2) }.isEmpty)
            #expect(
                text(#"{"type":"Begin","id":"x","expires_at":1,"configuration":{"model":"m"}}"#).map(\.short) == [
                    "opened", "session x until 1970-01-01T00:00:01.000Z",
                ])
        }

        mutating func sent(_ seconds: Double) { machine.sentAudio(SampleCount(Int(seconds * 16_000)), now: now) }

        mutating func command(_ command: EngineCommand) -> [ClientAction] { run { $0.command(command, now: $1, actions: &$2) } }

        mutating func text(_ text: String) -> [ClientAction] {
            run { $0.receivedText(text.utf8.span.bytes, now: $1, actions: &$2) }
        }

        /// A turn whose words last half a second each from `start` seconds on; those behind a bar are not final.
        mutating func turn(_ order: Int, _ text: String, from start: Double = 0, end: Bool = false, formatted: Bool = false) -> [ClientAction] {
            var isFinal = true
            var words: [AssemblyAIWord] = []
            for word in text.split(separator: " ") {
                guard word != "|" else {
                    isFinal = false
                    continue
                }
                let from = Int(start * 1_000) + words.count * 500
                words.append(AssemblyAIWord(text: String(word), start: from, end: from + 500, confidence: 0.875, isFinal: isFinal))
            }
            let message = AssemblyAIServerMessage.turn(
                AssemblyAITurn(
                    order: order, isFormatted: formatted, endOfTurn: end, transcript: words.filter(\.isFinal).map(\.text).joined(separator: " "),
                    words: words))
            return self.text(String(decoding: message.text, as: UTF8.self))
        }

        mutating func closed(_ code: UInt16?, _ reason: String = "") -> [ClientAction] {
            run { $0.closed(code: code, reason: reason, now: $1, actions: &$2) }
        }

        mutating func rejected(_ status: Int?, _ body: String = "", headers: HTTPHeaders = [:]) -> [ClientAction] {
            run { $0.rejected(status: status, headers: headers, body: Array(body.utf8), now: $1, actions: &$2) }
        }

        mutating func wait(_ duration: Duration) -> [ClientAction] {
            now += duration
            guard let deadline = machine.deadline, deadline <= now else { return [] }
            return run { $0.timePassed(now: $1, actions: &$2) }
        }

        private mutating func run(_ body: (inout AssemblyAILiveClient, Instant, inout [ClientAction]) -> Void) -> [ClientAction] {
            var actions: [ClientAction] = []
            body(&machine, now, &actions)
            return actions
        }
    }

    static let termination = #"{"type":"Termination","audio_duration_seconds":4,"session_duration_seconds":4}"#

    static func final(_ start: Double, _ end: Double, _ text: String, from first: Double? = nil, _ reason: FinalReason = .endOfTurn) -> ClientAction {
        .event(.final(Hypothesis(range: seconds(start, end), words: words(text, from: first ?? start)), reason: reason))
    }

    static func interim(_ start: Double, _ end: Double, _ text: String, from first: Double? = nil, stable: Int = 0) -> ClientAction {
        .event(.interim(Hypothesis(range: seconds(start, end), words: words(text, from: first ?? start), stableWords: stable)))
    }

    static func speech(_ seconds: Double) -> ClientAction { .event(.speechStarted(.first, at: SampleIndex(seconds: seconds, at: .speech))) }

    static func message(_ type: String) -> ClientAction { .send(text: Array(#"{"type":"\#(type)"}"#.utf8)) }

    @Test func `asks for what the options say and for nothing else`() throws {
        let plain = StreamOptions(rate: SampleRate(hertz: 8_000), language: .english)
        let connection = AssemblyAILiveClient(plain, credential: Credential("k3y")).connection
        #expect(connection.headers["Authorization"] == "k3y")
        #expect(connection.target == "/v3/ws?sample_rate=8000&encoding=pcm_s16le&speech_model=universal-streaming-english")
        let options = StreamOptions(
            rate: .speech, language: LanguageTag("de"),
            turn: TurnRule(confidence: 0.7, minimumSilence: .milliseconds(160), maximumSilence: .seconds(3)),
            keyterms: ["Harken", String(repeating: "a", count: 51), "speech gateway"], diarize: true, formatted: true)
        let head = try HTTPRequestHead(.get, AssemblyAILiveClient(options, credential: Credential("k")).connection.target)
        let expected = [
            ("sample_rate", "16000"), ("encoding", "pcm_s16le"), ("speech_model", "universal-streaming-multilingual"), ("format_turns", "true"),
            ("end_of_turn_confidence_threshold", "0.7"), ("min_turn_silence", "160"), ("max_turn_silence", "3000"),
            ("keyterms_prompt", #"["Harken","speech gateway"]"#), ("speaker_labels", "true"),
        ]
        #expect(head.query.pairs == expected.map { URLQuery.Pair(name: $0.0, value: $0.1) })
    }

    @Test(
        arguments: [
            ("en-US", nil, "universal-streaming-english"), (nil, nil, "universal-streaming-multilingual"),
            ("multi", nil, "universal-streaming-multilingual"),
            ("fr", nil, "universal-streaming-multilingual"), ("ja", nil, "universal-3-6-pro"), ("en", "U3-RT-Pro", "u3-rt-pro"),
            ("en", "nova-3", "universal-streaming-english"),
        ] as [(String?, String?, String)])
    func `chooses a model that has the language`(language: String?, model: String?, chosen: String) throws {
        let options = StreamOptions(rate: .speech, language: language.map(LanguageTag.init), model: model, formatted: true)
        let connection = AssemblyAILiveClient(options, credential: Credential("k")).connection
        let query = try HTTPRequestHead(.get, connection.target).query
        #expect(query.first("speech_model") == chosen && connection.model == chosen)
        #expect((query.first("format_turns") == "true") == chosen.hasPrefix("universal-streaming"))
        #expect(query.first("language_codes") == (language == "ja" ? #"["ja"]"# : chosen == "u3-rt-pro" ? #"["en"]"# : nil))
        #expect(query.first("language_detection") == (["multi", nil].contains(language) ? "true" : nil))
    }

    @Test func `waits as long as a patient client, and no shorter than the vendor thinks right`() throws {
        func query(_ endpointing: Duration) throws -> URLQuery {
            let options = StreamOptions(rate: .speech, endpointing: endpointing)
            return try HTTPRequestHead(.get, AssemblyAILiveClient(options, credential: Credential("k")).connection.target).query
        }
        #expect(try query(.milliseconds(10)).first("min_turn_silence") == nil)
        #expect(try query(.seconds(2)).first("min_turn_silence") == "2000")
        #expect(try query(.seconds(2)).first("max_turn_silence") == "2000")
        #expect(try query(.seconds(3_600)).first("max_turn_silence") == "60000")
    }

    @Test func `makes one final of each turn, when it is formatted`() {
        var stream = Stream()
        stream.sent(4)
        #expect(stream.turn(0, "| hel", from: 0.5) == [Self.speech(0.5), Self.interim(0, 1, "hel", from: 0.5)])
        #expect(stream.turn(0, "hello | there", from: 0.5) == [Self.interim(0, 1.5, "hello there", from: 0.5, stable: 1)])
        #expect(stream.turn(0, "hello there", from: 0.5, end: true).isEmpty)
        #expect(stream.turn(0, "Hello there.", from: 0.5, end: true, formatted: true) == [Self.final(0, 1.5, "Hello there.", from: 0.5)])
        #expect(stream.turn(0, "Hello there.", from: 0.5, end: true, formatted: true).isEmpty, "a duplicate")
        #expect(stream.turn(0, "late", from: 0.5).isEmpty)
        #expect(stream.text(#"{"type":"SpeechStarted","timestamp":1900}"#) == [Self.speech(1.9)])
        #expect(stream.turn(1, "good | bye", from: 2) == [Self.interim(1.5, 3, "good bye", from: 2, stable: 1)])
        #expect(stream.command(.finish) == [Self.message("Terminate")])
        #expect(stream.turn(1, "good bye", from: 2, end: true).isEmpty)
        #expect(stream.turn(1, "Good bye.", from: 2, end: true, formatted: true) == [Self.final(1.5, 3, "Good bye.", from: 2)])
        #expect(
            stream.text(Self.termination) == [Self.final(3, 4, "", .endOfAudio), .event(.closed(nil)), .close(code: 1000)])
        #expect(stream.closed(1000).isEmpty)
    }

    /// The vendor's confidences, and those of the words. 0 and 1 are written where nothing was measured.
    @Test(arguments: [(0.625, 0.25, 0.625, 0.25), (1, 1, nil, nil), (0, nil, nil, nil)] as [(Double, Double?, Float?, Float?)])
    func `keeps how sure the vendor is of the turn's end and of the language`(
        end: Double, language: Double?, kept: Float?, keptLanguage: Float?
    ) throws {
        var stream = Stream()
        stream.sent(2)
        let message = AssemblyAIServerMessage.turn(
            AssemblyAITurn(
                order: 0, isFormatted: true, endOfTurn: true, transcript: "Hi.", endOfTurnConfidence: end,
                words: [AssemblyAIWord(text: "Hi.", start: 0, end: 500, confidence: 0.875, isFinal: true)], languageCode: "de",
                languageConfidence: language))
        guard case .event(.final(let final, _))? = stream.text(String(decoding: message.text, as: UTF8.self)).last else {
            Issue.record("no final")
            return
        }
        #expect(final.words.map(\.turnConfidence) == [kept] && final.words.map(\.languageConfidence) == [keptLanguage])
    }

    @Test func `takes an unformatted end for the end where it asked for no other`() {
        var stream = Stream(StreamOptions(rate: .speech))
        stream.sent(4)
        #expect(stream.turn(0, "hello", end: true) == [Self.speech(0), Self.final(0, 0.5, "hello")])
        #expect(stream.turn(0, "Hello.", end: true, formatted: true).isEmpty, "never doubled")
        var newer = Stream(StreamOptions(rate: .speech, model: "u3-rt-pro", formatted: true))
        newer.sent(4)
        #expect(newer.turn(0, "| Hello there") == [Self.speech(0), Self.interim(0, 1, "Hello there")])
        #expect(newer.turn(0, "Hello there.", end: true, formatted: true) == [Self.final(0, 1, "Hello there.")])
    }

    @Suite struct `loses no turn` {
        @Test func `whose formatting does not come`() {
            var stream = Stream()
            stream.sent(4)
            _ = stream.turn(0, "hello", end: true)
            #expect(stream.wait(.seconds(1)).isEmpty)
            #expect(stream.wait(.seconds(1)) == [final(0, 0.5, "hello")])
            #expect(stream.turn(0, "Hello.", end: true, formatted: true).isEmpty)
        }

        @Test func `whose end does not come before the next begins`() {
            var stream = Stream()
            stream.sent(4)
            _ = stream.turn(0, "hello", end: true)
            #expect(stream.turn(1, "there", from: 1) == [final(0, 0.5, "hello"), speech(1), interim(0.5, 1.5, "there", from: 1, stable: 1)])
            #expect(stream.turn(3, "bye", from: 2) == [final(0.5, 1.5, "there", from: 1), speech(2), interim(1.5, 2.5, "bye", from: 2, stable: 1)])
        }

        @Test(arguments: [nil, 1011] as [UInt16?])
        func `that was over when the connection broke`(code: UInt16?) {
            var stream = Stream()
            stream.sent(4)
            _ = stream.turn(0, "hello", end: true)
            let actions = stream.closed(code)
            #expect(actions.first == final(0, 0.5, "hello"))
            #expect(actions.count == 2)
        }
    }

    @Suite struct `asked to finalize` {
        @Test func `ends the open turn and is answered by it`() {
            var stream = Stream()
            stream.sent(2)
            _ = stream.turn(0, "| yes")
            #expect(stream.command(.finalize) == [message("ForceEndpoint")])
            _ = stream.turn(0, "yes", end: true)
            #expect(stream.turn(0, "Yes.", end: true, formatted: true) == [final(0, 0.5, "Yes.", .flush)])
            #expect(stream.wait(.seconds(10)).isEmpty)
        }

        @Test func `is answered for each time it was asked`() {
            var stream = Stream()
            stream.sent(2)
            _ = stream.turn(0, "| yes")
            _ = stream.command(.finalize)
            _ = stream.command(.finalize)
            #expect(stream.turn(0, "Yes.", end: true, formatted: true) == [final(0, 0.5, "Yes.", .flush), .event(.flushed(.first))])
        }

        @Test func `is answered at once when nothing was sent since`() {
            var stream = Stream()
            #expect(stream.command(.finalize) == [.event(.flushed(.first))])
        }

        @Test func `waits a little for a turn that the vendor knows and we do not`() {
            var stream = Stream()
            stream.sent(2)
            #expect(stream.command(.finalize) == [message("ForceEndpoint")])
            #expect(stream.wait(.milliseconds(600)).isEmpty)
            #expect(stream.turn(0, "| yes") == [speech(0), interim(0, 0.5, "yes")])
            #expect(stream.wait(.milliseconds(600)).isEmpty)
            #expect(stream.turn(0, "Yes.", end: true, formatted: true) == [final(0, 0.5, "Yes.", .flush)])
            stream.sent(1)
            #expect(stream.command(.finalize) == [message("ForceEndpoint")])
            #expect(stream.wait(.milliseconds(700)) == [.event(.flushed(.first))])
        }

        @Test func `is answered in the vendor's place when that says nothing`() {
            var stream = Stream()
            stream.sent(2)
            _ = stream.turn(0, "| yes")
            _ = stream.command(.finalize)
            #expect(stream.wait(.milliseconds(1_500)) == [.event(.flushed(.first))])
            #expect(stream.turn(0, "Yes.", end: true, formatted: true) == [final(0, 0.5, "Yes.")])
        }
    }

    @Test func `tells the vendor what changed`() {
        var stream = Stream()
        var options = StreamOptions(rate: .speech, turn: TurnRule(maximumSilence: .seconds(1)), formatted: true)
        #expect(stream.command(.update(options)) == [.send(text: Array(#"{"type":"UpdateConfiguration","max_turn_silence":1000}"#.utf8))])
        #expect(stream.command(.update(options)).isEmpty)
        options.keyterms = ["a"]
        options.turn.confidence = 0.5
        let text = #"{"type":"UpdateConfiguration","end_of_turn_confidence_threshold":0.5,"keyterms_prompt":["a"]}"#
        #expect(stream.command(.update(options)) == [.send(text: Array(text.utf8))])
        options.keyterms = []
        options.formatted = false
        let last = #"{"type":"UpdateConfiguration","format_turns":false,"keyterms_prompt":[]}"#
        #expect(stream.command(.update(options)) == [.send(text: Array(last.utf8))])
        #expect(stream.command(.keepAlive) == [Self.message("KeepAlive")])
    }

    @Test func `never leaves without saying so`() {
        var stream = Stream()
        #expect(stream.command(.cancel) == [Self.message("Terminate"), .event(.closed(.cancelled)), .close(code: 1000)])
        #expect(stream.command(.finish).isEmpty)
        var silent = Stream()
        silent.sent(1)
        _ = silent.command(.finish)
        #expect(silent.wait(.milliseconds(4_900)).isEmpty)
        #expect(
            silent.wait(.milliseconds(100)) == [
                .event(.closed(.timedOut("AssemblyAI did not end the stream after Terminate."))), .close(code: 1000),
            ])
    }

    @Test func `gives up on a session that does not begin`() {
        var stream = Stream(begun: false)
        #expect(stream.machine.deadline == nil)
        var actions: [ClientAction] = []
        stream.machine.opened(now: stream.now, actions: &actions)
        #expect(actions.isEmpty)
        #expect(stream.wait(.seconds(10)) == [.event(.closed(.timedOut("AssemblyAI did not begin the session."))), .close(code: 1000)])
    }

    enum Kind { case unauthorized, quota, limited, bad, unavailable, timedOut, other }

    static func kind(_ actions: [ClientAction]) -> Kind? {
        guard let closed = actions.first(where: { if case .event(.closed) = $0 { true } else { false } }), case .event(.closed(let error?)) = closed
        else { return nil }
        switch error {
        case .unauthorized: return .unauthorized
        case .quotaExhausted: return .quota
        case .rateLimited: return .limited
        case .badRequest: return .bad
        case .unavailable: return .unavailable
        case .timedOut: return .timedOut
        case .unsupportedLanguage, .undecodable, .protocolViolation, .cancelled: return .other
        }
    }

    @Test(
        arguments: [
            (1008, "Unauthorized Connection: Missing Authorization header", .unauthorized), (1008, "Insufficient account balance", .quota),
            (1008, "Unauthorized Connection: Too many concurrent sessions", .limited), (3005, "Session Cancelled: An error occurred", .unavailable),
            (3006, "Invalid Message: x", .bad), (3007, "Input Duration Violation: 7 ms.", .bad), (3008, "Session Expired", .timedOut),
            (3009, "Too many concurrent sessions", .limited), (1011, "", .unavailable), (1013, "", .unavailable), (4001, "", .unavailable),
        ] as [(UInt16, String, Kind)])
    func `folds close codes and errors into what happens next`(code: UInt16, text: String, kind: Kind) {
        var stream = Stream()
        #expect(Self.kind(stream.closed(code, text)) == kind)
        var told = Stream()
        let error = AssemblyAIServerMessage.error(code: Int(code), message: text)
        let actions = told.text(String(decoding: error.text, as: UTF8.self))
        #expect(Self.kind(actions) == kind)
        #expect(actions.last == .close(code: 1000))
        #expect(told.closed(code, text).isEmpty)
    }

    @Test(
        arguments: [
            (401, .unauthorized), (403, .unauthorized), (402, .quota), (400, .bad), (404, .bad), (408, .timedOut), (500, .unavailable),
            (503, .unavailable),
            (504, .timedOut), (nil, .unavailable),
        ] as [(Int?, Kind)])
    func `folds rejected upgrades too`(status: Int?, kind: Kind) {
        var stream = Stream(begun: false)
        #expect(Self.kind(stream.rejected(status, #"{"error":"no"}"#)) == kind)
    }

    @Test func `heeds how long a rejection asks to wait`() {
        var stream = Stream(begun: false)
        #expect(stream.rejected(429, headers: ["Retry-After": "7"]) == [.event(.closed(.rateLimited(retryAfter: .seconds(7))))])
    }

    @Test func `ends when the vendor ends it unasked`() {
        var stream = Stream()
        #expect(Self.kind(stream.text(Self.termination)) == .unavailable)
    }

    @Test func `says nothing after its end, whatever still waited for an answer`() {
        var stream = Stream()
        stream.sent(1)
        _ = stream.command(.finalize)
        _ = stream.text(#"{"type":"Termination","audio_duration_seconds":1,"session_duration_seconds":1}"#)
        stream.now += .seconds(60)
        var actions: [ClientAction] = []
        stream.machine.timePassed(now: stream.now, actions: &actions)
        #expect(actions.isEmpty)
    }

    @Test func `stays with a vendor that says broken things between good ones`() {
        var stream = Stream()
        stream.sent(4)
        for _ in 0..<3 * BrokenMessages.most {
            #expect(stream.text("{").count == 1)
            _ = stream.turn(0, "one | two")
        }
        #expect(stream.text("{").count == 1)
    }

    @Test func `passes over what it does not know, and gives up on too much that cannot be read`() {
        var stream = Stream()
        stream.sent(4)
        for text in [
            #"{"type":"Heartbeat","total_audio_received_ms":1}"#, #"{"type":"Warning","warning_code":1,"warning":"x"}"#,
            #"{"type":"SpeakerRevision","revisions":[]}"#, #"{"type":"Begin","id":"again"}"#,
        ] { #expect(stream.text(text).isEmpty) }
        for count in 1...BrokenMessages.most {
            let actions = stream.text(count % 2 == 0 ? "{" : #"{"type":"Turn","turn_order":0}"#)
            guard actions.count == 1, case .event(.skipped) = actions[0] else {
                Issue.record("\(actions)")
                return
            }
        }
        #expect(Self.kind(stream.text("null")) == .other)
    }

    @Test func `places nothing beyond the audio that was sent, nor before what is final`() {
        var stream = Stream()
        stream.sent(1)
        #expect(
            stream.turn(0, "One two three.", end: true, formatted: true).last
                == .event(
                    .final(
                        Hypothesis(
                            range: seconds(0, 1),
                            words: words("One two") + [Word("three.", seconds(1, 1), confidence: 0.875)]), reason: .endOfTurn)))
        stream.sent(1)
        #expect(stream.turn(1, "three. Four.", from: 0.5, end: true, formatted: true).last == Self.final(1, 1.5, "Four."))
        #expect(stream.text(#"{"type":"Turn","turn_order":-1,"turn_is_formatted":true,"end_of_turn":true,"transcript":"","words":[]}"#).isEmpty)
        #expect(stream.text(#"{"type":"Turn","turn_order":9e15,"turn_is_formatted":true,"end_of_turn":true,"transcript":"","words":[]}"#).isEmpty)
    }
}

private func final(_ start: Double, _ end: Double, _ text: String, from first: Double? = nil, _ reason: FinalReason = .endOfTurn) -> ClientAction {
    `AssemblyAI's live client`.final(start, end, text, from: first, reason)
}

private func interim(_ start: Double, _ end: Double, _ text: String, from first: Double? = nil, stable: Int = 0) -> ClientAction {
    `AssemblyAI's live client`.interim(start, end, text, from: first, stable: stable)
}

private func speech(_ seconds: Double) -> ClientAction { `AssemblyAI's live client`.speech(seconds) }

private func message(_ type: String) -> ClientAction { `AssemblyAI's live client`.message(type) }
