import Framing
import Protocols
import Speech
import Testing

@Suite struct `Deepgram's turns` {
    /// A client's stream without sockets, in short words.
    struct Conversation {
        var machine: any LiveServerMachine
        var now = Instant.now
        private(set) var raw: [String] = []

        init(_ more: String = "", model: String = "flux-general-en") throws {
            let head = try HTTPRequestHead(.get, "/v2/listen?model=\(model)&encoding=linear16&sample_rate=16000" + more)
            machine = try #require(try DeepgramFluxServer.accept(head, LiveConversation.context).get().session)
            #expect(
                run { machine, now, output in machine.opened(LiveStart(rate: .speech, model: "m"), now: now, output: &output) } == ["connected"])
        }

        mutating func text(_ text: String) -> [String] {
            run { machine, now, output in machine.receivedText(text.utf8.span.bytes, now: now, output: &output) }
        }

        mutating func event(_ event: SessionEvent) -> [String] {
            run { machine, now, output in machine.session(event, now: now, output: &output) }
        }

        mutating func wait(_ duration: Duration) -> [String] {
            now += duration
            guard let deadline = machine.deadline, deadline <= now else { return [] }
            return run { machine, now, output in machine.timePassed(now: now, output: &output) }
        }

        private mutating func run(_ body: (inout any LiveServerMachine, Instant, inout ServerOutput) -> Void) -> [String] {
            var output = ServerOutput()
            body(&machine, now, &output)
            return output.actions.map { action in
                switch action {
                case .send(let range):
                    let bytes = output.text(in: range)
                    raw.append(String(decoding: bytes, as: UTF8.self))
                    return Self.short(DeepgramFluxServerMessage(parsing: bytes.span.bytes))
                case .command(let command): return "→ \(command)"
                case .audio, .converse: return "?"
                case .close(let code, _): return "close \(code)"
                }
            }
        }

