import Framing
import Protocols
import Speech
import Testing

@Suite struct `The managed proxy` {
    @Test func `says ready first, then what was said, and the audio's length last`() throws {
        var stream = try ManagedConversation()
        #expect(stream.text(ManagedConversation.auth).isEmpty)
        #expect(stream.requested?.credential == Credential("t0ken"))
        #expect(stream.begin().isEmpty)
        #expect(stream.text(#"{"type":"ping"}"#).isEmpty, "nothing may come before ready")
        #expect(stream.binary(32_000) == ["audio"])
        #expect(stream.event(.ready) == ["ready moonshine-base-en -", "pong"])
        #expect(stream.event(interim("Hello", 0, 1)) == ["live 0.0…0.5 “Hello”"])
        #expect(stream.event(commit("Hello there.", 0, 2, .pause)) == ["final 0.0…1.0 “Hello there.”"])
        #expect(stream.event(commit("", 2, 5, .length)).isEmpty, "silence is never said")
        #expect(stream.event(commit("Bye.", 5, 6, .endOfTurn)) == ["final 5.0…5.5 “Bye.” speech_final"])
        #expect(stream.text(#"{"type":"end"}"#) == ["→ finish"])
        #expect(stream.binary(320) == ["ignored"])
        #expect(stream.event(.ended(SessionEnd(received: SampleCount(96_016)))) == ["end 6.001 client_end", "close 1000"])
        #expect(stream.event(commit("late", 6, 7, .pause)).isEmpty)
    }

