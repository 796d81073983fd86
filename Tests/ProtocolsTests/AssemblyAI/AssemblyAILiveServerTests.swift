import Framing
import Protocols
import Speech
import Testing

@Suite struct `AssemblyAI's live server` {
    @Test func `tells turns word by word to who asked for words as they are spoken`() throws {
        var stream = try AssemblyAIConversation()
        #expect(stream.audio(samples: 1_600) == .audio())
        #expect(stream.event(.ready).isEmpty)
        #expect(stream.event(.speechStarted(.first, at: SampleIndex(8_000))) == ["speech 500"])
        #expect(stream.event(guess("Hello", stable: 0)) == ["turn 0 “” | hello"])
        #expect(stream.event(guess("Hello there my", stable: 2)) == ["turn 0 “hello there” | my"])
        #expect(stream.event(commit("Hello there, my friend.", 0, 2, .pause)) == ["turn 0 “hello there my friend” utterance “hello there my friend”"])
        #expect(stream.event(.speechStarted(.first, at: SampleIndex(40_000))).isEmpty, "the turn goes on")
        #expect(stream.event(.interim(Hypothesis(range: seconds(2, 3), words: words("How", from: 2)))) == ["turn 0 “hello there my friend” | how"])
        #expect(stream.event(commit("How are you?", 2, 4, .endOfTurn)) == ["turn 0+ “hello there my friend how are you” utterance “how are you”"])
        #expect(stream.event(commit("", 4, 6, .pause)).isEmpty)
        #expect(stream.event(.speechStarted(.first, at: SampleIndex(96_000))) == ["speech 6000"])
        #expect(stream.event(commit("Fine.", 6, 7, .pause)) == ["turn 1 “fine” utterance “fine”"])
        #expect(stream.event(.turnEnded(.first, at: SampleIndex(112_000))) == ["turn 1+ “fine”"])
        #expect(stream.text(#"{"type":"Terminate"}"#) == ["→ finish"])
        #expect(stream.audio(samples: 1_600) == .ignored)
        #expect(stream.text(#"{"type":"ForceEndpoint"}"#).isEmpty)
        #expect(stream.event(commit("Bye.", 7, 8, .length)) == ["speech 7000", "turn 2 “bye”"])
        #expect(
            stream.event(.ended(SessionEnd(received: SampleCount(128_000)))) == ["turn 2+ “bye” utterance “bye”", "termination 8 0", "close 1000"])
        #expect(stream.event(guess("late", stable: 0)).isEmpty)
    }

    @Test func `formats the end of a turn in a message of its own where that was asked for`() throws {
        var stream = try AssemblyAIConversation(AssemblyAIConversation.usual + "&format_turns=True")
        #expect(
            stream.event(commit("It's U.S. money, $5.", 0, 2, .endOfTurn)) == [
                "speech 0", "turn 0+ “it's u.s money $5” utterance “it's u.s money $5”", "turn 0+* “It's U.S. money, $5.”",
            ])
        #expect(stream.text(#"{"type":"UpdateConfiguration","format_turns":false}"#).isEmpty)
        #expect(stream.event(commit("Yes.", 2, 3, .endOfTurn)) == ["speech 2000", "turn 1+ “yes” utterance “yes”"])
    }

    @Test func `hides profane words where that was asked for`() throws {
        var stream = try AssemblyAIConversation(AssemblyAIConversation.usual + "&format_turns=True&filter_profanity=true")
        #expect(stream.event(guess("what the fuck", stable: 3)) == ["speech 0", "turn 0 “what the f***”"])
        #expect(
            stream.event(commit("What the fuck?", 0, 3, .endOfTurn)) == [
                "turn 0+ “what the f***” utterance “what the f***”", "turn 0+* “What the f***?”",
            ])
    }

    @Test(arguments: ["u3-rt-pro", "universal-3-6-pro", "Universal-3-5-Pro", "universal-3-7", "whisper-rt", ""])
    func `tells whole formatted segments of the newer models`(model: String) throws {
        let query = "sample_rate=16000" + (model.isEmpty ? "" : "&speech_model=\(model)") + "&format_turns=true&min_turn_silence=100"
        var stream = try AssemblyAIConversation(query)
        #expect(stream.event(guess("Hello there", stable: 1)) == ["speech 0", "turn 0 “Hello there” | Hello there"])
        #expect(stream.event(commit("Hello there.", 0, 2, .pause)) == ["turn 0 “Hello there.” | Hello there."])
        #expect(stream.event(commit("Bye.", 2, 3, .endOfTurn)) == ["turn 0+* “Hello there. Bye.” utterance “Hello there. Bye.”"])
    }

    @Test func `tells how the session is and where it was silent, to who asked for it`() throws {
        var stream = try AssemblyAIConversation(AssemblyAIConversation.usual + "&session_heartbeat=True&acknowledge_silence=true")
        for _ in 0..<20 { #expect(stream.audio(samples: 1_600) == .audio()) }
        #expect(stream.wait(.seconds(4)).isEmpty)
        #expect(stream.wait(.seconds(1)) == ["heartbeat 2000 5000 0.4 0.0"])
        #expect(stream.event(commit("Hello.", 3, 4, .pause)) == ["silence 0 3000", "speech 3000", "turn 0 “hello” utterance “hello”"])
        #expect(stream.event(commit("there.", 4, 5, .endOfTurn)).count == 1, "half a second between words is nothing to tell")
        #expect(stream.event(commit("", 5, 9, .pause)) == ["silence 4500 9000"])
        #expect(stream.wait(.seconds(5)) == ["heartbeat 2000 10000 0.2 1.0"])
        #expect(stream.text(#"{"type":"UpdateConfiguration","session_heartbeat":false,"acknowledge_silence":false}"#).isEmpty)
        #expect(stream.event(commit("", 9, 19, .pause)).isEmpty)
        #expect(stream.wait(.seconds(60)).isEmpty)
        #expect(stream.text(#"{"type":"UpdateConfiguration","session_heartbeat":true}"#).isEmpty)
        #expect(stream.wait(.seconds(5)) == ["heartbeat 2000 75000 0.0267 0.0"])
        #expect(
            stream.raw.contains(
                #"{"type":"Heartbeat","total_audio_received_ms":2000,"total_duration_ms":5000,"realtime_factor":0.4,"max_speech_probability":0.0}"#))
        #expect(stream.raw.contains(#"{"type":"Silence","start_ms":4500,"end_ms":9000}"#))
    }

    @Test func `passes on how sure the voice must be`() throws {
        var stream = try AssemblyAIConversation(AssemblyAIConversation.usual + "&vad_threshold=0.25")
        #expect(stream.machine.request.turn == TurnRule(voice: 0.25))
        let changed = stream.text(#"{"type":"UpdateConfiguration","vad_threshold":0.5}"#)
        var change = StreamChange(turn: TurnRule(voice: 0.5))
        change.vendor = VendorChange([.init("vad_threshold", .json("0.5"), aspect: .turn)])
        #expect(changed == ["→ \(SessionCommand.update(change))"])
    }

    @Test func `writes a turn as the reference shows it`() throws {
        var stream = try AssemblyAIConversation(AssemblyAIConversation.usual + "&speaker_labels=true&language_detection=true&sample_rate=16000")
        let words = [
            Word(
                "It's", SampleRange(SampleIndex(7), SampleIndex(7_999)), confidence: 0.875, speaker: SpeakerLabel(1), language: LanguageTag("en-US")),
            Word("me.", SampleRange(SampleIndex(8_001), SampleIndex(15_999)), confidence: 2, language: LanguageTag("en-US")),
        ]
        _ = stream.event(.commit(Commit(channel: .first, range: seconds(0, 1), words: words, reason: .endOfTurn, engine: .local)))
        #expect(
            stream.raw.last == """
                {"type":"Turn","turn_order":0,"turn_is_formatted":false,"end_of_turn":true,"transcript":"it's me","end_of_turn_confidence":1.0,\
                "words":[{"text":"it's","start":0,"end":500,"confidence":0.875,"word_is_final":true,"speaker":"B"},\
                {"text":"me","start":500,"end":1000,"confidence":1.0,"word_is_final":true,"speaker":"UNKNOWN"}],"utterance":"it's me",\
                "language_code":"en","language_confidence":1.0,"speaker_label":"B"}
                """)
    }

    @Test func `passes on how sure the engine is of the turn's end and of the language`() throws {
        var stream = try AssemblyAIConversation(AssemblyAIConversation.usual + "&language_detection=true")
        var said = words("Good day.")
        for index in said.indices {
            said[index].language = LanguageTag("de")
            said[index].languageConfidence = index == 0 ? 0.5 : 0.75
        }
        said[1].turnConfidence = 0.375
        _ = stream.event(.commit(Commit(channel: .first, range: seconds(0, 1), words: said, reason: .endOfTurn, engine: .local)))
        let turn = try #require(stream.raw.last)
        #expect(turn.contains(#""end_of_turn_confidence":0.375,"#) && turn.contains(#""language_confidence":0.625"#), "\(turn)")
    }

    @Test func `ends a turn where another one begins to speak`() throws {
        var stream = try AssemblyAIConversation(AssemblyAIConversation.usual + "&speaker_labels=true")
        let said = words("Hello there.", from: 0, speaker: 0) + words("Hi.", from: 2, speaker: 1)
        #expect(
            stream.event(.commit(Commit(channel: .first, range: seconds(0, 3), words: said, reason: .pause, engine: .local))) == [
                "speech 0", "turn 0+ “hello there” utterance “hello there” by A", "speech 2000", "turn 1 “hi” utterance “hi” by B",
            ])
        let more = words("You", from: 3) + words("too.", from: 4, speaker: 1)
        #expect(
            stream.event(.commit(Commit(channel: .first, range: seconds(3, 5), words: more, reason: .endOfTurn, engine: .local))) == [
                "turn 1+ “hi you too” utterance “you too” by B"
            ])
    }

    @Test func `begins with when it will end`() throws {
        let context = HandshakeContext(requestID: "id", now: UnixTime(milliseconds: 1_000_500), credentialLimit: .seconds(600))
        var stream = try AssemblyAIConversation(context: context)
        #expect(
            stream.raw[0] == #"{"type":"Begin","id":"id","expires_at":1600,"configuration":{"#
                + #""model":"universal-streaming-english","mode":"balanced","api_version":"2025-05-12"}}"#)
        _ = stream.event(commit("Yes.", 0, 1, .pause))
        #expect(stream.wait(.seconds(600)) == ["→ finish"])
        let text = "Session Expired: Maximum session duration exceeded"
        #expect(stream.event(.ended(SessionEnd(received: SampleCount(16_000)))) == ["turn 0+ “yes”", "error 3008 \(text)", "close 3008 \(text)"])
    }

    @Suite struct `asked to end the turn` {
        @Test func `does so with what has been heard`() throws {
            var stream = try AssemblyAIConversation()
            #expect(stream.text(#"{"type":"ForceEndpoint"}"#) == ["→ finalize"])
            #expect(stream.event(commit("Yes.", 0, 1, .flush)) == ["speech 0", "turn 0+ “yes” utterance “yes”"])
        }

        @Test func `does so although its words were committed before`() throws {
            var stream = try AssemblyAIConversation()
            _ = stream.event(commit("Yes.", 0, 1, .length))
            #expect(stream.text(#"{"type":"ForceEndpoint"}"#) == ["→ finalize"])
            #expect(stream.event(.flushed(.first)) == ["turn 0+ “yes” utterance “yes”"])
        }

        @Test func `says nothing when there is no turn`() throws {
            var stream = try AssemblyAIConversation()
            _ = stream.text(#"{"type":"ForceEndpoint"}"#)
            #expect(stream.event(.flushed(.first)).isEmpty)
            #expect(stream.event(commit("", 0, 1, .flush)).isEmpty)
        }
    }

    @Test func `hands on what clients change`() throws {
        var stream = try AssemblyAIConversation()
        func change(_ members: String) -> StreamChange? {
            let commands = stream.commands(#"{"type":"UpdateConfiguration",\#(members)}"#)
            guard commands.count <= 1, case .update(let change)? = commands.first else { return nil }
            return change
        }
        func withoutWords(_ members: String) -> StreamChange? {
            var change = change(members)
            change?.vendor = nil
            return change
        }
        let rule = TurnRule(maximumSilence: .seconds(1))
        #expect(withoutWords(#""max_turn_silence":1000"#) == StreamChange(turn: rule))
        #expect(withoutWords(#""max_turn_silence":1000"#) == StreamChange(), "nothing changed but the vendor's own words")
        #expect(
            withoutWords(#""min_turn_silence":200,"keyterms_prompt":["a"],"end_of_turn_confidence_threshold":0.5"#)
                == StreamChange(
                    endpointing: .milliseconds(200),
                    turn: TurnRule(confidence: 0.5, minimumSilence: .milliseconds(200), maximumSilence: rule.maximumSilence), keyterms: ["a"]))
        #expect(withoutWords(#""keyterms_prompt":[]"#) == StreamChange(keyterms: []))
        #expect(withoutWords(#""language_codes":["de"]"#) == StreamChange(language: LanguageTag("de")))
        #expect(change(#""filter_profanity":null,"format_turns":true"#) == nil)
        let own = change(#""prompt":"x","interruption_delay":300,"mode":"balanced","brand_new":[1]"#)
        #expect(own?.aspects.isEmpty == true && own?.shared?.prompt == "x")
        #expect(
            own?.vendor
                == VendorChange([
                    .init("prompt", .json(#""x""#)), .init("interruption_delay", .json("300")), .init("mode", .json(#""balanced""#)),
                    .init("brand_new", .json("[1]")),
                ]))
        #expect(stream.commands(#"{"type":"KeepAlive"}"#) == [.keepAlive])
    }

    @Test func `warns of changes that the engine ignores, and of nothing else`() throws {
        var stream = try AssemblyAIConversation(AssemblyAIConversation.usual + "&agent_context=a")
        func ignore(_ names: [String]) -> [String] { stream.run { $0.ignores(names, now: $1, output: &$2) } }
        #expect(ignore(["agent_context"]).isEmpty, "the upgrade's header names it")
        _ = stream.text(#"{"type":"UpdateConfiguration","mode":"max_accuracy"}"#)
        let told = ignore(["agent_context", "mode"])
        #expect(told.count == 1 && told[0].hasPrefix("warning 3006 mode is ignored"), "\(told)")
    }

    @Test func `warns where the engine cannot find a language that a change leaves to it`() throws {
        var stream = try AssemblyAIConversation("sample_rate=16000&speech_model=universal-3-6-pro&language_code=de")
        func ignore() -> [String] { stream.run { $0.ignores([IgnoredOptions.foundLanguage], now: $1, output: &$2) } }
        #expect(ignore().isEmpty, "the upgrade's header names it")
        _ = stream.text(#"{"type":"UpdateConfiguration","language_codes":[]}"#)
        let told = ignore()
        #expect(told.count == 1 && told[0].hasPrefix("warning 3006 The language is not found"), "\(told)")
    }

    @Test func `warns of key terms for which the engine has no room, when a change has them`() throws {
        var stream = try AssemblyAIConversation()
        func ignore() -> [String] { stream.run { $0.ignores(["keyterm=Harken"], now: $1, output: &$2) } }
        #expect(ignore().isEmpty, "the upgrade's header names it")
        _ = stream.text(#"{"type":"UpdateConfiguration","keyterms_prompt":["Harken"]}"#)
        let told = ignore()
        #expect(told.count == 1 && told[0].hasPrefix("warning 3006 keyterm=Harken is left out"), "\(told)")
    }

    @Test func `keeps a limited number of undocumented settings, and names the others`() throws {
        var stream = try AssemblyAIConversation()
        let members = (0..<40).map { "\"new\($0)\":1" }.joined(separator: ",")
        let said = stream.text(#"{"type":"UpdateConfiguration",\#(members)}"#)
        #expect(said.count == 2 && said[0].hasPrefix("warning 3006 new32, new33, "), "\(said)")
        #expect(stream.commands(#"{"type":"UpdateConfiguration","new50":1}"#).isEmpty)
        #expect(stream.commands(#"{"type":"UpdateConfiguration","new0":2}"#).count == 1, "a kept one may change")
        let told = stream.run { $0.ignores(["new0", "new50"], now: $1, output: &$2) }
        #expect(told.count == 1 && told[0].hasPrefix("warning 3006 new0 is ignored"), "\(told)")
    }

    @Test func `keeps a limited size of undocumented settings, and those that AssemblyAI has besides`() throws {
        var stream = try AssemblyAIConversation()
        let long = String(repeating: "a", count: 40_000)
        #expect(stream.commands(#"{"type":"UpdateConfiguration","one":"\#(long)"}"#).count == 1)
        #expect(stream.commands(#"{"type":"UpdateConfiguration","two":"\#(long)"}"#).isEmpty)
        #expect(stream.commands(#"{"type":"UpdateConfiguration","prompt":"\#(long)"}"#).count == 1)
    }

    @Test func `hides profane words from then on`() throws {
        var stream = try AssemblyAIConversation()
        _ = stream.text(#"{"type":"UpdateConfiguration","filter_profanity":true}"#)
        #expect(stream.event(commit("What the fuck?", 0, 3, .endOfTurn)).last?.contains("f***") == true)
        _ = stream.text(#"{"type":"UpdateConfiguration","filter_profanity":false}"#)
        #expect(stream.event(commit("What the fuck?", 3, 6, .endOfTurn)).last?.contains("fuck") == true)
    }

    @Test(arguments: [
        ("hello", "Invalid JSON: "), (#"{"type":"Hello"}"#, "Invalid Message Type: Hello"), ("[1]", "Invalid Message: "), ("{}", "Invalid Message: "),
        (#"{"type":"UpdateConfiguration","max_turn_silence":"1"}"#, "Invalid Message: max_turn_silence"),
        (#"{"type":"UpdateConfiguration","max_turn_silence":-1}"#, "Invalid Message: max_turn_silence"),
        (#"{"type":"UpdateConfiguration","end_of_turn_confidence_threshold":1.5}"#, "Invalid Message: end_of_turn"),
        (#"{"type":"UpdateConfiguration","keyterms_prompt":"a"}"#, "Invalid Message: keyterms_prompt"),
        (#"{"type":"UpdateConfiguration","language_codes":["multi","de"]}"#, "Invalid Message: multi"),
        (#"{"type":"UpdateConfiguration","format_turns":1}"#, "Invalid Message: format_turns"),
        (#"{"type":"UpdateConfiguration","mode":"no_such_mode"}"#, "Invalid Message: mode"),
        (#"{"type":"UpdateConfiguration","prompt":7}"#, "Invalid Message: prompt"),
        (#"{"type":"UpdateConfiguration","interruption_delay":-1}"#, "Invalid Message: interruption_delay"),
        (#"{"type":"UpdateConfiguration","filter_profanity":"yes"}"#, "Invalid Message: filter_profanity"),
    ])
    func `ends the session for a message that it cannot obey`(message: String, problem: String) throws {
        var stream = try AssemblyAIConversation()
        let said = stream.text(message)
        #expect(said.count == 2)
        #expect(said[0].hasPrefix("error 3006 " + problem), "\(said)")
        #expect(said[1].hasPrefix("close 3006 " + problem), "\(said)")
        #expect(stream.text(#"{"type":"Terminate"}"#).isEmpty)
    }

    @Suite struct `watches the length of frames` {
        static func isViolation(_ meaning: BinaryMeaning, _ milliseconds: Int) -> Bool {
            guard case .rejectedInBand(let rejection) = meaning, rejection.code == 3007, rejection.messages.count == 1 else { return false }
            let text = "Input Duration Violation: \(milliseconds) ms. Expected between 50 and 1000 ms"
            return rejection.reason == text && rejection.messages == [AssemblyAIServerMessage.error(code: 3007, message: text).text]
        }

        @Test func `up to a second`() throws {
            var stream = try AssemblyAIConversation()
            #expect(stream.audio(samples: 800) == .audio())
            #expect(stream.audio(samples: 16_000) == .audio())
            #expect(Self.isViolation(stream.audio(samples: 17_600), 1_100))
            #expect(stream.audio(samples: 800) == .ignored)
        }

        @Test func `and lets the last be short`() throws {
            var stream = try AssemblyAIConversation()
            #expect(stream.audio(samples: 320) == .audio())
            #expect(stream.text(#"{"type":"ForceEndpoint"}"#) == ["→ finalize"])
            #expect(stream.audio(samples: 320) == .audio())
            #expect(stream.text(#"{"type":"KeepAlive"}"#) == ["→ keepAlive"])
            #expect(Self.isViolation(stream.audio(samples: 800), 20))
        }

        @Test func `at each rate and size`() throws {
            var telephone = try AssemblyAIConversation("sample_rate=8000&encoding=pcm_mulaw")
            #expect(telephone.machine.receivedBinary(byteCount: 400, now: .now) == .audio())
            #expect(Self.isViolation(telephone.machine.receivedBinary(byteCount: 8_800, now: .now), 1_100))
            var odd = try AssemblyAIConversation("sample_rate=11025")
            #expect(odd.audio(samples: 551) == .audio())
            #expect(odd.audio(samples: 551) == .audio())
            var packets = try AssemblyAIConversation("encoding=opus")
            #expect(packets.machine.receivedBinary(byteCount: 3, now: .now) == .audio())
            #expect(packets.machine.receivedBinary(byteCount: 100_000, now: .now) == .audio())
        }
    }

    @Test func `ends a session in which nothing comes for too long`() throws {
        var stream = try AssemblyAIConversation(AssemblyAIConversation.usual + "&inactivity_timeout=5")
        #expect(stream.wait(.seconds(4)).isEmpty)
        #expect(stream.text(#"{"type":"KeepAlive"}"#) == ["→ keepAlive"])
        #expect(stream.wait(.seconds(4)).isEmpty)
        _ = stream.audio(samples: 1_600)
        #expect(stream.wait(.seconds(4)).isEmpty)
        stream.machine.clientIsHeld(now: stream.now)
        #expect(stream.wait(.seconds(4)).isEmpty, "the gateway did not read")
        #expect(stream.wait(.seconds(1)) == ["→ finish"])
        let said = stream.event(.ended(SessionEnd(received: .zero)))
        #expect(said.count == 2 && said[0].hasPrefix("error 3006 ") && said[1].hasPrefix("close 3006 "))
    }

    @Test(arguments: [
        (EngineError.unavailable("gone"), 3005), (.rateLimited(retryAfter: nil), 3005), (.timedOut("late"), 3005), (.protocolViolation("x"), 3005),
        (.unauthorized("k"), 3005), (.quotaExhausted("k"), 3005), (.cancelled, 3005), (.undecodable("noise"), 3006),
        (.badRequest("x"), 3006), (.unsupportedLanguage(LanguageTag("xx")), 3006),
    ])
    func `says why a session failed, after what it knows`(error: EngineError, code: Int) throws {
        var stream = try AssemblyAIConversation()
        _ = stream.event(commit("Yes.", 0, 1, .length))
        let said = stream.event(.ended(SessionEnd(received: SampleCount(16_000), error: error)))
        #expect(said.count == 3)
        #expect(said[0] == "turn 0+ “yes” utterance “yes”")
        #expect(said[1].hasPrefix("error \(code) ") && said[2].hasPrefix("close \(code) "))
    }

    @Test func `lets the session finish when the gateway goes down`() throws {
        var stream = try AssemblyAIConversation()
        #expect(stream.drain() == ["→ finish"])
        #expect(stream.drain().isEmpty)
        let said = stream.event(.ended(SessionEnd(received: .zero)))
        #expect(said.count == 2 && said[1].hasPrefix("close 3005 "))
    }

    @Test func `ends a turn that nobody ends`() throws {
        var stream = try AssemblyAIConversation()
        let many = words(Array(repeating: "a", count: AssemblyAILiveServer.maxWords).joined(separator: " "), each: 0.01)
        let said = stream.event(.commit(Commit(channel: .first, range: seconds(0, 20), words: many, reason: .length, engine: .local)))
        #expect(said.last?.hasPrefix("turn 0+ ") == true)
    }

    @Test func `keeps quiet about gaps`() throws {
        var stream = try AssemblyAIConversation()
        #expect(stream.event(.gap(.first, seconds(1, 4), .unavailable("gone"))).isEmpty)
    }

    @Test(arguments: [(0, "A"), (25, "Z"), (26, "AA"), (27, "AB"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")])
    func `names speakers by letters`(number: Int, label: String) throws {
        var stream = try AssemblyAIConversation(AssemblyAIConversation.usual + "&speaker_labels=True")
        let said = Commit(channel: .first, range: seconds(0, 1), words: words("Yes", speaker: number), reason: .endOfTurn, engine: .local)
        #expect(stream.event(.commit(said)).last == "turn 0+ “yes” utterance “yes” by \(label)")
    }
}

extension AssemblyAIConversation {
    /// The commands that a message leads to.
    mutating func commands(_ text: String) -> [SessionCommand] {
        var output = ServerOutput()
        machine.receivedText(text.utf8.span.bytes, now: now, output: &output)
        return output.actions.compactMap { if case .command(let command) = $0 { command } else { nil } }
    }
}

private func guess(_ text: String, stable: Int) -> SessionEvent {
    .interim(Hypothesis(range: seconds(0, 2), words: words(text), stableWords: stable))
}