        static func short(_ message: DeepgramFluxServerMessage) -> String {
            switch message {
            case .connected: "connected"
            case .turn(let turn):
                "\(turn.event.rawValue) \(turn.index) \(turn.windowStart)–\(turn.windowEnd) “\(turn.words.transcript)”"
                    + (turn.trigger.map { " by \($0.rawValue)" } ?? "")
            case .configureSuccess: "configured"
            case .configureFailure(let code, _): "not configured \(code)"
            case .warning(let code, _): "warning \(code)"
            case .error(let code, _): "error \(code)"
            case .unrecognized(let type): "unrecognized \(type)"
            case .malformed(let problem): "malformed \(problem)"
            }
        }
    }

    @Test(arguments: [(0.625, "0.625"), (nil, "1.0")] as [(Float?, String)])
    func `end with the engine's own confidence, where it has one`(confidence: Float?, written: String) throws {
        var stream = try Conversation()
        var said = words("Hello there.")
        said[1].turnConfidence = confidence
        _ = stream.event(.commit(Commit(channel: .first, range: seconds(0, 1), words: said, reason: .endOfTurn, engine: .local)))
        #expect(stream.raw.last?.contains(#""end_of_turn_confidence":\#(written)"#) == true, "\(stream.raw)")
    }

    @Test func `start with the first words and end when the session says so`() throws {
        var stream = try Conversation()
        #expect(stream.event(.speechStarted(.first, at: .zero)).isEmpty)
        #expect(stream.event(interim("Hello", 0, 1)) == ["StartOfTurn 0 0.0–1.0 “Hello”"])
        #expect(stream.event(commit("Hello there.", 0, 2, .pause)) == ["Update 0 0.0–2.0 “Hello there.”"])
        #expect(stream.event(interim("How", 2, 3)) == ["Update 0 0.0–3.0 “Hello there. How”"])
        #expect(
            stream.event(commit("How are you?", 2, 4, .endOfTurn)) == [
                "Update 0 0.0–4.0 “Hello there. How are you?”", "EndOfTurn 0 0.0–4.0 “Hello there. How are you?” by model",
            ])
        #expect(stream.event(commit("Fine.", 4, 5, .pause)) == ["StartOfTurn 1 4.0–5.0 “Fine.”"])
        #expect(stream.event(.turnEnded(.first, at: SampleIndex(96_000))) == ["EndOfTurn 1 4.0–6.0 “Fine.” by model"])
        #expect(stream.event(.turnEnded(.first, at: SampleIndex(96_000))).isEmpty)
        for (number, text) in stream.raw.enumerated() { #expect(try Parsed(text)["sequence_id"].int == number) }
    }

    @Test func `name their languages, the one of most words first`() throws {
        var stream = try Conversation("&language_hint=de&language_hint=en", model: "flux-general-multi")
        func said(_ text: String, _ language: String?, from start: Double, _ reason: FinalReason) -> SessionEvent {
            let all = words(text, from: start).map { word in
                var word = word
                word.language = language.map { LanguageTag($0) }
                return word
            }
            return .commit(Commit(channel: .first, range: seconds(start, start + 2), words: all, reason: reason, engine: .local))
        }
        func languages() throws -> [String] { try Parsed(#require(stream.raw.last))["languages"].strings }
        _ = stream.event(said("Guten Tag.", "de", from: 0, .pause))
        #expect(try languages() == ["de"])
        _ = stream.event(said("How are you?", "en-US", from: 2, .endOfTurn))
        #expect(try languages() == ["en", "de"])
        #expect(stream.raw.last?.contains(#""language":"#) == false, "words have no such member")
        _ = stream.event(said("Hm", nil, from: 4, .endOfTurn))
        #expect(try languages() == [], "nobody knows the language")
    }

    @Test func `name the language that the client has named, and none with the English model`() throws {
        var german = try Conversation("&language_hint=de-AT", model: "flux-general-multi")
        _ = german.event(commit("Ja.", 0, 1, .endOfTurn))
        #expect(german.raw.last?.contains(#""languages":["de"]"#) == true)
        var english = try Conversation()
        _ = english.event(commit("Yes.", 0, 1, .endOfTurn))
        #expect(english.raw.last?.contains("languages") == false)
    }

    @Test func `may end eagerly and go on`() throws {
        var stream = try Conversation("&eager_eot_threshold=0.5&eot_timeout_ms=2000")
        #expect(stream.event(commit("Well.", 0, 1, .pause)) == ["StartOfTurn 0 0.0–1.0 “Well.”", "EagerEndOfTurn 0 0.0–1.0 “Well.”"])
        #expect(stream.wait(.seconds(1)).isEmpty)
        #expect(
            stream.event(interim("I", 1, 2)) == ["TurnResumed 0 0.0–2.0 “Well. I”", "Update 0 0.0–2.0 “Well. I”"])
        #expect(stream.event(commit("I think.", 1, 3, .pause)) == ["Update 0 0.0–3.0 “Well. I think.”", "EagerEndOfTurn 0 0.0–3.0 “Well. I think.”"])
        #expect(stream.event(.turnEnded(.first, at: SampleIndex(64_000))) == ["EndOfTurn 0 0.0–4.0 “Well. I think.” by timeout"])
    }

    @Test func `end with the text of the eager end`() throws {
        var stream = try Conversation("&eager_eot_threshold=0.5")
        #expect(stream.event(commit("Who then?", 0, 2, .pause)) == ["StartOfTurn 0 0.0–2.0 “Who then?”", "EagerEndOfTurn 0 0.0–2.0 “Who then?”"])
        #expect(stream.event(.turnEnded(.first, at: SampleIndex(32_000))) == ["EndOfTurn 0 0.0–2.0 “Who then?” by model"])
    }

    @Test func `begin where the window before them ended`() throws {
        var stream = try Conversation()
        _ = stream.event(commit("Well.", 0, 1, .pause))
        #expect(stream.machine.receivedBinary(byteCount: 96_000, now: stream.now) == .audio())
        #expect(stream.wait(.milliseconds(250)) == ["Update 0 0.0–3.0 “Well.”"])
        #expect(stream.event(.turnEnded(.first, at: SampleIndex(32_000))) == ["EndOfTurn 0 0.0–3.0 “Well.” by model"])
        #expect(stream.event(commit("Fine.", 3, 4, .pause)) == ["StartOfTurn 1 3.0–4.0 “Fine.”"])
    }

    @Test func `are ended by the client alone, or by the vendor's time-out, when the client says so`() throws {
        #expect(try Conversation("&eot_threshold=1").machine.request.turn == TurnRule(confidence: 1, maximumSilence: .seconds(5)))
        let named = try Conversation("&eot_threshold=1.0&eot_timeout_ms=30000").machine.request.turn
        #expect(named == TurnRule(confidence: 1, maximumSilence: .seconds(30)))
        #expect(try Conversation("&eot_threshold=0.9").machine.request.turn.maximumSilence == nil)
        // The last word may end a little behind the sound that the engine measures from.
        var stream = try Conversation("&eot_threshold=1.0&eot_timeout_ms=3000")
        _ = stream.event(commit("Well.", 0, 1, .pause))
        #expect(stream.event(.turnEnded(.first, at: SampleIndex(62_400))) == ["EndOfTurn 0 0.0–3.9 “Well.” by timeout"])
    }

    @Test func `are ended by the client where an engine answers its demand with an end of its own`() throws {
        var stream = try Conversation()
        _ = stream.event(commit("Well.", 0, 1, .pause))
        #expect(stream.text(#"{"type":"ForceEndTurn"}"#) == ["→ finalize"])
        #expect(stream.event(.turnEnded(.first, at: SampleIndex(16_000))) == ["EndOfTurn 0 0.0–1.0 “Well.” by manual"])
        _ = stream.event(.flushed(.first))
        _ = stream.event(commit("Fine.", 1, 2, .pause))
        #expect(stream.event(.turnEnded(.first, at: SampleIndex(32_000))) == ["EndOfTurn 1 1.0–2.0 “Fine.” by model"])
    }

    @Test func `can be forced to end, and are not ended by the close`() throws {
        var stream = try Conversation()
        #expect(stream.text(#"{"type":"ForceEndTurn"}"#) == ["→ finalize"])
        #expect(
            stream.event(commit("Yes.", 0, 1, .flush)) == ["StartOfTurn 0 0.0–1.0 “Yes.”", "EndOfTurn 0 0.0–1.0 “Yes.” by manual"])
        #expect(stream.event(.flushed(.first)).isEmpty)
        #expect(stream.text(#"{"type":"CloseStream"}"#) == ["→ finish"])
        #expect(stream.event(commit("Bye.", 1, 2, .endOfAudio)) == ["StartOfTurn 1 1.0–2.0 “Bye.”"])
        #expect(stream.event(.ended(SessionEnd(received: SampleCount(32_000)))) == ["close 1000"])
        #expect(stream.event(interim("late", 2, 3)).isEmpty)
    }

    @Test func `are the client's own once it says so, and three demands at once end one of them`() throws {
        let force = #"{"type":"ForceEndTurn"}"#
        var stream = try Conversation()
        var change = StreamChange(turn: TurnRule(confidence: 1, maximumSilence: .seconds(5)))
        change.vendor = VendorChange([.init("eot_threshold", .text("1.0"), aspect: .turn)])
        #expect(
            stream.text(#"{"type":"Configure","thresholds":{"eot_threshold":1.0}}"#) == ["→ \(SessionCommand.update(change))", "configured"])
        // Before the first word a demand ends nothing.
        #expect(stream.text(force) == ["→ finalize"] && stream.event(.flushed(.first)).isEmpty)
        _ = stream.event(commit("Well.", 0, 1, .pause))
        for _ in 0..<3 { #expect(stream.text(force) == ["→ finalize"]) }
        let ends = stream.event(commit("", 1, 2, .flush)) + (0..<3).flatMap { _ in stream.event(.flushed(.first)) }
        #expect(ends == ["EndOfTurn 0 0.0–2.0 “Well.” by manual"])
        // The demands are answered: the next turn ends by the vendor's time-out alone.
        _ = stream.event(commit("Fine.", 2, 3, .pause))
        #expect(stream.event(.turnEnded(.first, at: SampleIndex(128_000))) == ["EndOfTurn 1 2.0–8.0 “Fine.” by timeout"])
    }

    @Test func `are told four times a second while audio comes`() throws {
        var stream = try Conversation()
        #expect(stream.machine.receivedBinary(byteCount: 8_000, now: stream.now) == .audio())
        #expect(stream.wait(.milliseconds(250)) == ["Update 0 0.0–0.25 “”"])
        #expect(stream.wait(.milliseconds(250)).isEmpty)
        #expect(stream.machine.receivedBinary(byteCount: 0, now: stream.now) == .ignored)
        #expect(stream.wait(.seconds(60)) == ["→ finish"])
        #expect(stream.event(.ended(SessionEnd(received: .zero))) == ["error NET-0001", "close 1011"])
    }

    @Test func `end by other rules when the client says so`() throws {
        var stream = try Conversation("&keyterm=a&keyterm=b")
        #expect(stream.machine.request.keyterms == ["a", "b"])
        let said = stream.text(#"{"type":"Configure","thresholds":{"eot_threshold":0.8,"eot_timeout_ms":900},"keyterms":["c"]}"#)
        #expect(said.count == 2 && said[0].hasPrefix("→ update") && said[1] == "configured")
        #expect(stream.text(#"{"type":"Configure","numerals":true}"#).last == "configured")
        #expect(stream.text(#"{"type":"Configure","thresholds":{"eot_threshold":2}}"#) == ["not configured CONFIGURE_INVALID_THRESHOLDS"])
        #expect(stream.text(#"{"type":"KeepAlive"}"#) == ["error UNPARSABLE_CLIENT_MESSAGE", "close 1008"])
        #expect(stream.text(#"{"type":"CloseStream"}"#).isEmpty)
    }

    @Test func `come with a warning where the engine cannot find a language that a change leaves to it`() throws {
        var stream = try Conversation("&language_hint=de", model: "flux-general-multi"), output = ServerOutput()
        let now = stream.now
        stream.machine.ignores([IgnoredOptions.foundLanguage], now: now, output: &output)
        #expect(output.texts.isEmpty, "the upgrade's header names it")
        _ = stream.text(#"{"type":"Configure","language_hints":[]}"#)
        stream.machine.ignores([IgnoredOptions.foundLanguage], now: now, output: &output)
        #expect(output.texts.count == 1 && output.texts.first?.contains("The language is not found") == true, "\(output.texts)")
    }

    @Test func `follow the hints and the numerals that the client changes`() throws {
        var stream = try Conversation("&language_hint=en", model: "flux-general-multi")
        let said = stream.text(#"{"type":"Configure","language_hints":["de"]}"#)
        var change = StreamChange(language: LanguageTag("de"))
        change.vendor = VendorChange([.init("language_hint", .text("de"), aspect: .language)])
        #expect(said == ["→ \(SessionCommand.update(change))", "configured"])
        #expect(stream.raw.last?.contains(#""language_hints":["de"]"#) == true)
        _ = stream.event(commit("Ja.", 0, 1, .endOfTurn))
        #expect(try Parsed(#require(stream.raw.last))["languages"].strings == ["de"])
        #expect(try Parsed(#require(stream.raw.last))["languages_hinted"].strings == ["de"])
        #expect(stream.text(#"{"type":"Configure","language_hints":[]}"#).count == 2)
        _ = stream.event(commit("Ja.", 1, 2, .endOfTurn))
        #expect(stream.raw.last?.contains("languages_hinted") == false)

        var english = try Conversation()
        #expect(english.text(#"{"type":"Configure","numerals":true}"#).last == "configured")
        #expect(english.raw.last?.contains(#""numerals":true"#) == true)
        #expect(english.event(commit("I have thirty seven horses.", 0, 3, .endOfTurn)).last?.contains("“I have 37 horses.”") == true)
        _ = english.text(#"{"type":"Configure","numerals":false}"#)
        #expect(english.event(commit("I have 37 horses.", 3, 6, .endOfTurn)).last?.contains("thirty seven horses.") == true)
    }

    @Test func `hand several hints to engines that find the language, and a change of them`() throws {
        var stream = try Conversation("&language_hint=de&language_hint=fr", model: "flux-general-multi")
        let shared = stream.machine.request.shared
        #expect(shared.languages == [LanguageTag("de"), LanguageTag("fr")] && !shared.keepsToLanguages)
        #expect(stream.text(#"{"type":"Configure","language_hints":["de","fr"]}"#).count == 2, "the vendor's words are said again")
        let said = stream.text(#"{"type":"Configure","language_hints":["de","es"]}"#)
        var change = StreamChange(language: .multi)
        change.vendor = VendorChange(
            ["de", "es"].map { VendorOptions.Option("language_hint", .text($0), aspect: .language) }, replacing: ["language_hint"])
        change.shared = SharedOptions()
        change.shared?.expect([LanguageTag("de"), LanguageTag("es")], isStrict: false)
        #expect(said == ["→ \(SessionCommand.update(change))", "configured"])
        #expect(try Conversation("&language_hint=de", model: "flux-general-multi").machine.request.shared == SharedOptions())
    }

    @Test(arguments: [#"["German"]"#, #"["de-AT"]"#, #"["en","German"]"#])
    func `keep hints that Deepgram does not know from its own engine`(hints: String) throws {
        var stream = try Conversation("&language_hint=en", model: "flux-general-multi")
        let said = stream.text(#"{"type":"Configure","language_hints":\#(hints)}"#)
        let language = hints == #"["en","German"]"# ? "multi" : hints.contains("AT") ? "de-AT" : "de"
        var change = StreamChange(language: LanguageTag(language))
        change.vendor = VendorChange([], replacing: ["language_hint"])
        if language == "multi" {
            change.shared = SharedOptions()
            change.shared?.expect([.english, LanguageTag("de")], isStrict: false)
        }
        #expect(said == ["→ \(SessionCommand.update(change))", "configured"], "the session's language stands for the hints")
    }

    @Test(arguments: [
        #""no_such_member":1"#, #""keyterms":"text""#, #""language_hints":["de"]"#, #""numerals":"yes""#, #""thresholds":7"#,
        #""thresholds":{"no_such_member":1}"#, #""thresholds":{"eot_threshold":"0.8"}"#, #""thresholds":{"eot_timeout_ms":900.5}"#,
    ])
    func `refuse a change that cannot be made, and go on`(members: String) throws {
        var stream = try Conversation()
        #expect(stream.text(#"{"type":"Configure",\#(members)}"#) == ["not configured CONFIGURE_INVALID_REQUEST"])
        #expect(stream.text(#"{"type":"Configure"}"#) == ["configured"])
    }

    @Test(arguments: [("en", "flux-general-multi"), ("de", "flux-general-multi"), ("en", "flux-general-en")])
    func `are asked of the model that the client names`(language: String, model: String) throws {
        let options = StreamOptions(rate: .speech, language: LanguageTag(language), model: model)
        let target = DeepgramFluxClient(options, credential: Credential("k")).connection.target
        let query = try HTTPRequestHead(.get, target).query
        #expect(query.all("model") == [model])
        #expect(query.all("language_hint") == (model == "flux-general-multi" ? [language] : []))
    }

    @Test(arguments: [
        "model=nova-3", "", "model=flux-general-en&encoding=linear16", "model=flux-general-en&encoding=flac&sample_rate=16000",
        "model=flux-general-en&eot_threshold=0.4", "model=flux-general-en&eager_eot_threshold=0.8", "model=flux-general-en&eot_timeout_ms=1",
        "model=flux-general-en&redact=phi",
    ])
    func `need a handshake that makes sense`(query: String) throws {
        let answer = DeepgramFluxServer.accept(try HTTPRequestHead(.get, "/v2/listen?" + query), LiveConversation.context)
        guard case .failure(let rejection) = answer else {
            Issue.record("accepted")
            return
        }
        #expect(rejection.status.code == 400)
    }

    @Test func `come from the vendor as finals that tile`() throws {
        let options = StreamOptions(
            rate: .speech, language: .english, model: "flux-general-en", turn: TurnRule(confidence: 0.8, maximumSilence: .seconds(2)),
            keyterms: ["a b"])
        var client =
            DeepgramLiveClient.vendor.live?.connect(options, Credential("k")) as? DeepgramFluxClient
            ?? DeepgramFluxClient(
                StreamOptions(rate: .telephone), credential: Credential("wrong"))
        #expect(
            client.connection.target
                == "/v2/listen?model=flux-general-en&encoding=linear16&sample_rate=16000&eot_threshold=0.8&eot_timeout_ms=2000&keyterm=a%20b")
        let head = try HTTPRequestHead(.get, client.connection.target)
        var server = try #require(try DeepgramFluxServer.accept(head, LiveConversation.context).get().session)
        let now = Instant.now
        var output = ServerOutput(), actions: [ClientAction] = [], heard: [EngineEvent] = []
        func passOn() {
            for action in output.actions {
                switch action {
                case .send(let range): client.receivedText(output.text(in: range).span.bytes, now: now, actions: &actions)
                case .close(let code, let reason): client.closed(code: code, reason: reason, now: now, actions: &actions)
                case .command, .audio, .converse: break
                }
            }
            output.removeAll()
            for case .event(let event) in actions { if case .interim = event {} else { heard.append(event) } }
            actions.removeAll()
        }
        client.opened(now: now, actions: &actions)
        server.opened(LiveStart(rate: .speech, model: "m"), now: now, output: &output)
        passOn()
        client.sentAudio(SampleCount(64_000), now: now)
        server.session(interim("Hello", 0, 1), now: now, output: &output)
        server.session(commit("Hello there.", 0, 2, .endOfTurn), now: now, output: &output)
        passOn()
        client.command(.finalize, now: now, actions: &actions)
        #expect(actions == [.send(text: Array(#"{"type":"ForceEndTurn"}"#.utf8))])
        actions.removeAll()
        server.session(commit("Yes.", 2, 3, .flush), now: now, output: &output)
        passOn()
        client.command(.finish, now: now, actions: &actions)
        for case .send(let text) in actions { server.receivedText(text.span.bytes, now: now, output: &output) }
        #expect(output.actions == [.command(.finalize), .command(.finish)])
        actions.removeAll()
        output.removeAll()
        server.session(.ended(SessionEnd(received: SampleCount(64_000))), now: now, output: &output)
        passOn()
        #expect(
            heard.withoutNotices == [
                .opened, .speechStarted(.first, at: .zero),
                .final(Hypothesis(range: seconds(0, 1), words: words("Hello there.")), reason: .endOfTurn),
                .speechStarted(.first, at: SampleIndex(32_000)),
                .final(Hypothesis(range: seconds(1, 2.5), words: words("Yes.", from: 2)), reason: .flush),
                .final(Hypothesis(range: seconds(2.5, 4), words: []), reason: .endOfAudio), .closed(nil),
            ])
    }

    @Test(arguments: [
        DeepgramFluxClientMessage.closeStream, .forceEndTurn, .configure(DeepgramFluxChange()),
        .configure(
            DeepgramFluxChange(
                DeepgramFluxThresholds(endOfTurn: 0.75, eager: 0.5, timeout: 500), keyterms: ["a"], hints: ["de", "en"], numerals: false)),
    ])
    func `are asked for as clients ask`(message: DeepgramFluxClientMessage) {
        #expect(DeepgramFluxClientMessage(parsing: message.text.span.bytes) == message)
    }
}
