import Framing
import Protocols
import Speech
import Testing

@Suite struct `Deepgram's live server` {
    @Test func `turns a session into results that tile, then metadata and a close`() throws {
        var stream = try LiveConversation()
        #expect(stream.audio(samples: 16_000) == .audio())
        #expect(stream.event(interim("Hello", 0, 1)) == ["interim 0.0+1.0 “Hello”"])
        #expect(stream.event(interim("Hello there.", 0, 1.5)) == ["interim 0.0+1.5 “Hello there.”"])
        #expect(stream.event(commit("Hello there.", 0, 1.75, .pause)) == ["final 0.0+1.75 “Hello there.”"])
        #expect(stream.event(.turnEnded(.first, at: SampleIndex(28_000))) == ["final 1.75+0.0 - speech_final"])
        #expect(stream.event(commit("", 1.75, 3, .length)) == ["final 1.75+1.25 -"])
        #expect(stream.event(commit("Good bye.", 3, 4, .endOfTurn)) == ["final 3.0+1.0 “Good bye.” speech_final"])
        #expect(stream.text(#"{"type":"CloseStream"}"#) == ["→ finish"])
        #expect(stream.audio(samples: 10) == .ignored)
        #expect(stream.event(commit("Bye.", 4, 5, .endOfAudio)) == ["final 4.0+1.0 “Bye.” speech_final"])
        #expect(stream.event(.ended(SessionEnd(received: SampleCount(80_000)))) == ["metadata 5.0", "close 1000"])
        #expect(stream.event(interim("late", 5, 6)).isEmpty)
    }

