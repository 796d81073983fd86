import Framing
import Protocols
import Speech
import Testing

@Suite struct `Soniox's live server` {
    @Test func `turns a session into tokens, then finishes and closes`() throws {
        var stream = try SonioxConversation()
        #expect(stream.audio(samples: 16_000) == .audio())
        #expect(stream.event(interim("Hello", 0, 1)) == ["|Hello 0/1000"])
        #expect(stream.event(interim("Hello there.", 0, 1.5)) == ["|Hello· there·. 0/1500"])
        #expect(stream.event(commit("Hello there.", 0, 1.75, .pause)) == ["Hello· there·.| 1750/1750"])
        #expect(stream.event(.turnEnded(.first, at: SampleIndex(28_000))) == ["<end>| 1750/1750"])
        #expect(stream.event(commit("", 1.75, 3, .length)) == ["| 3000/3000"])
        #expect(stream.event(interim("Good", 3, 3.5)) == ["| Good 3000/3500"])
        #expect(stream.event(commit("Good bye!", 3, 4, .endOfTurn)) == [" Good· bye·!·<end>| 4000/4000"])
        #expect(stream.text("") == ["→ finish"])
        #expect(stream.audio(samples: 10) == .ignored)
        #expect(stream.text("").isEmpty, "the client says it once more when it leaves")
        #expect(stream.event(commit("Bye.", 4, 5, .endOfAudio)) == [" Bye·.| 5000/5000"])
        #expect(stream.event(.ended(SessionEnd(received: SampleCount(80_160)))) == ["| 5010/5010 finished", "close 1000"])
        #expect(stream.event(interim("late", 5, 6)).isEmpty)
    }

