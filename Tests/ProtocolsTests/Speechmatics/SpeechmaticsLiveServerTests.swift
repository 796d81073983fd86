import Framing
import Protocols
import Speech
import Testing

@Suite struct `Speechmatics' live server` {
    @Test func `turns a session into transcripts, then ends and closes`() throws {
        var stream = try SpeechmaticsConversation()
        #expect(stream.audio(samples: 16_000) == ["→ audio", "added 1"])
        #expect(stream.audio(samples: 16_000) == ["→ audio", "added 2"])
        #expect(stream.event(interim("Hello", 0, 1)) == ["partial 0.0–1.0 “Hello ”"])
        #expect(stream.event(commit("Hello there.", 0, 1.75, .pause)) == ["final 0.0–1.0 “Hello there. ” eos", "partial 1.75–1.75 -"])
        #expect(stream.event(interim("", 1.75, 2)).isEmpty, "there is no partial to take back")
        #expect(stream.event(commit("", 1.75, 3, .length)) == ["final 1.75–3.0 -", "partial 3.0–3.0 -"])
        #expect(stream.event(interim("Good", 3, 3.5)) == ["partial 3.0–3.5 “Good ”"])
        #expect(stream.event(interim("", 3, 3.6)) == ["partial 3.0–3.6 -"])
        #expect(stream.text(#"{"message":"EndOfStream","last_seq_no":77}"#) == ["→ finish"])
        #expect(stream.audio(samples: 10) == ["warning add_audio_after_eos"])
        #expect(stream.audio(samples: 10) == ["ignored"])
        #expect(stream.event(commit("Bye.", 3, 4, .endOfAudio)) == ["final 3.0–3.5 “Bye. ” eos", "partial 4.0–4.0 -"])
        #expect(stream.event(.ended(SessionEnd(received: SampleCount(80_000)))) == ["end of transcript", "close 1000"])
        #expect(stream.event(interim("late", 5, 6)).isEmpty)
    }

    @Test func `writes transcripts as the reference shows them`() throws {
        var stream = try SpeechmaticsConversation(#""diarization":"speaker""#)
        _ = stream.event(.commit(Commit(channel: .first, range: seconds(0, 1), words: words("Hi you.", speaker: 1), reason: .pause, engine: .local)))
        #expect(
            stream.raw.last == """
                {"message":"AddTranscript","format":"2.1","metadata":{"start_time":0.0,"end_time":1.0,"transcript":"Hi you. "},"results":[\
                {"type":"word","start_time":0.0,"end_time":0.5,"alternatives":[\
                {"content":"Hi","confidence":0.875,"language":"en","speaker":"S2","display":{"direction":"ltr"}}]},\
                {"type":"word","start_time":0.5,"end_time":1.0,"alternatives":[\
                {"content":"you","confidence":0.875,"language":"en","speaker":"S2","display":{"direction":"ltr"}}]},\
                {"type":"punctuation","attaches_to":"previous","is_eos":true,"start_time":1.0,"end_time":1.0,"alternatives":[\
                {"content":".","confidence":1.0,"language":"en","speaker":"S2"}]}]}
                """)
        _ = stream.event(commit("Who", 1, 2, .pause))
        #expect(stream.raw.last?.contains(#""speaker":"UU""#) == true)
    }