    @Test func `writes results as the reference shows them`() throws {
        var stream = try LiveConversation("encoding=linear16&sample_rate=16000&smart_format=TRUE&diarize=true&model=nova-3")
        let said = words("It's me.", from: 0, speaker: 0)
        _ = stream.event(.commit(Commit(channel: .first, range: seconds(0, 1.5), words: said, reason: .endOfTurn, engine: .local)))
        let uuid = DerivedUUID("model/moonshine-base-en").description
        #expect(
            stream.raw.last == """
                {"type":"Results","channel_index":[0,1],"duration":1.5,"start":0.0,"is_final":true,"speech_final":true,"from_finalize":false,\
                "channel":{"alternatives":[{"transcript":"It's me.","confidence":0.875,"words":[\
                {"word":"it's","start":0.0,"end":0.5,"confidence":0.875,"punctuated_word":"It's","speaker":0},\
                {"word":"me","start":0.5,"end":1.0,"confidence":0.875,"punctuated_word":"me.","speaker":0}]}]},\
                "metadata":{"request_id":"\(LiveConversation.requestID)","model_info":{"name":"moonshine-base-en","version":"latest","arch":"nova-3"},\
                "model_uuid":"\(uuid)"}}
                """)
    }

    @Test func `names the model that hears the stream, as its vendor does`() throws {
        var stream = try LiveConversation("encoding=linear16&sample_rate=16000&model=nova-2")
        func model(_ name: String, _ version: String, _ family: String) -> String {
            #""model_info":{"name":"\#(name)","version":"\#(version)","arch":"\#(family)"}"#
        }
        _ = stream.run { $0.named(EngineModel("whisper-base"), now: $1, output: &$2) }
        _ = stream.event(commit("one", 0, 1, .endOfTurn))
        #expect(stream.raw.last?.contains(model("whisper-base", "latest", "nova-2")) == true, "\(stream.raw)")
        let vendors = EngineModel("2-general-nova", version: "2024-01-18.26916", family: "nova-2-general", id: "1dbdfb4d")
        _ = stream.run { $0.named(vendors, now: $1, output: &$2) }
        _ = stream.event(commit("two", 1, 2, .endOfTurn))
        let named = model("2-general-nova", "2024-01-18.26916", "nova-2-general")
        #expect(stream.raw.last?.contains(named + #","model_uuid":"1dbdfb4d""#) == true, "\(stream.raw)")
        _ = stream.event(.ended(SessionEnd(received: SampleCount(32_000))))
        let last = try #require(stream.raw.last)
        let members = #""models":["1dbdfb4d"],"model_info":{"1dbdfb4d":"# + String(named.dropFirst(#""model_info":"#.count))
        #expect(last.contains(members), "\(last)")
    }

    @Test func `writes numbers as digits where that was asked for, in interims too`() throws {
        var stream = try LiveConversation("encoding=linear16&sample_rate=16000&numerals=true&interim_results=true")
        #expect(stream.event(interim("ninety", 0, 1)) == ["interim 0.0+1.0 “90”"])
        #expect(stream.event(commit("ninety nine", 0, 2, .endOfTurn)) == ["final 0.0+2.0 “99” speech_final"])
        var german = try LiveConversation("encoding=linear16&sample_rate=16000&numerals=true&language=de")
        #expect(german.event(commit("ninety nine", 0, 2, .endOfTurn)) == ["final 0.0+2.0 “ninety nine” speech_final"])
    }

    @Test func `writes metadata as the reference shows it`() throws {
        var stream = try LiveConversation("encoding=linear16&sample_rate=16000&channels=2&extra=note:a%20b")
        _ = stream.event(.ended(SessionEnd(received: SampleCount(8_000))))
        let uuid = DerivedUUID("model/moonshine-base-en").description
        #expect(
            stream.raw.last == """
                {"type":"Metadata","transaction_key":"deprecated","request_id":"\(LiveConversation.requestID)","sha256":"incomplete",\
                "created":"2026-01-31T12:00:00.123Z","duration":0.5,"channels":2,"models":["\(uuid)"],\
                "model_info":{"\(uuid)":{"name":"moonshine-base-en","version":"latest","arch":"nova-3"}},"extra":{"note":"a b"}}
                """)
    }

    @Test func `names no model in the metadata of a stream without audio`() throws {
        var stream = try LiveConversation()
        #expect(stream.event(.ended(SessionEnd(received: .zero))) == ["metadata 0.0", "close 1000"])
        #expect(stream.raw.last?.contains("models") == false)
    }

    @Test func `leaves out capitals and punctuation that nobody asked for`() throws {
        var stream = try LiveConversation("encoding=linear16&sample_rate=16000")
        #expect(stream.event(commit("“It's U.S. money,” $5.", 0, 2, .pause)) == ["final 0.0+2.0 “it's u.s money $5”"])
        #expect(stream.raw.last?.contains("punctuated_word") == false)
        #expect(stream.raw.last?.contains("speaker") == false)
    }

    @Test func `sends no interim to who did not ask for any`() throws {
        var stream = try LiveConversation("encoding=linear16&sample_rate=16000")
        _ = stream.audio(samples: 32_000)
        #expect(stream.event(interim("Hello", 0, 1)).isEmpty)
        #expect(stream.wait(.seconds(2)).isEmpty)
    }

    @Test func `says about once a second that nothing was said`() throws {
        var stream = try LiveConversation()
        let start = stream.now
        #expect(stream.machine.deadline == start + .seconds(1))
        _ = stream.audio(samples: 8_000)
        #expect(stream.wait(.seconds(1)) == ["interim 0.0+0.5 -"])
        #expect(stream.wait(.seconds(1)).isEmpty, "no audio came since")
        _ = stream.audio(samples: 8_000)
        #expect(stream.wait(.seconds(1)) == ["interim 0.0+1.0 -"])
        #expect(stream.event(interim("Well", 0.5, 1)) == ["interim 0.0+1.0 “Well”"])
        _ = stream.audio(samples: 8_000)
        #expect(stream.wait(.seconds(1)).isEmpty, "an empty text would take back the words on the screen")
    }

    @Suite struct `asked to finalize` {
        @Test func `marks the commit that answers`() throws {
            var stream = try LiveConversation()
            _ = stream.audio(samples: 16_000)
            #expect(stream.text(#"{"type":"Finalize"}"#) == ["→ finalize"])
            #expect(stream.event(commit("Yes.", 0, 1, .flush)) == ["final 0.0+1.0 “Yes.” speech_final from_finalize"])
        }

        @Test func `answers although there was nothing to say`() throws {
            var stream = try LiveConversation()
            #expect(stream.text(#"{"type":"Finalize","channel":[0,1]}"#) == ["→ finalize"])
            #expect(stream.event(.flushed(.first)) == ["final 0.0+0.0 - speech_final from_finalize"])
        }

        @Test func `answers in the channel that was named`() throws {
            var stream = try LiveConversation("encoding=linear16&sample_rate=16000&channels=2&multichannel=true&punctuate=true")
            let right = #"{"type":"Finalize","channel":[1,2]}"#
            #expect(stream.text(right) == ["→ finalize"])
            #expect(stream.event(commit("Left.", 0, 1, .flush, channel: 0)) == ["[0] final 0.0+1.0 “Left.”"])
            #expect(stream.event(commit("Right.", 0, 1, .flush, channel: 1)) == ["[1] final 0.0+1.0 “Right.” speech_final from_finalize"])
            #expect(stream.text(right) == ["→ finalize"])
            #expect(stream.event(.flushed(.first)).isEmpty)
            #expect(stream.text(#"{"type":"Finalize"}"#) == ["→ finalize"])
            #expect(stream.event(.flushed(.first)) == ["[0] final 1.0+0.0 - speech_final from_finalize"])
            _ = stream.text(#"{"type":"CloseStream"}"#)
            let rest = stream.event(.ended(SessionEnd(received: SampleCount(16_000))))
            #expect(rest.filter { $0.hasSuffix("from_finalize") }.map { $0.prefix(3) } == ["[1]", "[1]"])
        }

        @Test func `answers although the session ended first`() throws {
            var stream = try LiveConversation()
            _ = stream.text(#"{"type":"Finalize"}"#)
            _ = stream.text(#"{"type":"CloseStream"}"#)
            #expect(
                stream.event(.ended(SessionEnd(received: SampleCount(16_000)))) == [
                    "final 0.0+0.0 - speech_final from_finalize", "metadata 1.0", "close 1000",
                ])
        }
    }

    @Test func `covers a gap with an empty final and goes on behind it`() throws {
        var stream = try LiveConversation()
        _ = stream.event(commit("One.", 0, 1, .pause))
        #expect(stream.event(.gap(.first, seconds(1, 4), .unavailable("gone"))) == ["final 1.0+3.0 -"])
        #expect(stream.event(commit("Two.", 4, 5, .pause)) == ["final 4.0+1.0 “Two.”"])
    }

    @Test func `numbers channels`() throws {
        var stream = try LiveConversation("encoding=linear16&sample_rate=16000&channels=2&multichannel=true&punctuate=true")
        #expect(stream.event(commit("Left.", 0, 1, .pause, channel: 0)) == ["[0] final 0.0+1.0 “Left.”"])
        #expect(stream.event(commit("Right.", 0, 2, .pause, channel: 1)) == ["[1] final 0.0+2.0 “Right.”"])
        #expect(stream.event(commit("Again.", 1, 2, .pause, channel: 0)) == ["[0] final 1.0+1.0 “Again.”"])
    }

    @Test func `reports the start of speech to who wants to know`() throws {
        var silent = try LiveConversation()
        #expect(silent.event(.speechStarted(.first, at: SampleIndex(8_000))).isEmpty)
        var stream = try LiveConversation("encoding=linear16&sample_rate=16000&vad_events=True")
        #expect(stream.event(.speechStarted(.first, at: SampleIndex(8_000))) == ["speech 0.5"])
        #expect(stream.raw.last == #"{"type":"SpeechStarted","channel":[0,1],"timestamp":0.5}"#)
    }

    @Test func `shows replacements instead of what was said`() throws {
        var stream = try LiveConversation("encoding=linear16&sample_rate=16000&punctuate=true&replace=hark%20en:Harken&replace=um:")
        #expect(stream.event(commit("Um Hark en, is here.", 0, 3, .pause)) == ["final 0.0+3.0 “Harken, is here.”"])
    }

    @Suite struct `ends utterances` {
        static let query = "encoding=linear16&sample_rate=16000&interim_results=true&utterance_end_ms=1000&punctuate=true"

        @Test func `when later audio shows the silence`() throws {
            var stream = try LiveConversation(Self.query)
            #expect(stream.event(commit("Hello there.", 0, 1.25, .pause)) == ["final 0.0+1.25 “Hello there.”"])
            #expect(stream.event(interim("", 1.25, 1.75)) == ["interim 1.25+0.5 -"])
            #expect(stream.event(commit("", 1.25, 2.5, .length)) == ["utterance end 1.0", "final 1.25+1.25 -"])
            #expect(stream.event(commit("", 2.5, 5, .length)) == ["final 2.5+2.5 -"], "one utterance ends once")
        }

        @Test func `with the final that has the silence itself`() throws {
            var stream = try LiveConversation(Self.query)
            #expect(stream.event(commit("Hello there.", 0, 2.5, .endOfTurn)) == ["final 0.0+2.5 “Hello there.” speech_final", "utterance end 1.0"])
        }

        @Test func `before words that come after the silence`() throws {
            var stream = try LiveConversation(Self.query)
            _ = stream.event(commit("Hello there.", 0, 1.25, .pause))
            #expect(stream.event(interim("Again", 2.25, 2.75)) == ["utterance end 1.0", "interim 1.25+1.5 “Again”"])
        }

        @Test func `not while speech goes on`() throws {
            var stream = try LiveConversation(Self.query)
            _ = stream.event(commit("Hello there.", 0, 1.25, .pause))
            _ = stream.event(interim("and", 1.25, 1.75))
            #expect(stream.wait(.seconds(5)).isEmpty)
            #expect(stream.event(commit("and then.", 1.25, 2.5, .pause)) == ["final 1.25+1.25 “and then.”"])
        }

        @Test func `by the clock when the client falls silent`() throws {
            var stream = try LiveConversation(Self.query)
            _ = stream.wait(.seconds(1.5))
            _ = stream.audio(samples: 24_000)
            _ = stream.event(commit("Hello there.", 0, 1.25, .pause))
            #expect(stream.machine.deadline == stream.now + .milliseconds(500), "half a second of audio behind the last word is here")
            #expect(stream.wait(.milliseconds(500)) == ["utterance end 1.0"])
        }

        @Test func `not early because a file was sent faster than it plays`() throws {
            var stream = try LiveConversation(Self.query)
            _ = stream.audio(samples: 160_000)
            _ = stream.event(commit("Hello there.", 0, 1.25, .pause))
            #expect(stream.wait(.milliseconds(900)).isEmpty)
            #expect(stream.event(commit("And more.", 1.25, 2.5, .pause)) == ["final 1.25+1.25 “And more.”"])
        }
    }

    @Suite struct `ends` {
        @Test func `by an empty binary message`() throws {
            var stream = try LiveConversation()
            #expect(stream.audio(samples: 0) == .command(.finish))
            #expect(stream.event(.ended(SessionEnd(received: .zero))) == ["metadata 0.0", "close 1000"])
        }

        @Test func `after ten seconds of nothing, with metadata first`() throws {
            var stream = try LiveConversation("encoding=linear16&sample_rate=16000")
            let start = stream.now
            #expect(stream.machine.deadline == start + .seconds(10))
            #expect(stream.wait(.seconds(9)).isEmpty)
            #expect(stream.text(#"{"type":"KeepAlive"}"#) == ["→ keepAlive"])
            #expect(stream.machine.deadline == start + .seconds(19))
            #expect(stream.wait(.seconds(9)).isEmpty)
            #expect(stream.wait(.seconds(1)) == ["→ finish"])
            #expect(stream.audio(samples: 10) == .ignored)
            let end = stream.event(.ended(SessionEnd(received: .zero)))
            #expect(end.first == "metadata 0.0")
            #expect(end.last?.hasPrefix("close 1011 NET-0001") == true)
            #expect(end.last?.contains("did not receive audio data or a text message within the timeout window") == true)
        }

        @Test func `not while the gateway keeps its client waiting`() throws {
            var stream = try LiveConversation("encoding=linear16&sample_rate=16000")
            for _ in 0..<30 {
                stream.machine.clientIsHeld(now: stream.now)
                #expect(!stream.wait(.seconds(9)).contains("→ finish"))
            }
            stream.machine.clientIsHeld(now: stream.now)
            #expect(stream.machine.deadline == stream.now + .seconds(10))
        }

        @Test func `after twelve hours`() throws {
            var stream = try LiveConversation("encoding=linear16&sample_rate=16000")
            for _ in 0..<(12 * 3_600 / 8) {
                #expect(stream.machine.receivedBinary(byteCount: 2, now: stream.now) == .audio())
                let said = stream.wait(.seconds(8))
                if !said.isEmpty { #expect(said == ["→ finish"]) }
            }
            #expect(stream.event(.ended(SessionEnd(received: .zero))).last?.hasPrefix("close 1011 NET-0003") == true)
        }

        @Test func `when the gateway goes down`() throws {
            var stream = try LiveConversation()
            #expect(stream.drain() == ["→ finish"])
            #expect(stream.event(.ended(SessionEnd(received: .zero))).last?.hasPrefix("close 1001") == true)
        }

        @Test(arguments: [
            (EngineError.undecodable("not Opus"), "close 1008 DATA-0000"),
            (.unavailable("no engine"), "close 1011 NET-0000"),
            (.timedOut("slow"), "close 1011 NET-0000"),
            (.unsupportedLanguage(LanguageTag("xx")), "close 1008 The request cannot be served"),
        ])
        func `early, with the code that says why`(error: EngineError, close: String) throws {
            var stream = try LiveConversation()
            let said = stream.event(.ended(SessionEnd(received: .zero, error: error)))
            #expect(said.first?.hasPrefix("error") == true)
            #expect(said.last == close)
        }
    }

    @Test(arguments: [
        "hello", "{", "[1,2]", #""KeepAlive""#, #"{"type":"Nonsense"}"#, #"{"type":7}"#, "{}", #"{"type":"KeepAlive""#, "", "null",
        String(repeating: "[", count: 5_000),
    ])
    func `answers a text that is no message, as the first one too, and goes on`(text: String) throws {
        var stream = try LiveConversation()
        #expect(stream.text(text) == ["error SchemaError"])
        #expect(stream.text(#"{"type":"KeepAlive"}"#) == ["→ keepAlive"])
        #expect(stream.audio(samples: 160) == .audio())
    }

    @Test func `lets key terms change`() throws {
        var stream = try LiveConversation()
        var change = StreamChange(keyterms: ["Harken"])
        change.vendor = VendorChange([], replacing: ["keyterm", "keywords"])
        #expect(stream.text(#"{"type":"Configure","keyterms":["Harken"]}"#) == ["→ \(SessionCommand.update(change))", "configured"])
        #expect(stream.raw.last?.contains(#""keyterms":["Harken"]"#) == true)
        #expect(stream.text(#"{"type":"Configure","keyterms":["Harken"]}"#) == ["configured"], "that changes nothing")
        let many = Array(repeating: #""two words""#, count: 251).joined(separator: ",")
        #expect(stream.text(#"{"type":"Configure","keyterms":[\#(many)]}"#) == ["not configured CONFIGURE_KEYTERM_LIMIT_EXCEEDED"])
        for message in [#"{"type":"Configure","keyterms":null,"features":{}}"#, #"{"type":"Configure"}"#, #"{"type":"Configure","features":null}"#] {
            #expect(stream.text(message) == ["configured"])
            #expect(stream.raw.last?.contains("keyterms") == false, "the terms are kept, and were not replaced")
        }
        #expect(stream.text(#"{"type":"Configure","keyterms":[]}"#).count == 2)
        #expect(stream.raw.last?.contains(#""keyterms":[]"#) == true)
    }

    @Test func `writes numbers as the client last said`() throws {
        var stream = try LiveConversation("encoding=linear16&sample_rate=16000&punctuate=true&numerals=false")
        func shown() throws -> String? { try Parsed(#require(stream.raw.last))["channel"]["alternatives"][0]["transcript"].string }
        _ = stream.event(commit("I have 37 horses, and 21.", 0, 3, .pause))
        #expect(try shown() == "I have thirty seven horses, and twenty one.")
        var change = StreamChange()
        change.vendor = VendorChange([.init("numerals", .text("true"))])
        #expect(stream.text(#"{"type":"Configure","features":{"numerals":true}}"#) == ["→ \(SessionCommand.update(change))", "configured"])
        _ = stream.event(commit("I have thirty seven horses and 21.", 3, 6, .pause))
        #expect(try shown() == "I have 37 horses and 21.")
        _ = stream.text(#"{"type":"Configure","features":{"numerals":false}}"#)
        _ = stream.event(commit("I have 37 horses.", 6, 9, .pause))
        #expect(try shown() == "I have thirty seven horses.")
    }

    @Test func `warns where digits stay because of all written forms`() throws {
        var stream = try LiveConversation("encoding=linear16&sample_rate=16000&smart_format=true")
        func shown() throws -> String? { try Parsed(#require(stream.raw.last))["channel"]["alternatives"][0]["transcript"].string }
        #expect(stream.text(#"{"type":"Configure","features":{"numerals":false}}"#).last == "configured")
        #expect(stream.raw.last?.contains(#""warnings":["features.numerals=false has no effect beside smart_format=true"#) == true)
        _ = stream.event(commit("I have thirty seven horses.", 0, 3, .pause))
        #expect(try shown() == "I have 37 horses.")
        #expect(stream.text(#"{"type":"Configure","features":{"numerals":true}}"#).last == "configured")
        #expect(stream.raw.last?.contains("warnings") == false)
    }

    @Test func `warns where digits cannot be written`() throws {
        var stream = try LiveConversation("encoding=linear16&sample_rate=16000&language=de")
        #expect(stream.text(#"{"type":"Configure","features":{"numerals":true}}"#).last == "configured")
        #expect(stream.raw.last?.contains(#""warnings":["features.numerals has no effect"#) == true)
    }

    @Test(arguments: [
        #""no_such_member":1"#, #""features":{"no_such_feature":true}"#, #""features":{"smart_format":true}"#, #""features":{"numerals":1}"#,
        #""features":[]"#, #""keyterms":"no list""#, #""keyterms":[1]"#, #""keyterms":["a"],"features":{"numerals":"yes"}"#,
    ])
    func `refuses a change that it cannot make, and changes nothing`(members: String) throws {
        var stream = try LiveConversation()
        #expect(stream.text(#"{"type":"Configure",\#(members)}"#) == ["not configured CONFIGURE_INVALID_REQUEST"])
    }

    @Test func `puts many messages into one buffer`() throws {
        var stream = try LiveConversation()
        var output = ServerOutput()
        for index in 0..<3 {
            stream.machine.session(commit("One.", Double(index), Double(index + 1), .pause), now: stream.now, output: &output)
        }
        var texts: [String] = []
        for case .send(let range) in output.actions { texts.append(String(decoding: output.text(in: range), as: UTF8.self)) }
        #expect(texts.count == 3)
        #expect(texts.allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") })
        output.removeAll()
        #expect(output.isEmpty && output.count == 0)
    }
}