    @Test func `writes its messages as the desktop client reads them`() throws {
        var stream = try ManagedConversation.ready(#"{"type":"auth","token":"t","config":{"words":true}}"#, credit: .milliseconds(90_700))
        _ = stream.event(interim("It's", 0, 0.5))
        _ = stream.event(commit("It's", 0, 0.5, .endOfTurn))
        _ = stream.account(.low(remaining: .milliseconds(59_900)))
        _ = stream.text("{}")
        _ = stream.text(#"{"type":"end"}"#)
        _ = stream.event(.ended(SessionEnd(received: SampleCount(8_000))))
        let word = #"[{"word":"It's","start":0.0,"end":0.5,"confidence":0.875}]"#
        #expect(
            stream.raw == [
                #"{"type":"ready","session_id":"\#(ManagedConversation.sessionID)","model":"moonshine-base-en","seconds_remaining":90}"#,
                #"{"type":"transcript","text":"It's","is_final":false,"start":0.0,"end":0.5,"words":\#(word)}"#,
                #"{"type":"transcript","text":"It's","is_final":true,"start":0.0,"end":0.5,"speech_final":true,"words":\#(word)}"#,
                #"{"type":"credits_low","seconds_remaining":59}"#,
                #"{"type":"error","code":"bad_message","message":"A text message must be a JSON object with a type. Audio belongs in binary messages.","fatal":false}"#,
                #"{"type":"session_end","seconds_used":0.5,"reason":"client_end"}"#,
            ])
    }

    @Suite struct `before its session` {
        @Test(arguments: ["{}", "hello", #"{"type":"end"}"#, #"{"type":"auth""#, "[]", "", #""auth""#])
        func `takes nothing but auth`(message: String) throws {
            var stream = try ManagedConversation()
            #expect(stream.text(message) == ["error bad_message fatal", "close 4400"])
            #expect(stream.text(ManagedConversation.auth).isEmpty)
            #expect(stream.requested == nil)
        }

        @Test func `takes no audio`() throws {
            var stream = try ManagedConversation()
            #expect(stream.binary(2_048) == ["error bad_message fatal", "close 4400"])
        }

        @Test func `takes no auth that is too long`() throws {
            var stream = try ManagedConversation()
            let token = String(repeating: "a", count: 65_536)
            #expect(stream.text(#"{"type":"auth","token":"\#(token)"}"#) == ["error bad_message fatal", "close 4400"])
        }

        @Test func `waits ten seconds for auth`() throws {
            var stream = try ManagedConversation()
            #expect(stream.opening.deadline == stream.now + .seconds(10))
            #expect(stream.wait(.seconds(9)).isEmpty)
            #expect(stream.wait(.seconds(1)) == ["error auth_timeout fatal", "close 4408"])
            #expect(stream.opening.deadline == nil)
        }

        @Test(arguments: [
            (#""sample_rate":7999"#, "sample_rate"), (#""sample_rate":48001"#, "sample_rate"), (#""sample_rate":"16000""#, "sample_rate"),
            (#""sample_rate":16000.5"#, "sample_rate"), (#""channels":3"#, "channels"), (#""channels":0"#, "channels"),
            (#""encoding":"mp3""#, "encoding"),
            (#""encoding":1"#, "encoding"), (#""endpointing":9"#, "endpointing"), (#""endpointing":5001"#, "endpointing"),
            (#""keyterms":"a""#, "keyterms"), (#""keyterms":[1]"#, "keyterms"), (#""interim_results":"yes""#, "interim_results"),
            (#""language":"%%""#, "language"), (#""model":5"#, "model"), (#""punctuate":1"#, "punctuate"),
        ])
        func `names the value that it rejects`(member: String, name: String) throws {
            var stream = try ManagedConversation()
            #expect(stream.text(#"{"type":"auth","token":"t","config":{\#(member)}}"#) == ["error bad_config fatal", "close 4400"])
            #expect(stream.raw[0].contains(name))
        }

        @Test(arguments: [
            (RequestError.unauthenticated, "auth_failed", 4401), (.forbidden("no"), "auth_failed", 4401), (.outOfCredit, "no_credits", 4402),
            (.tooManyRequests(retryAfter: nil), "too_many_sessions", 4429), (.badRequest("The language is not there."), "bad_config", 4400),
            (.unavailable("no engine"), "not_ready", 1013), (.engine(.timedOut("late")), "not_ready", 1013),
            (.engine(.unauthorized("vendor's key")), "upstream_error", 1011), (.internalError, "internal", 1011),
        ])
        func `says why there will be none`(cause: RequestError, code: String, close: Int) throws {
            var stream = try ManagedConversation()
            _ = stream.text(ManagedConversation.auth)
            #expect(stream.rejected(cause) == ["error \(code) fatal", "close \(close)"])
        }

        @Test func `takes an auth with nothing but a token, or not even that`() throws {
            var stream = try ManagedConversation()
            #expect(stream.text(#"{"type":"auth","token":null,"config":null,"more":1}"#).isEmpty)
            let requested = try #require(stream.requested)
            #expect(requested.credential == nil)
            #expect(requested.machine.request == LiveRequest(format: .linear16(.speech)))
        }

        @Test func `leaves the silence before a final to the engine unless the client asks for one`() throws {
            var stream = try ManagedConversation()
            #expect(stream.text(ManagedConversation.auth).isEmpty)
            #expect(stream.requested?.machine.request.askedEndpointing == nil)
        }

        @Test func `reads every option`() throws {
            var stream = try ManagedConversation()
            #expect(
                stream.text(
                    #"""
                    {"type":"auth","token":"t","config":{"model":"Local","language":"de","sample_rate":8000,"channels":2,"encoding":"MULAW",
                    "interim_results":false,"endpointing":700,"keyterms":["Harken"],"smart_format":null}}
                    """#
                ).isEmpty)
            var request = LiveRequest(
                format: .raw(.mulaw, .telephone, channels: 2), language: LanguageTag("de"), interims: false, endpointing: .milliseconds(700),
                keyterms: ["Harken"], engines: [.local])
            request.vendorOptions = VendorOptions(
                EngineName("harken"), [.init("endpointing", .json("700")), .init("keyterms", .json(#"["Harken"]"#))])
            #expect(stream.requested?.machine.request == request)
        }
    }

    @Suite struct `until an engine is ready` {
        private func waiting() throws -> ManagedConversation {
            var stream = try ManagedConversation()
            _ = stream.text(ManagedConversation.auth)
            _ = stream.begin()
            return stream
        }

        @Test func `waits twelve seconds, for its client waits fifteen`() throws {
            var stream = try waiting()
            #expect(stream.machine?.deadline == stream.now + .seconds(12))
            #expect(stream.wait(.seconds(12)) == ["error not_ready fatal", "close 1013"])
        }

        @Test func `says that it cannot be, when it fails`() throws {
            var stream = try waiting()
            #expect(stream.event(.ended(SessionEnd(received: .zero, error: .unavailable("gone")))) == ["error not_ready fatal", "close 1013"])
        }

        @Test func `takes a bad message for the end`() throws {
            var stream = try waiting()
            #expect(stream.text("what?") == ["error bad_message fatal", "close 4400"])
        }

        @Test func `takes a second auth for the end`() throws {
            var stream = try waiting()
            #expect(stream.text(ManagedConversation.auth) == ["error bad_message fatal", "close 4400"])
        }

        @Test func `keeps a client's end and the news of its credit for after`() throws {
            var stream = try waiting()
            #expect(stream.account(.low(remaining: .seconds(9))).isEmpty)
            #expect(stream.binary(3_200) == ["audio"])
            #expect(stream.text(#"{"type":"stop"}"#) == ["→ finish"])
            #expect(stream.event(.ready) == ["ready moonshine-base-en 9", "low 9"])
            #expect(stream.event(commit("Hi.", 0, 0.1, .endOfAudio)) == ["final 0.0…0.5 “Hi.” speech_final"])
            #expect(stream.event(.ended(SessionEnd(received: SampleCount(1_600)))) == ["end 0.1 client_end", "close 1000"])
        }
    }

    @Suite struct `in a session` {
        @Test(arguments: [#"{"type":"end"}"#, #"{"type":"stop"}"#, #"{"type":"CloseStream"}"#])
        func `takes every word for the end`(message: String) throws {
            var stream = try ManagedConversation.ready()
            #expect(stream.text(message) == ["→ finish"])
            #expect(stream.text(message).isEmpty)
        }

        @Test func `takes an empty binary message for the end`() throws {
            var stream = try ManagedConversation.ready()
            #expect(stream.binary(0) == ["→ finish"])
        }

        @Test func `goes on after a bad message`() throws {
            var stream = try ManagedConversation.ready()
            for message in ["{", #"{"type":"dance"}"#, ManagedConversation.auth] { #expect(stream.text(message) == ["error bad_message"]) }
            #expect(stream.text(#"{"type":"ping"}"#) == ["pong"])
            #expect(stream.binary(2) == ["audio"])
        }

        @Test(arguments: [1, 2_049, (1 << 20) + 2])
        func `rejects audio that cannot be samples`(byteCount: Int) throws {
            var stream = try ManagedConversation.ready()
            #expect(stream.binary(byteCount) == ["error bad_audio fatal", "close 4400"])
            #expect(stream.binary(2_048) == ["ignored"])
        }

        @Test func `takes an odd number of companded samples`() throws {
            var stream = try ManagedConversation.ready(#"{"type":"auth","token":"t","config":{"encoding":"alaw","sample_rate":8000}}"#)
            #expect(stream.binary(161) == ["audio"])
        }

        @Test func `rejects more audio ahead than can wait`() throws {
            var stream = try ManagedConversation.ready()
            for _ in 0..<60 { #expect(stream.binary(32_000) == ["audio"]) }
            #expect(stream.event(commit("", 0, 30, .length)).isEmpty)
            for _ in 0..<30 { #expect(stream.binary(32_000) == ["audio"]) }
            #expect(stream.binary(32_000) == ["error rate_exceeded fatal", "close 4429"])
        }

        @Test func `lets audio wait that came in its own time`() throws {
            var stream = try ManagedConversation.ready()
            for _ in 0..<120 {
                #expect(stream.binary(32_000) == ["audio"])
                stream.now += .seconds(1)
            }
        }

        @Test func `sends only finals to who wants no others`() throws {
            var stream = try ManagedConversation.ready(#"{"type":"auth","token":"t","config":{"interim_results":false,"punctuate":false}}"#)
            #expect(stream.event(interim("Hello", 0, 1)).isEmpty)
            #expect(stream.event(commit("Hello, there.", 0, 2, .pause)) == ["final 0.0…1.0 “hello there”"])
        }

        @Test func `makes final what is asked for`() throws {
            var stream = try ManagedConversation.ready()
            #expect(stream.text(#"{"type":"finalize"}"#) == ["→ finalize"])
            #expect(stream.event(commit("Yes.", 0, 1, .flush)) == ["final 0.0…0.5 “Yes.” speech_final"])
            #expect(stream.text(#"{"type":"finalize"}"#) == ["→ finalize"])
            #expect(stream.event(.flushed(.first)).isEmpty)
        }

        @Test func `names what a message has without effect, once and behind ready`() throws {
            var stream = try ManagedConversation()
            #expect(stream.text(ManagedConversation.auth).isEmpty)
            #expect(stream.begin().isEmpty)
            #expect(stream.text(#"{"type":"keepalive","every":5}"#) == ["→ keepAlive"])
            #expect(stream.event(.ready).count == 1)
            #expect(stream.raw.last?.contains(#""ignored":["keepalive.every"]"#) == true, "\(stream.raw)")
            for message in [#"{"type":"keepalive","every":5}"#, #"{"type":"keepalive","every":null}"#] {
                #expect(stream.text(message) == ["→ keepAlive"])
            }
            for number in 0..<16 { #expect(stream.text(#"{"type":"finalize"}"#) == ["→ finalize"], "\(number)") }
            #expect(stream.text(#"{"type":"finalize","color":"red"}"#).count == 2)
            #expect(
                stream.raw.suffix(2) == [#"{"type":"ignored","names":["finalize.color"]}"#, #"{"type":"ignored","names":["finalize"]}"#])
            #expect(stream.text(#"{"type":"finalize","color":"red"}"#).isEmpty)
        }

        @Test func `asks for a final when speech goes on and on`() throws {
            var stream = try ManagedConversation.ready()
            #expect(stream.event(.speechStarted(.first, at: .zero)).isEmpty)
            let due = stream.now + .seconds(14)
            #expect(stream.machine?.deadline == due)
            for second in 0..<14 {
                #expect(stream.binary(32_000) == ["audio"])
                _ = stream.event(interim("and so on", 0, Double(second) + 0.5))
                stream.now += .seconds(1)
            }
            #expect(stream.wait(.zero) == ["→ finalize"])
            #expect(stream.wait(.zero).isEmpty, "once")
            #expect(stream.event(interim("and so on", 0, 14)) == ["live 0.0…1.5 “and so on”"])
            #expect(stream.event(commit("and so on", 0, 14, .flush)) == ["final 0.0…1.5 “and so on”"], "the turn goes on")
            #expect(stream.event(interim("yes", 14, 14.5)) == ["live 14.0…14.5 “yes”"])
            #expect(stream.machine?.deadline == stream.now + .seconds(14))
        }

        @Test func `asks for a final by the audio, when that comes faster than time`() throws {
            var stream = try ManagedConversation.ready()
            _ = stream.binary(32_000 * 20)
            #expect(stream.event(interim("and so on", 0, 13)) == ["live 0.0…1.5 “and so on”"])
            #expect(stream.event(interim("and so on", 0, 15)) == ["→ finalize", "live 0.0…1.5 “and so on”"])
        }

        @Test func `ends when nothing comes for a minute`() throws {
            var stream = try ManagedConversation.ready()
            #expect(stream.wait(.seconds(59)).isEmpty)
            #expect(stream.text(#"{"type":"keepalive"}"#) == ["→ keepAlive"])
            #expect(stream.wait(.seconds(59)).isEmpty)
            #expect(stream.text(#"{"type":"ping"}"#) == ["pong"])
            #expect(stream.wait(.seconds(1)) == ["→ finish"])
            #expect(stream.event(.ended(SessionEnd(received: .zero))) == ["end 0.0 idle", "close 1000"])
        }

        @Test func `ends at its limit`() throws {
            var stream = try ManagedConversation(sessionLimit: .seconds(90))
            _ = stream.text(ManagedConversation.auth)
            _ = stream.begin()
            _ = stream.event(.ready)
            stream.now += .seconds(50)
            #expect(stream.binary(2) == ["audio"])
            #expect(stream.wait(.seconds(40)) == ["→ finish"])
            #expect(stream.event(.ended(SessionEnd(received: SampleCount(1)))) == ["end 0.0 max_duration", "close 1000"])
        }

        @Test func `ends when the gateway does`() throws {
            var stream = try ManagedConversation.ready()
            #expect(stream.drain() == ["→ finish"])
            #expect(stream.event(.ended(SessionEnd(received: .zero))) == ["end 0.0 server_shutdown", "close 1001"])
        }

        @Test func `ends when its engine breaks, without more words`() throws {
            var stream = try ManagedConversation.ready()
            #expect(
                stream.event(.ended(SessionEnd(received: .zero, error: .quotaExhausted("of the vendor"))))
                    == ["error upstream_error fatal", "close 1011"])
        }
    }

    @Suite struct `with counted credit` {
        @Test func `tells how much is left, once it is little`() throws {
            var stream = try ManagedConversation.ready(credit: .seconds(301))
            #expect(stream.account(.low(remaining: .milliseconds(299_936))) == ["low 299"])
            #expect(stream.account(.low(remaining: .zero)) == ["low 0"])
        }

        @Test func `ends politely when nothing is left`() throws {
            var stream = try ManagedConversation.ready(credit: .seconds(2))
            #expect(stream.account(.exhausted).isEmpty)
            #expect(stream.binary(2_048) == ["ignored"])
            #expect(stream.event(commit("That is all.", 0, 2, .endOfAudio)) == ["final 0.0…1.5 “That is all.” speech_final"])
            #expect(
                stream.event(.ended(SessionEnd(received: SampleCount(32_000), error: .quotaExhausted("The key has no credit left."))))
                    == ["end 2.0 credits_exhausted", "close 4402"])
        }

        @Test func `ends when its key is taken back`() throws {
            var stream = try ManagedConversation.ready()
            #expect(stream.account(.revoked).isEmpty)
            #expect(
                stream.event(.ended(SessionEnd(received: .zero, error: .unauthorized("revoked")))) == ["error auth_failed fatal", "close 4401"])
        }
    }

    @Test func `names what the engine ignores in ready, and what a later one ignores behind it`() throws {
        var stream = try ManagedConversation()
        _ = stream.text(#"{"type":"auth","token":"t","config":{"endpointing":900}}"#)
        _ = stream.begin()
        let options = stream.requested?.machine.request.vendorOptions
        #expect(Catalogue.ignored(options, with: EngineName("soniox"), .live) == ["endpointing"])
        #expect(Catalogue.ignored(options, with: EngineName("deepgram"), .live) == [])
        var other = try ManagedConversation()
        _ = other.text(#"{"type":"auth","token":"t","config":{"keyterms":["Harken"]}}"#)
        let terms = try #require(other.requested?.machine.request.vendorOptions)
        for (model, names) in [("gpt-realtime-whisper", ["keyterms"]), ("gpt-live-transcribe", [])] as [(String, [String])] {
            let capabilities = OpenAILiveClient.service(model: model).capabilities
            #expect(Catalogue.ignored(terms, keyterms: [], model: nil, with: OpenAIOptions.vendor, .live, capabilities) == names)
        }
        func ignored() -> [String] {
            var output = ServerOutput()
            let now = stream.now
            stream.machine?.ignores(["endpointing"], now: now, output: &output)
            return output.texts
        }
        #expect(ignored().isEmpty, "nothing may come before ready")
        #expect(stream.event(.ready) == ["ready moonshine-base-en - ignores endpointing"])
        #expect(ignored() == [#"{"type":"ignored","names":["endpointing"]}"#], "another engine has taken over")
    }

    @Test func `never repeats a token`() throws {
        var stream = try ManagedConversation()
        _ = stream.text(#"{"type":"auth","token":"s3cret","config":{"model":7}}"#)
        #expect(!stream.raw.joined().contains("s3cret"))
        #expect(!"\(ManagedClientMessage(parsing: ManagedConversation.auth.utf8.span.bytes))".contains("t0ken"))
    }

    @Test(arguments: [
        ManagedServerMessage.ready(sessionID: "a", model: "b", secondsRemaining: nil), .ready(sessionID: "a", model: "b", secondsRemaining: 7),
        .transcript(.init(text: "a \"b\"", isFinal: false, times: 0.5...1.25)),
        .transcript(
            .init(
                text: "a", isFinal: true, times: 0...1, speechFinal: true, words: [.init(text: "a", start: 0, end: 1, confidence: 0.5)])),
        .creditsLow(secondsRemaining: 60), .ignored(names: ["endpointing"]),
        .sessionEnd(secondsUsed: 12.345, reason: "idle"), .error(code: "x", message: "y", isFatal: true), .pong,
    ])
    func `reads what it writes`(message: ManagedServerMessage) {
        #expect(ManagedServerMessage(parsing: message.text.span.bytes) == message)
    }

    @Test(arguments: ["", "[]", "{}", #"{"type":7}"#, #"{"type":"transcript"}"#, #"{"type":"ready""#])
    func `a broken message of a server's is malformed`(text: String) {
        #expect(ManagedServerMessage(parsing: text.utf8.span.bytes) == .malformed)
    }
}