    @Test func `says that it has started as it should`() throws {
        var stream = try SpeechmaticsConversation(ready: false)
        _ = stream.event(.ready)
        #expect(
            stream.raw.first == """
                {"message":"RecognitionStarted","id":"\(LiveConversation.requestID)","orchestrator_version":"harken","language_pack_info":\
                {"adapted":false,"itn":true,"language_description":"English","word_delimiter":" ","writing_direction":"left-to-right"}}
                """)
    }

    @Test func `starts before the client gives up, though no engine is there yet`() throws {
        var stream = try SpeechmaticsConversation(ready: false)
        #expect(stream.audio(samples: 10) == ["→ audio"])
        #expect(stream.wait(.seconds(1)).isEmpty)
        #expect(stream.wait(.seconds(2)) == ["started", "info recognition_quality", "added 1"])
        #expect(stream.event(.ready).isEmpty)
    }

    @Test func `sends no partial to who did not ask for any, until it does`() throws {
        var stream = try SpeechmaticsConversation("")
        #expect(stream.event(interim("Hello", 0, 1)).isEmpty)
        #expect(stream.text(#"{"message":"SetRecognitionConfig","transcription_config":{"language":"en","enable_partials":true}}"#).isEmpty)
        #expect(stream.event(interim("Hello", 0, 1)) == ["partial 0.0–1.0 “Hello ”"])
    }

    @Test func `warns of members that cannot change, unless they say again what was said`() throws {
        var stream = try SpeechmaticsConversation(#""enable_partials":true,"additional_vocab":["Harken"]"#)
        func set(_ members: String) -> [String] {
            stream.text(#"{"message":"SetRecognitionConfig","transcription_config":{"language":"en",\#(members)}}"#)
        }
        #expect(set(#""additional_vocab":["Harken"],"max_delay":2.0"#).filter { !$0.hasPrefix("→ update") }.isEmpty)
        #expect(set(#""additional_vocab":["Gateway"]"#) == ["warning unsupported_option"])
        #expect(stream.raw.last?.contains("additional_vocab cannot change") == true)
        #expect(set(#""no_such_member":1,"domain":"finance""#) == ["warning unsupported_option", "warning unsupported_option"])
        #expect(
            stream.text(#"{"message":"SetRecognitionConfig","transcription_config":{"language":"de","enable_partials":false}}"#)
                == ["warning unsupported_option"])
        #expect(stream.event(interim("Hello", 0, 1)).isEmpty, "the members that may change are in force")
    }

    @Test(arguments: [
        #""conversation_config":{"end_of_utterance_silence_trigger":0.7}"#, #""diarization":"speaker""#, #""domain":"finance""#,
    ])
    func `does not warn of members that say again what was said`(member: String) throws {
        var stream = try SpeechmaticsConversation(member)
        #expect(stream.text(#"{"message":"SetRecognitionConfig","transcription_config":{"language":"English",\#(member)}}"#).isEmpty)
        #expect(
            stream.text(#"{"message":"SetRecognitionConfig","transcription_config":{"language":"portuguese",\#(member)}}"#)
                == ["warning unsupported_option"])
    }

    @Suite struct `asked for the end of utterances` {
        static let trigger = #""conversation_config":{"end_of_utterance_silence_trigger":0.7}"#

        @Test func `says it at a pause of that length, once`() throws {
            var stream = try SpeechmaticsConversation(Self.trigger)
            #expect(stream.machine.request.endpointing == .milliseconds(700))
            #expect(stream.event(commit("Hello.", 0, 1.25, .pause)) == ["final 0.0–0.5 “Hello. ” eos", "end of utterance 1.25"])
            #expect(stream.event(.turnEnded(.first, at: SampleIndex(20_000))).isEmpty)
            #expect(stream.event(commit("", 1.25, 2, .pause)) == ["final 1.25–2.0 -"])
        }

        @Test func `says it at the end, when words were left`() throws {
            var stream = try SpeechmaticsConversation(Self.trigger)
            _ = stream.text(#"{"message":"EndOfStream","last_seq_no":1}"#)
            _ = stream.event(commit("Hello.", 0, 1, .endOfAudio))
            #expect(
                stream.event(.ended(SessionEnd(received: SampleCount(16_000)))) == ["end of utterance 1.0", "end of transcript", "close 1000"])
        }

        @Test func `says nothing of the kind when it is off`() throws {
            var stream = try SpeechmaticsConversation(#""conversation_config":{"end_of_utterance_silence_trigger":0}"#)
            #expect(stream.event(commit("Hello.", 0, 1, .endOfTurn)) == ["final 0.0–0.5 “Hello. ” eos"])
        }
    }

    @Suite struct `forced to end an utterance` {
        @Test func `answers behind the words`() throws {
            var stream = try SpeechmaticsConversation()
            #expect(stream.text(#"{"message":"ForceEndOfUtterance","timestamp":1.5}"#) == ["→ finalize"])
            #expect(stream.event(commit("Yes.", 0, 1, .flush)) == ["final 0.0–0.5 “Yes. ” eos", "partial 1.0–1.0 -", "end of utterance 1.0"])
        }

        @Test func `ends it at the position that the client names`() throws {
            var stream = try SpeechmaticsConversation()
            #expect(stream.text(#"{"message":"ForceEndOfUtterance","timestamp":1.0}"#) == ["→ finalize"])
            #expect(
                stream.event(commit("One two. Three", 0, 2, .flush)) == [
                    "final 0.0–1.0 “One two. ” eos", "partial 1.0–1.0 -", "end of utterance 1.0", "final 1.0–1.5 “Three ”", "partial 2.0–2.0 -",
                ])
            // All words behind the position are of the next utterance.
            #expect(stream.text(#"{"message":"ForceEndOfUtterance","timestamp":1.5}"#) == ["→ finalize"])
            #expect(stream.event(commit("Four", 2, 3, .flush)) == ["end of utterance 1.5", "final 2.0–2.5 “Four ”", "partial 3.0–3.0 -"])
        }

        @Test func `leaves words behind the position to the next utterance`() throws {
            var stream = try SpeechmaticsConversation(#""conversation_config":{"end_of_utterance_silence_trigger":0.5}"#)
            _ = stream.text(#"{"message":"ForceEndOfUtterance","timestamp":0.5}"#)
            #expect(stream.event(commit("One two", 0, 1, .flush)) == ["final 0.0–0.5 “One ”", "end of utterance 0.5", "final 0.5–1.0 “two ”"])
            #expect(stream.event(.turnEnded(.first, at: SampleIndex(24_000))) == ["end of utterance 1.5"])
        }

        @Test(arguments: ["-1", #""soon""#])
        func `takes no other position than a time`(value: String) throws {
            var stream = try SpeechmaticsConversation()
            #expect(stream.text(#"{"message":"ForceEndOfUtterance","timestamp":\#(value)}"#) == ["→ finish"])
        }

        @Test func `refuses to owe too many answers`() throws {
            var stream = try SpeechmaticsConversation()
            for _ in 0..<SpeechmaticsLiveServer.maxForces { #expect(stream.text(#"{"message":"ForceEndOfUtterance"}"#) == ["→ finalize"]) }
            #expect(stream.text(#"{"message":"ForceEndOfUtterance"}"#) == ["warning unsupported_option"])
        }

        @Test func `says that a session without channels has none, and ends the utterance`() throws {
            var stream = try SpeechmaticsConversation()
            #expect(stream.text(#"{"message":"ForceEndOfUtterance","channel":"left"}"#) == ["warning unsupported_option", "→ finalize"])
            #expect(stream.event(.flushed(.first)) == ["end of utterance 0.0"])
        }

        @Test func `answers although there was nothing to say`() throws {
            var stream = try SpeechmaticsConversation()
            #expect(stream.text(#"{"message":"ForceEndOfUtterance"}"#) == ["→ finalize"])
            #expect(stream.event(.flushed(.first)) == ["end of utterance 0.0"])
        }

        @Test func `answers although the session ended first`() throws {
            var stream = try SpeechmaticsConversation()
            _ = stream.text(#"{"message":"ForceEndOfUtterance"}"#)
            _ = stream.text(#"{"message":"EndOfStream","last_seq_no":0}"#)
            #expect(stream.event(.ended(SessionEnd(received: .zero))) == ["end of utterance 0.0", "end of transcript", "close 1000"])
        }
    }

    @Suite struct `with a short delay` {
        static let config = #""enable_partials":true,"max_delay":1.0"#

        /// Words of half a second each from 0 on, of which the first will not change.
        static func heard(_ text: String, stable: Int, through end: Double) -> SessionEvent {
            .interim(Hypothesis(range: seconds(0, end), words: words(text), stableWords: stable))
        }

        @Test func `sends ahead what will not change`() throws {
            var stream = try SpeechmaticsConversation(Self.config)
            #expect(stream.event(Self.heard("one two", stable: 1, through: 0.75)) == ["partial 0.0–1.0 “one two ”"])
            #expect(
                stream.event(Self.heard("one two three", stable: 2, through: 1.5)) == ["final 0.0–1.0 “one two ”", "partial 1.0–1.5 “three ”"])
            #expect(stream.event(Self.heard("One two three.", stable: 2, through: 1.6)) == ["partial 1.0–1.6 “three. ” eos"])
            #expect(stream.event(commit("One, two three.", 0, 2, .pause)) == ["final 1.0–1.5 “three. ” eos", "partial 2.0–2.0 -"])
            #expect(stream.event(commit("Four.", 2, 3, .pause)) == ["final 2.0–2.5 “Four. ” eos", "partial 3.0–3.0 -"])
        }

        @Test func `keeps to what was sent when the commit says otherwise`() throws {
            var stream = try SpeechmaticsConversation(Self.config)
            _ = stream.event(Self.heard("one two", stable: 2, through: 2))
            #expect(stream.event(commit("won two three", 0, 2, .pause)) == ["final 1.0–1.5 “three ”", "partial 2.0–2.0 -"])
        }

        @Test func `keeps words in order when the commit has them earlier`() throws {
            var stream = try SpeechmaticsConversation(Self.config)
            _ = stream.event(Self.heard("one two", stable: 2, through: 2))
            let moved = Commit(
                channel: .first, range: seconds(0, 2), words: words("one two three", each: 0.2), reason: .pause, engine: EngineName("test"))
            #expect(stream.event(.commit(moved)) == ["final 0.5–0.6 “three ”", "partial 2.0–2.0 -"])
        }

        @Test func `goes on behind what was sent when another engine heard some of it otherwise`() throws {
            var stream = try SpeechmaticsConversation(Self.config)
            _ = stream.event(Self.heard("one two", stable: 2, through: 2))
            let again = Commit(
                channel: .first, range: seconds(0, 2), words: words("won two the three", from: 0, each: 0.4), reason: .pause,
                engine: EngineName("test"))
            #expect(stream.event(.commit(again)) == ["final 0.8–1.6 “the three ”", "partial 2.0–2.0 -"])
        }

        @Test func `sends nothing again when a commit has fewer words than were sent, as another engine had heard more`() throws {
            var stream = try SpeechmaticsConversation(Self.config)
            _ = stream.event(Self.heard("one two three four", stable: 4, through: 3))
            #expect(stream.event(commit("One two", 0, 1, .length)) == ["final 2.0–2.0 -", "partial 2.0–2.0 -"])
            let rest = Commit(
                channel: .first, range: seconds(1, 3), words: words("three four five.", from: 1), reason: .pause, engine: EngineName("test"))
            #expect(stream.event(.commit(rest)) == ["final 2.0–2.5 “five. ” eos", "partial 3.0–3.0 -"])
        }

        @Test func `asks the engine for words within it, and for another one in mid-session`() throws {
            for usual in ["", #""max_delay":4"#] {
                #expect(try SpeechmaticsConversation(usual).machine.request.turn.longestDelay == .seconds(4))
            }
            var stream = try SpeechmaticsConversation(Self.config)
            #expect(stream.machine.request.turn.longestDelay == .seconds(1))
            var change = StreamChange()
            change.longestDelay = .milliseconds(2_500)
            let message = #"{"message":"SetRecognitionConfig","transcription_config":{"language":"en","max_delay":2.5}}"#
            #expect(stream.text(message) == ["→ \(SessionCommand.update(change))"])
            change.longestDelay = .seconds(4)
            #expect(stream.text(message.replacing("2.5", with: "4.0")) == ["→ \(SessionCommand.update(change))"])
            let other = #"{"message":"SetRecognitionConfig","transcription_config":{"language":"en","enable_partials":false}}"#
            #expect(stream.text(other).isEmpty)
        }

        @Test func `has nothing to add when all was sent`() throws {
            var stream = try SpeechmaticsConversation(Self.config)
            _ = stream.event(Self.heard("one two", stable: 2, through: 2))
            #expect(stream.event(commit("One two.", 0, 2, .pause)) == ["final 1.0–2.0 -", "partial 2.0–2.0 -"])
        }
    }

    @Test func `shows only the marks that are permitted, and replacements`() throws {
        var stream = try SpeechmaticsConversation(
            """
            "punctuation_overrides":{"permitted_marks":["."]},
            "transcript_filtering_config":{"replacements":[{"from":"hark en","to":"Harken"}]}
            """)
        #expect(stream.event(commit("Well, Hark en, is here.", 0, 3, .pause)) == ["final 0.0–2.5 “Well Harken is here. ” eos"])
    }

    @Test func `does not take an abbreviation for the end of a sentence`() throws {
        var stream = try SpeechmaticsConversation()
        #expect(stream.event(commit("Mr. Brown", 0, 1, .pause)) == ["final 0.0–1.0 “Mr. Brown ”", "partial 1.0–1.0 -"])
    }

    @Test func `covers a gap and goes on behind it`() throws {
        var stream = try SpeechmaticsConversation()
        #expect(stream.event(.gap(.first, seconds(0, 4), .unavailable("gone"))) == ["final 0.0–4.0 -", "partial 4.0–4.0 -"])
        #expect(stream.event(commit("Two.", 4, 5, .pause)) == ["final 4.0–4.5 “Two. ” eos", "partial 5.0–5.0 -"])
    }

    @Test(arguments: [
        ("{", "invalid_message"), (#"{"message":"Dance"}"#, "invalid_message"), ("audio", "invalid_message"),
        (SpeechmaticsConversation.start(""), "protocol_error"), (#"{"message":"AddChannelAudio","channel":"a","data":""}"#, "protocol_error"),
        (#"{"message":"SetRecognitionConfig","transcription_config":{"language":"en","max_delay":99}}"#, "invalid_config"),
        (#"{"message":"SetRecognitionConfig","transcription_config":{"language":"en","enable_partials":1}}"#, "invalid_config"),
        (#"{"message":"SetRecognitionConfig"}"#, "invalid_config"),
    ])
    func `ends at a message that it cannot take, with what was said`(message: String, type: String) throws {
        var stream = try SpeechmaticsConversation()
        #expect(stream.text(message) == ["→ finish"])
        #expect(stream.event(commit("Yes.", 0, 1, .endOfAudio)) == ["final 0.0–0.5 “Yes. ” eos", "partial 1.0–1.0 -"])
        #expect(stream.event(.ended(SessionEnd(received: SampleCount(16_000)))) == ["error \(type)", "close 1003 \(type)"])
    }

    @Test(arguments: [
        (EngineError.undecodable("noise"), "data_error", 1003), (.unsupportedLanguage(.english), "invalid_model", 4004),
        (.rateLimited(retryAfter: nil), "quota_exceeded", 4005), (.unavailable("gone"), "job_error", 4013), (.cancelled, "job_error", 4013),
        (.quotaExhausted("empty"), "job_error", 4013),
    ])
    func `says what went wrong`(error: EngineError, type: String, close: Int) throws {
        var stream = try SpeechmaticsConversation()
        #expect(
            stream.event(.ended(SessionEnd(received: SampleCount(160), error: error))) == ["error \(type)", "close \(close) \(type)"])
    }

    @Test func `warns before it ends a session without audio`() throws {
        var stream = try SpeechmaticsConversation()
        #expect(stream.wait(.seconds(44 * 60)).isEmpty)
        #expect(stream.wait(.seconds(60)) == ["warning idle_timeout"])
        #expect(stream.wait(.seconds(60)).isEmpty)
        #expect(stream.wait(.seconds(4 * 60)) == ["warning idle_timeout"])
        #expect(stream.audio(samples: 10) == ["→ audio", "added 1"])
        #expect(stream.wait(.seconds(20 * 60)).isEmpty)
        #expect(stream.wait(.seconds(40 * 60)) == ["→ finish"])
        #expect(stream.event(.ended(SessionEnd(received: .zero))) == ["error idle_timeout", "close 1008 idle_timeout"])
    }

    @Test func `ends after two days`() throws {
        var stream = try SpeechmaticsConversation()
        #expect(stream.wait(.seconds(48 * 3_600)) == ["→ finish"])
        #expect(stream.event(.ended(SessionEnd(received: .zero))) == ["error session_timeout", "close 1008 session_timeout"])
    }

    @Test func `lets a session finish when the gateway goes down`() throws {
        var stream = try SpeechmaticsConversation()
        #expect(stream.drain() == ["→ finish"])
        #expect(stream.event(.ended(SessionEnd(received: .zero))) == ["error session_transfer", "close 1011 session_transfer"])
    }

    @Test func `names Mandarin as the client does, also when an engine has another code for it`() throws {
        var stream = try SpeechmaticsConversation()
        var client = try Entrance.speechmatics()
        stream.machine = try client.begin(SpeechmaticsConversation.start("").replacing(#""en""#, with: #""cmn""#)).machine
        #expect(stream.machine.request.language?.usual == LanguageTag("zh"))
        _ = stream.run { $0.opened(LiveStart(rate: .speech, model: "m"), now: $1, output: &$2) }
        _ = stream.event(.ready)
        #expect(stream.raw.contains { $0.contains(#""language_description":"Chinese","word_delimiter":"""#) })
        var word = Word("\u{4F60}\u{597D}", seconds(0, 1), confidence: 1)
        word.language = LanguageTag("zh")
        _ = stream.event(.commit(Commit(channel: .first, range: seconds(0, 1), words: [word], reason: .pause, engine: .local)))
        #expect(stream.raw.last?.contains(#""language":"cmn""#) == true)
    }

    @Test func `tells the speakers that were heard, and once that they have no identifiers`() throws {
        var stream = try SpeechmaticsConversation(#""diarization":"speaker""#)
        let ask = #"{"message":"GetSpeakers"}"#
        #expect(stream.text(ask) == ["warning speaker_id", "speakers"])
        for (number, text) in [(1, "Hi."), (0, "Hello."), (1, "Bye.")] {
            let said = Commit(
                channel: .first, range: seconds(0, 1), words: words(text, speaker: number), reason: .pause, engine: .local)
            _ = stream.event(.commit(said))
        }
        #expect(stream.text(ask) == ["speakers S1 S2"])
        #expect(stream.raw.last?.contains(#"{"label":"S1","speaker_identifiers":[]}"#) == true)
    }

    @Test func `tells the speakers at the end to a client that waits for all`() throws {
        var stream = try SpeechmaticsConversation()
        #expect(stream.text(#"{"message":"GetSpeakers","final":true}"#).isEmpty)
        _ = stream.text(#"{"message":"EndOfStream","last_seq_no":0}"#)
        #expect(
            stream.event(.ended(SessionEnd(received: .zero))) == ["warning speaker_id", "speakers", "end of transcript", "close 1000"])
    }

    @Test func `says when the key is what ends it`() throws {
        for (notice, error, said) in [
            (AccountNotice.exhausted, EngineError.quotaExhausted("x"), ["error insufficient_funds", "close 4005 insufficient_funds"]),
            (.revoked, .unauthorized("x"), ["error not_authorised", "close 4001 not_authorised"]),
        ] {
            var stream = try SpeechmaticsConversation()
            stream.account(notice)
            #expect(stream.event(.ended(SessionEnd(received: SampleCount(160), error: error))) == said)
        }
    }
}
