import Framing
import Protocols
import Speech
import Testing

private func force(_ at: Double? = nil) -> String { #"{"message":"ForceEndOfUtterance"\#(at.map { #","timestamp":\#($0)"# } ?? "")}"# }

private let end = #"{"message":"EndOfStream","last_seq_no":1}"#

@Suite struct `Speechmatics' Agent STT server` {
    private typealias Stream = SpeechmaticsAgentConversation

    /// The order of the vendor's messages, as a session of 2026-09-16 has it.
    @Test func `tells a turn as the vendor does`() throws {
        var stream = try Stream()
        #expect(stream.event(.speechStarted(.first, at: SampleIndex(seconds: 0.16, at: .speech))) == ["SpeechStarted 0.16"])
        let guess = Hypothesis(range: seconds(0, 1), words: words("Quiero una"))
        #expect(stream.event(.interim(guess)) == ["StartOfTurn 0.0", "preview 0.0–1.0 “Quiero una”"])
        #expect(
            stream.event(commit("Quiero una mesa.", 0, 2, .endOfTurn)) == [
                "SpeechEnded 1.5", "segment 0.0–1.5 “Quiero una mesa.”", "EndOfTurn 1.5",
            ])
        #expect(
            stream.raw.suffix(3) == [
                #"{"message":"SpeechEnded","metadata":{"end_time":1.5}}"#,
                #"{"message":"AddSegment","segment":{"transcript":"Quiero una mesa."},"metadata":{"start_time":0.0,"end_time":1.5}}"#,
                #"{"message":"EndOfTurn","metadata":{"end_time":1.5}}"#,
            ])
    }

    @Test func `keeps a turn open over a pause`() throws {
        var stream = try Stream()
        #expect(
            stream.event(commit("Well,", 0, 1, .pause)) == ["SpeechStarted 0.0", "StartOfTurn 0.0", "SpeechEnded 0.5", "preview 0.0–0.5 “Well,”"])
        #expect(stream.event(commit("yes.", 1, 2, .length)) == ["SpeechStarted 1.0", "preview 0.0–1.5 “Well, yes.”"])
        #expect(
            stream.event(.turnEnded(.first, at: SampleIndex(seconds: 2, at: .speech))) == [
                "SpeechEnded 1.5", "segment 0.0–1.5 “Well, yes.”", "EndOfTurn 1.5",
            ])
    }

    @Test func `sends no previews unless the client wants them`() throws {
        var stream = try Stream("")
        #expect(stream.event(.interim(Hypothesis(range: seconds(0, 1), words: words("One")))) == ["SpeechStarted 0.0", "StartOfTurn 0.0"])
        let change = #"{"message":"SetRecognitionConfig","transcription_config":{"language":"en","enable_partials":true}}"#
        #expect(stream.text(change).isEmpty)
        #expect(stream.event(.interim(Hypothesis(range: seconds(0, 1), words: words("One")))) == ["preview 0.0–0.5 “One”"])
    }

    @Test func `names a setting that cannot change`() throws {
        var stream = try Stream()
        let change = #"{"message":"SetRecognitionConfig","transcription_config":{"language":"de","max_delay":1.0,"enable_partials":true}}"#
        #expect(stream.text(change) == ["warning", "warning"])
    }

    @Suite struct `whose client ends turns` {
        @Test func `waits for the client, and tells nothing of speech`() throws {
            var stream = try Stream(turns: "external")
            #expect(stream.event(.speechStarted(.first, at: .zero)).isEmpty)
            #expect(stream.event(commit("One two", 0, 1, .endOfTurn)) == ["StartOfTurn 0.0", "preview 0.0–1.0 “One two”"])
            #expect(stream.event(.turnEnded(.first, at: SampleIndex(seconds: 1, at: .speech))).isEmpty)
            #expect(stream.text(force(2)) == ["→ finalize"])
            #expect(stream.event(commit("three.", 1, 2, .flush)) == ["segment 0.0–1.5 “One two three.”", "EndOfTurn 1.5"])
        }

        @Test func `leaves words behind the client's position to the next turn`() throws {
            var stream = try Stream(turns: "external")
            _ = stream.event(commit("One two", 0, 1, .length))
            #expect(stream.text(force(1.2)) == ["→ finalize"])
            #expect(
                stream.event(commit("three.", 1, 2, .flush)) == [
                    "segment 0.0–1.0 “One two”", "EndOfTurn 1.0", "StartOfTurn 1.0", "preview 1.0–1.5 “three.”",
                ])
            #expect(stream.text(end) == ["→ finish"])
            #expect(
                stream.event(.ended(SessionEnd(received: SampleCount(32_000)))) == [
                    "segment 1.0–1.5 “three.”", "EndOfTurn 1.5", "end of transcript", "close 1000",
                ])
        }

        @Test func `ends nothing when nobody has spoken`() throws {
            var stream = try Stream(turns: "external")
            #expect(stream.text(force()) == ["→ finalize"])
            #expect(stream.event(.flushed(.first)).isEmpty)
        }

        @Test func `does not end a turn that began behind the position`() throws {
            var stream = try Stream(turns: "external")
            #expect(stream.text(force(1)) == ["→ finalize"])
            let guess = Hypothesis(range: seconds(1, 3), words: words("hello", from: 2))
            #expect(stream.event(.interim(guess)).first == "StartOfTurn 2.0")
            #expect(stream.event(.flushed(.first)).isEmpty)
            #expect(stream.text(force(4)) == ["→ finalize"])
            #expect(stream.event(commit("Hello.", 2, 4, .flush)) == ["segment 2.0–2.5 “Hello.”", "EndOfTurn 2.5"])
        }

        @Test func `keeps a word without a length at the position in the turn`() throws {
            var stream = try Stream(turns: "external")
            let last = Word("now.", SampleRange(SampleIndex(seconds: 1, at: .speech), count: .zero), confidence: 1)
            #expect(stream.text(force(1)) == ["→ finalize"])
            let said = words("Right") + [last]
            #expect(
                stream.event(.commit(Commit(channel: .first, range: seconds(0, 1), words: said, reason: .flush, engine: .local))) == [
                    "StartOfTurn 0.0", "segment 0.0–1.0 “Right now.”", "EndOfTurn 1.0",
                ])
        }

        @Test func `takes positions in order only`() throws {
            var stream = try Stream(turns: "external")
            #expect(stream.text(force(1)) == ["→ finalize"])
            #expect(stream.text(force(1)) == ["warning"])
            #expect(stream.text(force()) == ["→ finalize"], "a position need not be named")
            #expect(stream.text(force(-1)) == ["→ finish"])
            #expect(stream.event(.ended(SessionEnd(received: .zero))) == ["error invalid_message", "close 1003 invalid_message"])
        }

        @Test func `says that the session has no channels, and ends the turn`() throws {
            var stream = try Stream(turns: "external")
            _ = stream.event(commit("One two", 0, 1, .length))
            #expect(stream.text(#"{"message":"ForceEndOfUtterance","channel":"left"}"#) == ["warning", "→ finalize"])
            #expect(stream.raw.last?.contains("channel is ignored: this session has no channels.") == true)
            #expect(stream.event(commit("three.", 1, 2, .flush)) == ["segment 0.0–1.5 “One two three.”", "EndOfTurn 1.5"])
            #expect(stream.text(#"{"message":"ForceEndOfUtterance","channel":null}"#) == ["→ finalize"])
            #expect(stream.text(#"{"message":"ForceEndOfUtterance","channel":1}"#) == ["→ finish"])
        }

        @Test func `takes so many at once`() throws {
            var stream = try Stream(turns: "external")
            for number in 1...SpeechmaticsAgentServer.maxCuts { #expect(stream.text(force(Double(number))) == ["→ finalize"]) }
            #expect(stream.text(force(1_000)) == ["warning"])
        }
    }

    @Test func `says once that the client ends no turn where the service does`() throws {
        var stream = try Stream()
        #expect(stream.text(force(1)) == ["warning"])
        #expect(stream.text(force(2)).isEmpty)
    }

    @Suite struct `that divides a turn` {
        @Test func `gives each speaker a segment`() throws {
            var stream = try Stream(#""diarization":"speaker""#)
            let said = words("Hi there.", speaker: 0) + words("Yes.", from: 1, speaker: 1)
            #expect(
                stream.event(.commit(Commit(channel: .first, range: seconds(0, 2), words: said, reason: .endOfTurn, engine: .local))) == [
                    "SpeechStarted 0.0", "StartOfTurn 0.0", "segment 0.0–1.0 “Hi there.” S1", "SpeechEnded 1.5", "segment 1.0–1.5 “Yes.” S2",
                    "EndOfTurn 1.5",
                ])
            #expect(stream.text(#"{"message":"GetSpeakers"}"#) == ["warning speaker_id", "speakers S1 S2"])
        }

        @Test func `gives each sentence a segment where the client wants that`() throws {
            for (config, expected) in [
                (#""emit_sentences":true"#, ["segment 0.0–1.0 “Hi there.”", "SpeechEnded 2.5", "segment 1.0–2.5 “How are you?”"]),
                (#""emit_sentences":false"#, ["SpeechEnded 2.5", "segment 0.0–2.5 “Hi there. How are you?”"]),
            ] {
                var stream = try Stream(config)
                let said = stream.event(commit("Hi there. How are you?", 0, 3, .endOfTurn))
                #expect(said == ["SpeechStarted 0.0", "StartOfTurn 0.0"] + expected + ["EndOfTurn 2.5"])
            }
        }

        @Test func `lets no segment grow beyond two minutes`() throws {
            var stream = try Stream("")
            let said = words("a b c d e", each: 30)
            let events = stream.event(.commit(Commit(channel: .first, range: seconds(0, 150), words: said, reason: .length, engine: .local)))
            #expect(events == ["SpeechStarted 0.0", "StartOfTurn 0.0", "segment 0.0–120.0 “a b c d”"])
        }
    }

    @Test func `shows replacements`() throws {
        var stream = try Stream(#""transcript_filtering_config":{"replacements":[{"from":"hark en","to":"Harken"}]}"#)
        #expect(stream.event(commit("Hark en, yes.", 0, 2, .endOfTurn)).contains("segment 0.0–1.5 “Harken, yes.”"))
    }

    @Test func `acknowledges audio, also that which came before the start`() throws {
        var stream = try Stream(ready: false)
        let early = stream.binary([0, 0])
        #expect(early.said.isEmpty && early.meaning == .audio())
        #expect(stream.event(.ready) == ["started", "info recognition_quality", "added 1"])
        #expect(stream.binary([0, 0]).said == ["added 2"])
        #expect(stream.text(end) == ["→ finish"])
        #expect(stream.binary([0, 0]).said == ["warning add_audio_after_eos"])
        #expect(stream.event(.ended(SessionEnd(received: SampleCount(2)))) == ["end of transcript", "close 1000"])
    }

    @Test func `names what it ignores as the vendor does, in a warning without a type`() throws {
        var stream = try Stream(#""max_delay":1.0,"punctuation_overrides":{},"brand_new":1,"domain":null"#, ready: false)
        #expect(stream.event(.ready) == ["warning", "warning", "warning", "started", "info recognition_quality"])
        let reason = "transcription_config.max_delay is not a setting of Agent STT and is ignored."
        #expect(stream.raw.first == #"{"message":"Warning","reason":"\#(reason)"}"#)
        #expect(stream.run { $0.ignores(["domain"], now: $1, output: &$2) } == ["warning"])
    }

    @Test func `names what it ignores beside the configuration too`() throws {
        var entrance = try Entrance.speechmaticsAgent(), stream = try Stream(ready: false)
        let start = Stream.start().replacing(#""message":"StartRecognition","#, with: #""message":"StartRecognition","audio_events_config":true,"#)
        stream.machine = try entrance.begin(start).machine
        _ = stream.run { $0.opened(LiveStart(rate: .speech, model: "m"), now: $1, output: &$2) }
        #expect(stream.event(.ready).first == "warning")
        #expect(stream.raw.contains { $0.contains("audio_events_config is not a setting of Agent STT") })
    }

    @Test func `says that voices of another session have no effect, and tells the speakers at the end`() throws {
        let voices = #"{"get_speakers":true,"max_speakers":4,"speakers":[{"label":"Ann","speaker_identifiers":["x"]}]}"#
        var stream = try Stream(#""diarization":"speaker","speaker_diarization_config":\#(voices)"#, ready: false)
        #expect(stream.event(.ready) == ["started", "info recognition_quality", "warning speaker_id"])
        let sent = stream.machine.request.vendorOptions?.options.map { "\($0.name) \($0.value)" }
        #expect(sent == [#"speaker_diarization_config json("{\"max_speakers\":4}")"#])
        #expect(stream.machine.request.shared.maxSpeakers == 4)
        _ = stream.text(end)
        #expect(
            stream.event(.ended(SessionEnd(received: .zero))) == ["warning speaker_id", "speakers", "end of transcript", "close 1000"])
    }

    @Test func `says that nothing tells speakers, and shows none`() throws {
        var stream = try Stream(#""diarization":"speaker""#, ready: false, tellsSpeakers: false)
        #expect(stream.event(.ready) == ["started", "info recognition_quality", "warning speaker_id"])
        let said = Commit(channel: .first, range: seconds(0, 1), words: words("Hi.", speaker: 0), reason: .endOfTurn, engine: .local)
        #expect(stream.event(.commit(said)).contains("segment 0.0–0.5 “Hi.”"))
    }

    @Test func `tells audio that no engine could recognize`() throws {
        var stream = try Stream()
        #expect(stream.event(.gap(.first, seconds(1.25, 4), .unavailable("gone"))) == ["warning"])
        #expect(stream.raw.last?.contains("from 1.25 to 4.0 s") == true)
    }

    @Test(arguments: [
        (EngineError.undecodable("noise"), "data_error", 1003), (.unavailable("gone"), "job_error", 4013),
        (.rateLimited(retryAfter: nil), "quota_exceeded", 4005),
    ])
    func `says what went wrong, behind the words that are known`(error: EngineError, type: String, close: Int) throws {
        var stream = try Stream("")
        _ = stream.event(commit("Yes.", 0, 1, .pause))
        #expect(
            stream.event(.ended(SessionEnd(received: SampleCount(16_000), error: error))) == [
                "segment 0.0–0.5 “Yes.”", "EndOfTurn 0.5", "error \(type)", "close \(close) \(type)",
            ])
    }

    @Test func `warns before it ends a session without audio`() throws {
        var stream = try Stream()
        #expect(stream.wait(.seconds(45 * 60)) == ["warning idle_timeout"])
        #expect(stream.wait(.seconds(15 * 60)) == ["→ finish"])
        #expect(stream.event(.ended(SessionEnd(received: .zero))) == ["error idle_timeout", "close 1008 idle_timeout"])
    }

    @Test func `says when the key is what ends it`() throws {
        for (notice, said) in [
            (AccountNotice.exhausted, ["error insufficient_funds", "close 4005 insufficient_funds"]),
            (.revoked, ["error not_authorised", "close 4001 not_authorised"]),
        ] {
            var stream = try Stream()
            stream.account(notice)
            #expect(stream.event(.ended(SessionEnd(received: SampleCount(160), error: .unauthorized("x")))) == said)
        }
    }

    @Test func `lets a session finish when the gateway goes down`() throws {
        var stream = try Stream()
        #expect(stream.drain() == ["→ finish"])
        #expect(stream.event(.ended(SessionEnd(received: .zero))) == ["error session_transfer", "close 1011 session_transfer"])
    }
}
