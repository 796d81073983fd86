import Framing
import Protocols
import Speech
import Testing

@Suite struct `OpenAI's realtime server` {
    @Suite struct `before any audio` {
        @Test func `says what the session is set to`() throws {
            let stream = try RealtimeConversation("/v1/realtime?model=gpt-4o-transcribe")
            #expect(
                stream.raw == [
                    """
                    {"type":"session.created","event_id":"event_111111112222433384441","session":{"id":"sess_11111111222243338444555555555555",\
                    "object":"realtime.transcription_session","type":"transcription","expires_at":4600,"include":null,"audio":{"input":{\
                    "format":{"type":"audio/pcm","rate":24000},"noise_reduction":null,\
                    "transcription":{"model":"gpt-4o-transcribe","language":null,"prompt":null},\
                    "turn_detection":{"type":"server_vad","threshold":0.5,"prefix_padding_ms":300,"silence_duration_ms":500}}}}}
                    """
                ])
        }

        @Test func `takes over what the client sets, and shows it`() throws {
            var stream = try RealtimeConversation()
            #expect(
                stream.text(
                    RealtimeConversation.update(
                        """
                        "format":{"type":"audio/pcmu"},"transcription":{"model":"whisper-1","language":"de","prompt":"p","keywords":["k"]},\
                        "turn_detection":{"type":"semantic_vad","eagerness":"high"},"noise_reduction":{"type":"near_field"}
                        """, include: #"["item.input_audio_transcription.logprobs"]"#)) == ["updated"])
            #expect(
                stream.raw.last?.hasSuffix(
                    """
                    "include":["item.input_audio_transcription.logprobs"],"audio":{"input":{"format":{"type":"audio/pcmu"},\
                    "noise_reduction":{"type":"near_field"},\
                    "transcription":{"model":"whisper-1","language":"de","prompt":"p","keywords":["k"]},\
                    "turn_detection":{"type":"semantic_vad","eagerness":"high"}}}}}
                    """) == true)
            #expect(stream.text(#"{"type":"session.update","session":{"audio":{"input":{"transcription":{"language":"en"}}}}}"#) == ["updated"])
            #expect(stream.raw.last?.contains(#""model":"whisper-1","language":"en""#) == true, "what is absent stays")
            #expect(
                stream.text(RealtimeConversation.update(#""turn_detection":null,"transcription":null,"noise_reduction":null"#)) == ["updated"])
            #expect(stream.raw.last?.contains(#""noise_reduction":null,"transcription":null,"turn_detection":null"#) == true)
            _ = stream.text(#"{"type":"input_audio_buffer.append","audio":"AAAA"}"#)
            var request = LiveRequest(format: .raw(.mulaw, .telephone, channels: 1), endpointing: .milliseconds(500))
            request.vendorOptions = VendorOptions(OpenAIOptions.vendor)
            #expect(stream.machine?.request == request)
        }

        @Test func `asks the session for what was set`() throws {
            var stream = try RealtimeConversation("/v1/realtime?intent=transcription&engine=local")
            _ = stream.text(
                RealtimeConversation.update(
                    """
                    "format":{"type":"audio/pcm","rate":16000},"transcription":{"model":"gpt-4o-transcribe-2026-05-01","language":"en","keywords":["k"]},\
                    "turn_detection":{"type":"semantic_vad","eagerness":"low"}
                    """))
            _ = stream.append(0.1)
            var request = LiveRequest(
                format: .linear16(.speech), language: .english, model: "gpt-4o-transcribe-2026-05-01", endpointing: .milliseconds(500),
                turn: TurnRule(maximumSilence: .seconds(8)), keyterms: ["k"], engines: [.local])
            request.vendorOptions = VendorOptions(
                OpenAIOptions.vendor,
                [.init("keywords", .json(#"["k"]"#), aspect: .keyterms), .init("turn_detection.eagerness", .json(#""low""#))])
            #expect(stream.machine?.request == request)
        }

        @Test func `leaves ends of turns to the client with models that hear as one speaks, unless it says otherwise`() throws {
            for model in ["gpt-realtime-whisper", "gpt-live-transcribe"] {
                var stream = try RealtimeConversation("/v1/realtime?intent=transcription&model=\(model)")
                #expect(stream.raw.last?.contains(#""turn_detection":null"#) == true)
                _ = stream.text(RealtimeConversation.update(#""transcription":{"model":"\#(model)"}"#))
                _ = stream.append(2)
                #expect(stream.event(Realtime.commit("Hi.", 0, 1, .pause)).allSatisfy { !$0.hasPrefix("started") })
                #expect(stream.commit().contains("→ finalize"))
            }
            var stream = try RealtimeConversation("/v1/realtime?intent=transcription&model=gpt-realtime-whisper")
            _ = stream.text(RealtimeConversation.update(#""turn_detection":{"type":"server_vad"}"#))
            #expect(stream.raw.last?.contains(#""turn_detection":{"type":"server_vad""#) == true)
        }

        @Test func `takes languages, one or several, and passes on how sure the voice must be`() throws {
            var stream = try RealtimeConversation()
            let transcription = #""transcription":{"model":"gpt-transcribe","languages":["de"],"keywords":[]}"#
            _ = stream.text(RealtimeConversation.update(transcription + #","turn_detection":{"type":"server_vad","threshold":0.75}"#))
            _ = stream.append(0.1)
            #expect(stream.machine?.request.language == LanguageTag("de"))
            #expect(stream.machine?.request.turn == TurnRule(voice: 0.75))
            stream = try RealtimeConversation()
            _ = stream.text(RealtimeConversation.update(#""transcription":{"languages":["de","en"]}"#))
            _ = stream.append(0.1)
            #expect(stream.machine?.request.language == LanguageTag("multi"))
            #expect(stream.machine?.request.shared.languages == [LanguageTag("de"), .english])
            #expect(stream.machine?.request.turn == TurnRule())
        }

        @Test(arguments: [RealtimeConfiguration.Shape.general, .beta])
        func `begins with what its temporary key was bound to`(shape: RealtimeConfiguration.Shape) throws {
            let body =
                shape == .general
                ? """
                {"session":{"type":"transcription","audio":{"input":{"format":{"type":"audio/pcm","rate":16000},\
                "transcription":{"model":"gpt-4o-transcribe","language":"de","prompt":"Names.","keywords":["Harken"]},"turn_detection":null}}}}
                """
                : #"{"input_audio_format":"g711_ulaw","input_audio_transcription":{"model":"gpt-4o-transcribe","language":"de"},"turn_detection":null}"#
            let context = HandshakeContext(requestID: RealtimeConversation.requestID, now: UnixTime(milliseconds: 1_000_000))
            let secret = try RealtimeSecretRequest(Array(body.utf8), shape, context)
            var stream = try RealtimeConversation("/v1/realtime?model=whisper-1", settings: secret.settings)
            let kind = shape == .general ? "session.created" : "transcription_session.created"
            #expect(stream.raw.first?.contains(kind) == true)
            _ = stream.append(0.1)
            let request = try #require(stream.machine?.request)
            #expect(request.format == (shape == .general ? .linear16(.speech) : .raw(.mulaw, .telephone, channels: 1)))
            #expect(request.language == LanguageTag("de"))
            #expect(request.model == "gpt-4o-transcribe", "the address does not say otherwise")
            #expect(request.keyterms == (shape == .general ? ["Harken"] : []))
            #expect(stream.event(Realtime.commit("Hallo.", 0, 0.05, .pause)).isEmpty, "the client commits")
        }

        @Test func `speaks the beta's shape to who does`() throws {
            for headers: HTTPHeaders in [
                ["OpenAI-Beta": "realtime=v1"], ["Sec-WebSocket-Protocol": "realtime, openai-insecure-api-key.k, openai-beta.realtime-v1"],
            ] {
                var stream = try RealtimeConversation(headers: headers)
                #expect(stream.events.map(RealtimeConversation.short) == ["beta created"])
                #expect(
                    stream.text(
                        #"""
                        {"type":"transcription_session.update","session":{"input_audio_format":"g711_alaw","turn_detection":null,
                        "input_audio_transcription":{"model":"whisper-1"},"input_audio_noise_reduction":{"type":"far_field"}}}
                        """#) == ["beta updated"])
                #expect(
                    stream.raw.last?.hasSuffix(
                        """
                        "object":"realtime.transcription_session","expires_at":2800,"include":null,"input_audio_format":"g711_alaw",\
                        "input_audio_noise_reduction":{"type":"far_field"},\
                        "input_audio_transcription":{"model":"whisper-1","language":null,"prompt":null},"turn_detection":null}}
                        """) == true)
            }
            var open = try RealtimeConversation("/v1/realtime?model=gpt-4o-realtime-preview", headers: ["OpenAI-Beta": "realtime=v1"])
            #expect(open.events.map(RealtimeConversation.short) == ["created"], "no intent: the client opened a conversation")
            #expect(open.text(#"{"type":"session.update","session":{"input_audio_format":"g711_ulaw"}}"#) == ["updated"])
            #expect(open.raw.last?.contains(#""input_audio_format":"g711_ulaw""#) == true)
            #expect(open.text(#"{"type":"transcription_session.update","session":{}}"#) == ["beta updated"])
            var late = try RealtimeConversation()
            #expect(late.text(#"{"type":"transcription_session.update","session":{}}"#) == ["beta updated"])
        }

        @Test(arguments: [
            (#""format":{"type":"audio/mp3"}"#, "session.audio.input.format"),
            (#""format":{"type":"audio/pcm","rate":500}"#, "session.audio.input.format.rate"),
            (#""transcription":7"#, "session.audio.input.transcription"),
            (#""transcription":{"model":"none"}"#, "session.audio.input.transcription.model"),
            (#""transcription":{"language":"%"}"#, "session.audio.input.transcription.language"),
            (#""transcription":{"keywords":"k"}"#, "session.audio.input.transcription.keywords"),
            (#""turn_detection":true"#, "session.audio.input.turn_detection"),
            (#""turn_detection":{"type":"none"}"#, "session.audio.input.turn_detection.type"),
            (#""turn_detection":{"type":"server_vad","threshold":2}"#, "session.audio.input.turn_detection.threshold"),
            (#""turn_detection":{"type":"server_vad","silence_duration_ms":-1}"#, "session.audio.input.turn_detection.silence_duration_ms"),
            (#""turn_detection":{"type":"semantic_vad","eagerness":"wild"}"#, "session.audio.input.turn_detection.eagerness"),
            (#""noise_reduction":{"type":"all"}"#, "session.audio.input.noise_reduction.type"),
            (#""format":{"type":"audio/pcmu","rate":16000}"#, "session.audio.input.format.rate"),
            (#""format":{"type":"audio/pcm","channels":2}"#, "session.audio.input.format.channels"),
            (#""transcription":{"delay":"soon"}"#, "session.audio.input.transcription.delay"),
            (#""transcription":{"no_such_member":1}"#, "session.audio.input.transcription.no_such_member"),
            (#""turn_detection":{"type":"server_vad","no_such_member":1}"#, "session.audio.input.turn_detection.no_such_member"),
            (#""turn_detection":{"create_response":"no"}"#, "session.audio.input.turn_detection.create_response"),
            (#""noise_reduction":{"type":"near_field","level":1}"#, "session.audio.input.noise_reduction.level"),
            (#""no_such_member":1"#, "session.audio.input.no_such_member"),
        ])
        func `says which value it does not take, and keeps what was`(input: String, parameter: String) throws {
            var stream = try RealtimeConversation()
            let update = RealtimeConversation.update(#""turn_detection":null,"# + input).replacing(
                #"{"type":"session.update""#, with: #"{"event_id":"mine","type":"session.update""#)
            let said = stream.text(update)
            #expect(said.count == 1 && said[0].hasPrefix("error"))
            #expect(stream.events.last?["error"]["param"].string == parameter)
            #expect(stream.events.last?["error"]["type"].string == "invalid_request_error")
            #expect(stream.events.last?["error"]["event_id"].string == "mine")
            #expect(stream.text(#"{"type":"session.update","session":{}}"#) == ["updated"])
            #expect(stream.raw.last?.contains("server_vad") == true, "all or nothing")
        }

        @Test(arguments: [
            ("hello", "invalid_json"), ("[]", "invalid_json"), (#"{"type":"session.update""#, "invalid_json"), ("{}", "missing_required_parameter"),
            (#"{"type":"response.create"}"#, "invalid_value"), (#"{"type":"session.update"}"#, "invalid_value"),
            (#"{"type":"response.cancel"}"#, "invalid_value"), (#"{"type":"conversation.item.create","item":{}}"#, "invalid_value"),
            (#"{"type":"session.update","session":{"type":"translation"}}"#, "invalid_value"),
            (#"{"type":"session.update","session":{"type":"transcription","tools":[]}}"#, "unknown_parameter"),
            (#"{"type":"session.update","session":{"include":["all"]}}"#, "invalid_value"),
            (#"{"type":"input_audio_buffer.append"}"#, "missing_required_parameter"),
            (#"{"type":"input_audio_buffer.append","audio":7}"#, "missing_required_parameter"),
            (#"{"type":"input_audio_buffer.append","audio":"%%%%"}"#, "invalid_value"),
            (#"{"type":"input_audio_buffer.append","audio":"AAA"}"#, "invalid_value"),
            (#"{"type":"input_audio_buffer.commit"}"#, "input_audio_buffer_commit_empty"),
        ])
        func `answers what it cannot do with an error and goes on`(message: String, code: String) throws {
            var stream = try RealtimeConversation()
            #expect(stream.text(message) == ["error \(code)"])
            #expect(stream.events.last?["error"].count == 5)
            #expect(stream.append(0.1) == ["→ audio 4800"])
            #expect(stream.text(message).first?.hasPrefix("error") == (code != "input_audio_buffer_commit_empty"))
        }

        @Test func `has an end`() throws {
            var stream = try RealtimeConversation()
            #expect(stream.opening.deadline == stream.now + .seconds(3_600))
            #expect(stream.wait(.seconds(3_600)) == ["error session_expired", "close 1001 session_expired"])
            var other = try RealtimeConversation()
            #expect(other.drain() == ["close 1001 The server is going down. Connect again."])
        }

        @Test func `says why there is to be no session`() throws {
            var stream = try RealtimeConversation()
            _ = stream.append(0.1)
            #expect(stream.rejected(.outOfCredit) == ["error insufficient_quota", "close 1008 The session cannot be served."])
        }

        @Test func `takes no binary messages`() throws {
            var stream = try RealtimeConversation()
            #expect(stream.binary() == ["error invalid_message"])
        }

        @Test(arguments: [
            (["Authorization": "Bearer k"] as HTTPHeaders, Credential("k") as Credential?),
            (["Authorization": "bearer  k"] as HTTPHeaders, Credential("k")),
            (["Sec-WebSocket-Protocol": "realtime, openai-insecure-api-key.k"] as HTTPHeaders, Credential("k", in: .subprotocol) as Credential?),
            (["Sec-WebSocket-Protocol": "realtime"] as HTTPHeaders, nil),
            (["Sec-WebSocket-Protocol": "openai-insecure-api-key."] as HTTPHeaders, nil), ([:] as HTTPHeaders, nil),
        ])
        func `finds the key`(headers: HTTPHeaders, key: Credential?) throws {
            var head = try HTTPRequestHead(.get, "/v1/realtime")
            head.headers.append(headers)
            #expect(RealtimeServer.credential(of: head) == key)
        }

        @Test func `selects the subprotocol that has no key in it`() throws {
            var head = try HTTPRequestHead(.get, "/v1/realtime")
            let context = HandshakeContext(requestID: "a", now: UnixTime(milliseconds: 0))
            #expect(RealtimeServer.accept(head, context).subprotocol == nil)
            head.headers.add("Sec-WebSocket-Protocol", "openai-insecure-api-key.k, realtime")
            #expect(RealtimeServer.accept(head, context).subprotocol == "realtime")
        }
    }

    @Suite struct `with turn detection` {
        @Test func `makes an item of each turn`() throws {
            var stream = try RealtimeConversation.speaking()
            _ = stream.append(10)
            #expect(stream.event(.speechStarted(.first, at: Realtime.at(1))) == ["started 1 at 700"])
            #expect(stream.event(Realtime.interim("Hello", 1, 1.5, stable: 0)).isEmpty)
            #expect(stream.event(Realtime.interim("Hello there", 1, 2, stable: 1)) == ["1+“Hello”"])
            #expect(stream.event(Realtime.interim("Hello there you", 1, 2.5, stable: 3)) == ["1+“ there you”"])
            #expect(
                stream.event(Realtime.commit("Hello there you all.", 0, 3.5, .pause)) == [
                    "1+“ all.”", "stopped 1 at 3500", "committed 1 after none", "added 1", "done 1", "1=“Hello there you all.”",
                ])
            #expect(stream.event(.turnEnded(.first, at: Realtime.at(3.5))).isEmpty)
            #expect(stream.event(Realtime.commit("", 3.5, 5, .length)).isEmpty)
            #expect(stream.event(.speechStarted(.first, at: Realtime.at(3.6))) == ["started 2 at 3500"], "never before the last one's end")
            #expect(stream.event(Realtime.commit("Good", 5, 6, .length)) == ["2+“Good”"])
            #expect(stream.event(Realtime.interim("bye", 6, 6.5, stable: 1)) == ["2+“ bye”"])
            #expect(
                stream.event(Realtime.commit("bye.", 6, 7, .endOfTurn)) == [
                    "stopped 2 at 7000", "committed 2 after 1", "added 2", "done 2", "2=“Good bye.”",
                ])
        }

        @Test func `writes its events as the reference shows them`() throws {
            var stream = try RealtimeConversation.speaking(RealtimeConversation.update("", include: #"["item.input_audio_transcription.logprobs"]"#))
            _ = stream.event(Realtime.commit("Hi.", 1, 2, .pause))
            let item = "item_111111112222433384441"
            let event = { (number: Int) in "event_11111111222243338444\(number)" }
            let logprobs = #""logprobs":[{"token":"Hi.","logprob":-0.693147,"bytes":[72,105,46]}]"#
            #expect(
                stream.raw.dropFirst(2) == [
                    #"{"type":"input_audio_buffer.speech_started","event_id":"\#(event(3))","audio_start_ms":700,"item_id":"\#(item)"}"#,
                    """
                    {"type":"conversation.item.input_audio_transcription.delta","event_id":"\(event(4))","item_id":"\(item)","content_index":0,\
                    "delta":"Hi.",\(logprobs)}
                    """,
                    #"{"type":"input_audio_buffer.speech_stopped","event_id":"\#(event(5))","audio_end_ms":2000,"item_id":"\#(item)"}"#,
                    #"{"type":"input_audio_buffer.committed","event_id":"\#(event(6))","previous_item_id":null,"item_id":"\#(item)"}"#,
                    """
                    {"type":"conversation.item.added","event_id":"\(event(7))","previous_item_id":null,"item":{"id":"\(item)","type":"message",\
                    "object":"realtime.item","status":"completed","role":"user","content":[{"type":"input_audio","transcript":null}]}}
                    """,
                    """
                    {"type":"conversation.item.done","event_id":"\(event(8))","previous_item_id":null,"item":{"id":"\(item)","type":"message",\
                    "object":"realtime.item","status":"completed","role":"user","content":[{"type":"input_audio","transcript":null}]}}
                    """,
                    """
                    {"type":"conversation.item.input_audio_transcription.completed","event_id":"\(event(9))","item_id":"\(item)",\
                    "content_index":0,"transcript":"Hi.",\(logprobs),"usage":{"type":"duration","seconds":1.3}}
                    """,
                ])
        }

        @Test func `adds to deltas, though the engine changes what it had called stable`() throws {
            var stream = try RealtimeConversation.speaking()
            _ = stream.event(Realtime.interim("we will sea", 0, 2, stable: 3))
            let said = stream.event(Realtime.commit("We will see it.", 0, 3, .pause))
            #expect(said.first == "1+“ it.”")
            #expect(said.last == "1=“We will see it.”")
        }

        @Test func `says everything at once with the oldest model`() throws {
            var stream = try RealtimeConversation.speaking(RealtimeConversation.update(#""transcription":{"model":"whisper-1"}"#))
            #expect(stream.event(Realtime.interim("we will", 0, 2, stable: 2)) == ["started 1 at 0"])
            #expect(
                stream.event(Realtime.commit("We will see.", 0, 3, .pause)) == [
                    "stopped 1 at 3000", "committed 1 after none", "added 1", "done 1", "1+“We will see.”", "1=“We will see.”",
                ])
        }

        @Test func `ends an item in which there were no words`() throws {
            var stream = try RealtimeConversation.speaking()
            _ = stream.event(.speechStarted(.first, at: Realtime.at(1)))
            #expect(stream.event(Realtime.commit("", 0, 1, .length)).isEmpty)
            #expect(
                stream.event(Realtime.commit("", 1, 2, .pause)) == ["stopped 1 at 2000", "committed 1 after none", "added 1", "done 1", "1=“”"])
        }

        @Test func `of meaning, goes on over pauses`() throws {
            var stream = try RealtimeConversation.speaking(RealtimeConversation.update(#""turn_detection":{"type":"semantic_vad"}"#))
            #expect(stream.event(Realtime.commit("Well,", 0, 1, .pause)) == ["started 1 at 0", "1+“Well,”"])
            #expect(stream.event(Realtime.commit("no.", 1, 2, .pause)) == ["1+“ no.”"])
            #expect(
                stream.event(.turnEnded(.first, at: Realtime.at(2))) == [
                    "stopped 1 at 2000", "committed 1 after none", "added 1", "done 1", "1=“Well, no.”",
                ])
        }

        private static func waiting(_ milliseconds: Int) throws -> RealtimeConversation {
            try .speaking(RealtimeConversation.update(#""turn_detection":{"type":"server_vad","silence_duration_ms":\#(milliseconds)}"#))
        }

        @Test func `goes on over pauses when it is to wait longer than engines do`() throws {
            var stream = try Self.waiting(5_000)
            #expect(stream.event(Realtime.commit("Well,", 0, 1, .pause)) == ["started 1 at 0", "1+“Well,”"])
            #expect(stream.event(Realtime.commit("no.", 1, 2, .pause)) == ["1+“ no.”"])
            #expect(
                stream.event(.turnEnded(.first, at: Realtime.at(2))) == [
                    "stopped 1 at 2000", "committed 1 after none", "added 1", "done 1", "1=“Well, no.”",
                ])
            #expect(stream.event(Realtime.commit("Again.", 2, 9, .endOfTurn)).last == "2=“Again.”")
        }

        @Test(arguments: [(2_000, true), (2_001, false)])
        func `ends items at engines' pauses as far as engines wait`(milliseconds: Int, isEnded: Bool) throws {
            var stream = try Self.waiting(milliseconds)
            #expect(stream.event(Realtime.commit("Well,", 0, 1, .pause)).contains("1=“Well,”") == isEnded)
        }

        @Test(arguments: [FinalReason.pause, .length])
        func `ends an item once its whole silence is final, though no end of a turn is told`(reason: FinalReason) throws {
            var stream = try Self.waiting(5_000)
            #expect(stream.event(Realtime.commit("Well.", 0, 1, .pause)) == ["started 1 at 0", "1+“Well.”"])
            #expect(stream.event(Realtime.commit("", 1, 5.25, reason)).isEmpty)
            #expect(
                stream.event(Realtime.commit("", 5.25, 5.5, reason)) == [
                    "stopped 1 at 5500", "committed 1 after none", "added 1", "done 1", "1=“Well.”",
                ])
            // Nothing was said after all.
            #expect(stream.event(.speechStarted(.first, at: Realtime.at(6))) == ["started 2 at 5700"])
            #expect(stream.event(Realtime.commit("", 5.5, 10.5, reason)).isEmpty)
            #expect(stream.event(Realtime.commit("", 10.5, 10.75, reason)).last == "2=“”")
        }

        @Test func `lets the client commit too`() throws {
            var stream = try RealtimeConversation.speaking()
            _ = stream.append(2)
            _ = stream.event(Realtime.interim("Hello there", 0, 1, stable: 1))
            #expect(stream.commit() == ["stopped 1 at 2100", "committed 1 after none", "added 1", "done 1", "→ finalize"])
            #expect(stream.event(Realtime.commit("Hello there.", 0, 2.1, .flush)) == ["1+“ there.”", "1=“Hello there.”"])
            #expect(stream.commit() == ["error input_audio_buffer_commit_empty"])
            _ = stream.append(0.1)
            #expect(stream.commit() == ["committed 2 after 1", "added 2", "done 2", "→ finalize"])
            #expect(stream.event(.flushed(.first)) == ["2=“”"])
        }

        @Test func `tells once that speech ended, however often turn detection is switched`() throws {
            let on = RealtimeConversation.update(#""turn_detection":{"type":"server_vad"}"#), off = RealtimeConversation.manual
            for endsByCommit in [true, false] {
                for (beginsOn, switches) in [(true, [off, on]), (true, [off, on, off, on]), (false, [on])] {
                    var stream = try RealtimeConversation.speaking(beginsOn ? on : off)
                    _ = stream.append(2)
                    var told = stream.event(Realtime.interim("Hello there", 0, 1, stable: 1))
                    for change in switches { told += stream.text(change) }
                    told += endsByCommit ? stream.commit() : stream.event(Realtime.commit("Hello there.", 0, 2.1, .pause))
                    let speech = told.filter { $0.hasPrefix("started") || $0.hasPrefix("stopped") }
                    #expect(speech == (beginsOn ? ["started 1 at 0", "stopped 1 at 2100"] : []), "\(told)")
                    #expect(told.contains("committed 1 after none"), "\(told)")
                }
            }
        }

        @Test func `forgets what is cleared`() throws {
            var stream = try RealtimeConversation.speaking()
            _ = stream.append(2)
            #expect(stream.text(#"{"type":"input_audio_buffer.clear"}"#) == ["cleared", "→ finalize"])
            #expect(stream.event(Realtime.interim("Hello", 0, 1, stable: 1)).isEmpty)
            #expect(stream.event(Realtime.commit("Hello.", 0, 2.1, .flush)).isEmpty)
            #expect(stream.text(#"{"type":"input_audio_buffer.clear"}"#) == ["cleared"])
            #expect(stream.event(Realtime.commit("Again.", 2.1, 3, .pause)).last == "1=“Again.”")
        }
    }

    @Suite struct `without turn detection` {
        @Test func `completes what the client commits`() throws {
            var stream = try RealtimeConversation.speaking(RealtimeConversation.manual)
            _ = stream.append(5)
            #expect(stream.event(.speechStarted(.first, at: Realtime.at(1))).isEmpty)
            #expect(stream.event(Realtime.interim("Hello", 1, 1.5, stable: 1)).isEmpty)
            #expect(stream.event(Realtime.commit("Hello.", 0, 2, .endOfTurn)).isEmpty)
            #expect(stream.commit() == ["committed 1 after none", "added 1", "done 1", "1+“Hello.”", "→ finalize"])
            #expect(stream.event(Realtime.commit("Good", 2, 3, .length)) == ["1+“ Good”"])
            #expect(stream.event(Realtime.commit("bye.", 3, 5.1, .flush)) == ["1+“ bye.”", "1=“Hello. Good bye.”"])
        }

        @Test func `keeps items in the order of their commits`() throws {
            var stream = try RealtimeConversation.speaking(RealtimeConversation.manual)
            for number in 1...3 {
                _ = stream.append(1)
                #expect(stream.commit().first == "committed \(number) after \(number == 1 ? "none" : "\(number - 1)")")
            }
            #expect(stream.event(Realtime.commit("One.", 0, 1.1, .flush)) == ["1+“One.”", "1=“One.”"])
            #expect(stream.event(.flushed(.first)) == ["2=“”"])
            #expect(stream.event(Realtime.commit("Three.", 2.1, 3.1, .flush)) == ["3+“Three.”", "3=“Three.”"])
        }

        @Test func `says more as it comes with a live model`() throws {
            var stream = try RealtimeConversation.speaking(
                RealtimeConversation.update(#""turn_detection":null,"transcription":{"model":"gpt-realtime-whisper"}"#))
            #expect(stream.event(Realtime.interim("Hello", 0, 1, stable: 1)) == ["1+“Hello”"])
            #expect(stream.commit() == ["committed 1 after none", "added 1", "done 1", "→ finalize"])
            #expect(stream.event(Realtime.commit("Hello.", 0, 1, .flush)) == ["1=“Hello.”"])
        }

        @Test func `takes no commit of next to nothing`() throws {
            var stream = try RealtimeConversation()
            _ = stream.text(RealtimeConversation.manual)
            _ = stream.append(0.09)
            #expect(stream.commit() == ["error input_audio_buffer_commit_empty"])
            #expect(stream.events.last?["error"]["message"].string?.contains("90ms") == true)
            _ = stream.append(0.01)
            #expect(stream.commit().first == "committed 1 after none")
        }
    }

    @Test func `changes its options while audio flows`() throws {
        var stream = try RealtimeConversation.speaking()
        var change = StreamChange(language: LanguageTag("de"), endpointing: .milliseconds(900))
        change.vendor = VendorChange([.init("turn_detection.silence_duration_ms", .json("900"))])
        #expect(
            stream.text(
                RealtimeConversation.update(
                    #""transcription":{"language":"de"},"turn_detection":{"type":"server_vad","silence_duration_ms":900}"#))
                == ["updated", "→ \(SessionCommand.update(change))"])
        #expect(stream.text(RealtimeConversation.update(#""turn_detection":{"type":"server_vad","silence_duration_ms":900}"#)) == ["updated"])
        #expect(stream.text(RealtimeConversation.update(#""format":{"type":"audio/pcm","rate":24000}"#)) == ["updated"])
        #expect(stream.text(RealtimeConversation.update(#""format":{"type":"audio/pcm","rate":16000}"#)) == ["error invalid_value"])
        #expect(stream.events.last?["error"]["param"].string == "session.audio.input.format")
    }

    @Suite struct `ends` {
        @Test func `with an error when its engine breaks, and says which items have failed`() throws {
            var stream = try RealtimeConversation.speaking(RealtimeConversation.manual)
            _ = stream.append(1)
            _ = stream.commit()
            #expect(
                stream.event(.ended(SessionEnd(received: SampleCount(26_400), error: .unavailable("gone")))) == [
                    "failed 1 server_error", "error server_error", "close 1011 The session cannot go on.",
                ])
            #expect(stream.event(Realtime.commit("late", 1, 2, .pause)).isEmpty)
        }

        @Test func `at its limit, with what was said`() throws {
            var stream = try RealtimeConversation.speaking()
            #expect(stream.wait(.seconds(3_600)) == ["→ finish"])
            #expect(stream.append(1).isEmpty)
            #expect(stream.event(Realtime.commit("Bye.", 0, 1, .endOfAudio)).last == "1=“Bye.”")
            #expect(
                stream.event(.ended(SessionEnd(received: SampleCount(24_000)))) == ["error session_expired", "close 1001 session_expired"])
        }

        @Test func `when its key has no credit left`() throws {
            var stream = try RealtimeConversation.speaking()
            #expect(stream.account(.low(remaining: .seconds(1))).isEmpty)
            #expect(stream.account(.exhausted).isEmpty)
            #expect(
                stream.event(.ended(SessionEnd(received: SampleCount(24_000), error: .quotaExhausted("")))) == [
                    "error insufficient_quota", "close 1008 insufficient_quota",
                ])
        }

        @Test func `when its key is taken back`() throws {
            var stream = try RealtimeConversation.speaking()
            _ = stream.account(.revoked)
            #expect(
                stream.event(.ended(SessionEnd(received: .zero, error: .unauthorized("")))) == [
                    "error invalid_api_key", "close 1008 invalid_api_key",
                ])
        }

        @Test func `when the gateway goes down`() throws {
            var stream = try RealtimeConversation.speaking()
            #expect(stream.drain() == ["→ finish"])
            #expect(stream.event(.ended(SessionEnd(received: .zero))) == ["close 1001 The server is going down. Connect again."])
        }
    }

    @Test func `reads audio of any size, escaped or not`() throws {
        for size in [0, 1, 2, 3, 4_800, 1 << 20] {
            let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            let text = Base64.encode(bytes)
            for audio in [text, text.replacing("/", with: #"\/"#)] {
                let event = RealtimeClientEvent(parsing: #"{"audio":"\#(audio)","event_id":"e","type":"input_audio_buffer.append"}"#.utf8.span.bytes)
                #expect(event.kind == .append(bytes))
                #expect(event.id == "e")
            }
        }
        let most = String(repeating: "A", count: RealtimeClientEvent.maxAudio / 3 * 4)
        let events = [most, most + "AAAA"].map { audio in
            RealtimeClientEvent(parsing: #"{"type":"input_audio_buffer.append","audio":"\#(audio)"}"#.utf8.span.bytes).kind
        }
        #expect(events[0] == .append([UInt8](repeating: 0, count: RealtimeClientEvent.maxAudio)))
        guard case .invalid(let error) = events[1] else {
            Issue.record("was taken")
            return
        }
        #expect(error.parameter == "audio")
    }
}