    @Test func `writes tokens as the reference shows them`() throws {
        var stream = try SonioxConversation(
            """
            {"model":"stt-rt-v4","audio_format":"pcm_s16le","sample_rate":16000,"num_channels":1,"language_hints":["en"],
            "enable_speaker_diarization":true,"enable_language_identification":true}
            """)
        let said = words("It's", from: 0, speaker: 0)
        _ = stream.event(.commit(Commit(channel: .first, range: seconds(0, 0.5), words: said, reason: .pause, engine: .local)))
        #expect(
            stream.raw.last == """
                {"tokens":[{"text":"It's","start_ms":0,"end_ms":500,"confidence":0.875,"is_final":true,"speaker":"1","language":"en"}],\
                "final_audio_proc_ms":500,"total_audio_proc_ms":500}
                """)
    }

    @Test func `takes an empty binary message for the end too`() throws {
        var stream = try SonioxConversation()
        _ = stream.audio(samples: 10)
        #expect(stream.audio(samples: 0) == .command(.finish))
        #expect(stream.event(.ended(SessionEnd(received: SampleCount(16)))) == ["| 1/1 finished", "close 1000"])
    }

    @Test func `does not finish what never was`() throws {
        var stream = try SonioxConversation()
        _ = stream.text("")
        #expect(stream.event(.ended(SessionEnd(received: .zero))) == ["error 400 No audio received.", "close 1008"])
    }

    @Test func `detects no endpoint that nobody asked for`() throws {
        var stream = try SonioxConversation(#"{"model":"stt-rt-v5","audio_format":"auto","enable_endpoint_detection":null,"language_hints":null}"#)
        #expect(stream.machine.request.format == .container)
        #expect(stream.event(commit("Yes.", 0, 1, .endOfTurn)) == ["Yes·.| 1000/1000"])
        #expect(stream.event(.turnEnded(.first, at: SampleIndex(16_000))).isEmpty)
    }

    @Test func `marks an endpoint once`() throws {
        var stream = try SonioxConversation()
        #expect(stream.event(.turnEnded(.first, at: .zero)).isEmpty)
        #expect(stream.event(commit("Yes.", 0, 1, .endOfTurn)) == ["Yes·.·<end>| 1000/1000"])
        #expect(stream.event(.turnEnded(.first, at: SampleIndex(16_000))).isEmpty)
        #expect(stream.event(commit("", 1, 2, .endOfTurn)) == ["| 2000/2000"])
    }

    @Suite struct `asked to finalize` {
        @Test func `answers behind the tokens`() throws {
            var stream = try SonioxConversation()
            _ = stream.audio(samples: 16_000)
            #expect(stream.text(#"{"type":"finalize","trailing_silence_ms":null}"#) == ["→ finalize"])
            #expect(stream.event(commit("Yes.", 0, 1, .flush)) == ["Yes·.·<fin>| 1000/1000"])
            #expect(stream.event(.turnEnded(.first, at: SampleIndex(16_000))).isEmpty)
        }

        @Test func `names the trailing silence once, which no engine is told of`() throws {
            var stream = try SonioxConversation()
            let finalize = #"{"type":"finalize","trailing_silence_ms":300}"#
            #expect(stream.text(finalize) == ["| 0/0", "→ finalize"])
            #expect(stream.raw.last?.contains(#""warnings":["trailing_silence_ms is ignored"#) == true)
            #expect(stream.text(finalize) == ["→ finalize"])
        }

        @Test(arguments: ["-1", #""soon""#])
        func `takes no other trailing silence than a length`(value: String) throws {
            var stream = try SonioxConversation()
            #expect(stream.text(#"{"type":"finalize","trailing_silence_ms":\#(value)}"#) == ["→ finish"])
        }

        @Test func `answers although there was nothing to say`() throws {
            var stream = try SonioxConversation()
            #expect(stream.text(#"{"type":"finalize"}"#) == ["→ finalize"])
            #expect(stream.event(.flushed(.first)) == ["<fin>| 0/0"])
        }

        @Test func `answers although the session ended first`() throws {
            var stream = try SonioxConversation()
            _ = stream.text(#"{"type":"finalize"}"#)
            _ = stream.text("")
            #expect(
                stream.event(.ended(SessionEnd(received: SampleCount(16_000)))) == ["<fin>| 0/0", "| 1000/1000 finished", "close 1000"])
        }
    }

    @Test func `repeats what is tentative while audio comes`() throws {
        var stream = try SonioxConversation()
        _ = stream.audio(samples: 160)
        #expect(stream.event(interim("Well", 0, 1)) == ["|Well 0/1000"])
        #expect(stream.wait(.milliseconds(400)).isEmpty, "no audio came since")
        _ = stream.audio(samples: 160)
        #expect(stream.wait(.milliseconds(400)) == ["|Well 0/1000"])
        #expect(stream.wait(.milliseconds(400)).isEmpty)
    }

    @Test func `counters never go back`() throws {
        var stream = try SonioxConversation()
        #expect(stream.event(interim("Well", 0, 2)) == ["|Well 0/2000"])
        #expect(stream.event(commit("Well.", 0, 1, .pause)) == ["Well·.| 1000/2000"])
        #expect(stream.event(.gap(.first, seconds(1, 4), .unavailable("gone"))) == ["| 4000/4000"])
        #expect(stream.event(interim("So", 4, 3)) == ["| So 4000/4000"])
    }

    @Test func `hears a keepalive instead of audio`() throws {
        var stream = try SonioxConversation()
        _ = stream.audio(samples: 160)
        _ = stream.wait(.seconds(15))
        #expect(stream.text(#"{"type":"keepalive"}"#) == ["→ keepAlive"])
        #expect(!stream.wait(.seconds(15)).contains("→ finish"))
        #expect(stream.wait(.seconds(5)) == ["→ finish"])
        #expect(stream.event(commit("Yes.", 0, 1, .endOfAudio)) == ["Yes·.| 1000/1000"])
        #expect(stream.event(.ended(SessionEnd(received: SampleCount(16_000)))) == ["error 408 Request timeout.", "close 1008"])
    }

    @Test func `waits for the first audio no longer`() throws {
        var stream = try SonioxConversation()
        #expect(stream.wait(.seconds(20)) == ["→ finish"])
        #expect(
            stream.event(.ended(SessionEnd(received: .zero))) == ["error 408 Timed out while waiting for the first audio chunk", "close 1008"])
    }

    @Test func `does not blame a client that is held`() throws {
        var stream = try SonioxConversation()
        _ = stream.audio(samples: 160)
        stream.now += .seconds(19)
        stream.machine.clientIsHeld(now: stream.now)
        #expect(!stream.wait(.seconds(19)).contains("→ finish"))
    }

    @Test func `ends after five hours`() throws {
        var stream = try SonioxConversation()
        _ = stream.audio(samples: 160)
        #expect(stream.wait(SonioxLiveServer.sessionLimit) == ["→ finish"])
        #expect(stream.event(.ended(SessionEnd(received: SampleCount(160)))) == ["error 400 Audio is too long.", "close 1008"])
    }

    @Test(arguments: [
        ("{", "Control request is malformed."), ("[]", "Control request is malformed."), (#"{"type":"dance"}"#, "Control request invalid type."),
        (#"{"kind":"finalize"}"#, "Control request invalid type."), ("audio", "Control request is malformed."),
    ])
    func `ends at a message that it cannot take, with what was said`(message: String, problem: String) throws {
        var stream = try SonioxConversation()
        #expect(stream.text(message) == ["→ finish"])
        #expect(stream.event(commit("Yes.", 0, 1, .endOfAudio)) == ["Yes·.| 1000/1000"])
        #expect(stream.event(.ended(SessionEnd(received: SampleCount(16_000)))) == ["error 400 \(problem)", "close 1008"])
    }

    @Test(arguments: [
        (EngineError.undecodable("noise"), 400, 1008), (.unsupportedLanguage(.english), 400, 1008), (.rateLimited(retryAfter: nil), 429, 1008),
        (.unauthorized("k"), 503, 1011), (.unavailable("gone"), 503, 1011), (.cancelled, 503, 1011),
    ])
    func `says what went wrong`(error: EngineError, code: Int, close: Int) throws {
        var stream = try SonioxConversation()
        let said = stream.event(.ended(SessionEnd(received: SampleCount(160), error: error)))
        #expect(said.count == 2)
        #expect(said.first?.hasPrefix("error \(code) ") == true)
        #expect(said.last == "close \(close)")
    }

    @Test func `lets a session finish when the gateway goes down`() throws {
        var stream = try SonioxConversation()
        _ = stream.audio(samples: 160)
        #expect(stream.drain() == ["→ finish"])
        #expect(stream.event(commit("Yes.", 0, 1, .endOfAudio)) == ["Yes·.| 1000/1000"])
        #expect(stream.event(.ended(SessionEnd(received: SampleCount(160)))).last == "close 1011")
    }

    @Test func `says when the key is what ends it`() throws {
        for (notice, error, said) in [
            (
                AccountNotice.exhausted, EngineError.quotaExhausted("x"),
                ["error 402 Organization balance exhausted. Add credit to go on.", "close 1008"]
            ), (.revoked, .unauthorized("x"), ["error 401 Invalid API key.", "close 1008"]),
        ] {
            var stream = try SonioxConversation()
            stream.account(notice)
            #expect(stream.event(.ended(SessionEnd(received: SampleCount(160), error: error))) == said)
        }
    }
}
