import Framing
import Protocols
import Speech
import Testing

@Suite struct `Realtime sessions in the shapes that clients send` {
    /// A way to open a session, and what the client's first message then gets.
    struct Shape: Sendable, CustomTestStringConvertible {
        var name: String
        var query: String
        var isBeta = false
        var message: String
        var created = "created"
        var updated = "updated"
        /// Type of the session in the shape of the general release; nil: the shape has none.
        var type: String?
        var hasTurns = false
        var format = AudioFormat.linear16(SampleRate(hertz: 24_000))

        var testDescription: String { name }
    }

    private static let flat = """
        "input_audio_format":"pcm16","input_audio_transcription":{"model":"gpt-4o-transcribe"},"turn_detection":null
        """

    private static func conversation(_ turns: String, format: String = #"{"type":"audio/pcm","rate":24000}"#, _ more: String = "") -> String {
        """
        {"type":"session.update","session":{"type":"realtime",\(more)"audio":{"input":{"format":\(format),\
        "transcription":{"model":"gpt-realtime-whisper"},"turn_detection":\(turns)}}}}
        """
    }

    static let shapes = [
        Shape(name: "conversation without turn detection", query: "model=gpt-realtime-1.5", message: conversation("null"), type: "realtime"),
        Shape(
            name: "conversation with turn detection", query: "model=gpt-realtime-1.5",
            message: conversation(#"{"type":"server_vad","create_response":false}"#), type: "realtime", hasTurns: true),
        Shape(
            name: "conversation with the members of spoken answers", query: "model=gpt-realtime",
            message: conversation("null", #""instructions":"Only listen.","output_modalities":["text"],"tools":[],"tool_choice":"none","#),
            type: "realtime"),
        Shape(
            name: "conversation in mu-law", query: "model=gpt-realtime", message: conversation("null", format: #"{"type":"audio/pcmu"}"#),
            type: "realtime", format: .raw(.mulaw, .telephone, channels: 1)),
        Shape(
            name: "conversation in A-law, opened as a transcription", query: "intent=transcription",
            message: conversation("null", format: #"{"type":"audio/pcma"}"#), type: "realtime", format: .raw(.alaw, .telephone, channels: 1)),
        Shape(
            name: "transcription", query: "intent=transcription", message: RealtimeConversation.update(#""turn_detection":null"#),
            type: "transcription"),
        Shape(
            name: "transcription of the beta", query: "intent=transcription&model=gpt-4o-transcribe", isBeta: true,
            message: #"{"type":"transcription_session.update","session":{\#(flat)}}"#, created: "beta created", updated: "beta updated"),
        Shape(
            name: "conversation of the beta", query: "model=gpt-4o-realtime-preview", isBeta: true,
            message: #"{"type":"session.update","session":{"modalities":["text"],\#(flat)}}"#),
    ]

    @Test(arguments: shapes)
    func `are taken, transcribed, and give no answers`(shape: Shape) throws {
        var stream = try RealtimeConversation("/v1/realtime?\(shape.query)", headers: shape.isBeta ? ["OpenAI-Beta": "realtime=v1"] : [:])
        #expect(stream.events.map(RealtimeConversation.short) == [shape.created])
        #expect(stream.text(shape.message) == [shape.updated])
        #expect(stream.events.last?["session"]["type"].string == shape.type)
        #expect(stream.text(#"{"type":"response.create"}"#) == ["error invalid_value"])
        #expect(stream.append(0.1).allSatisfy { !$0.hasPrefix("error") })
        let request = try #require(stream.machine?.request)
        #expect(request.format == shape.format)
        #expect(stream.text(#"{"type":"response.create"}"#) == ["error invalid_value"], "the session goes on after it")
        _ = stream.append(1)
        let rate = stream.rate
        let range = SampleRange(.zero, SampleIndex(seconds: 0.5, at: rate))
        let word = Word("Hello.", range, confidence: 1)
        func commit(_ reason: FinalReason) -> SessionEvent {
            .commit(Commit(channel: .first, range: range, words: [word], reason: reason, engine: .local))
        }
        if !shape.hasTurns { _ = stream.commit() }
        let said = stream.event(commit(shape.hasTurns ? .pause : .flush))
        #expect(said.contains("1+“Hello.”") && said.last == "1=“Hello.”")
    }

    @Test func `send back the members of spoken answers, and that no answer will come`() throws {
        var stream = try RealtimeConversation("/v1/realtime?model=gpt-realtime")
        #expect(stream.events.last?["session"]["model"].string == "gpt-realtime")
        #expect(stream.events.last?["session"]["object"].string == "realtime.session")
        let turns = #"{"type":"server_vad","create_response":true,"interrupt_response":true,"idle_timeout_ms":5000}"#
        _ = stream.text(
            """
            {"type":"session.update","session":{"type":"realtime","instructions":"Listen.","tools":[],"max_output_tokens":"inf",\
            "audio":{"input":{"turn_detection":\(turns)},"output":{"voice":"marin","speed":1.5}}}}
            """)
        var session = try #require(stream.events.last?["session"])
        #expect(session["instructions"].string == "Listen." && session["tools"].isArray && session["max_output_tokens"].string == "inf")
        #expect(session["audio"]["output"]["voice"].string == "marin")
        #expect(session["audio"]["input"]["turn_detection"]["create_response"].bool == false)
        _ = stream.text(#"{"type":"session.update","session":{"instructions":null,"audio":{"output":{"speed":1}}}}"#)
        session = try #require(stream.events.last?["session"])
        #expect(!session["instructions"].exists && session["tools"].isArray)
        #expect(session["audio"]["output"]["voice"].string == "marin" && session["audio"]["output"]["speed"].double == 1)
        #expect(stream.text(#"{"type":"session.update","session":{"tools":7}}"#) == ["error invalid_value"])
        #expect(stream.events.last?["error"]["param"].string == "session.tools")
        let long = String(repeating: "a", count: 300_000)
        #expect(stream.text(#"{"type":"session.update","session":{"instructions":"\#(long)"}}"#) == ["error invalid_value"])
    }

    @Test func `keep all settings when an update is refused`() throws {
        var stream = try RealtimeConversation("/v1/realtime?model=gpt-realtime")
        _ = stream.text(#"{"type":"session.update","session":{"type":"realtime"}}"#)
        let before = stream.events.last?["session"]
        let refused = Self.conversation(#"{"type":"server_vad","threshold":7}"#, format: #"{"type":"audio/pcmu"}"#, #""instructions":"Hm","#)
        #expect(stream.text(refused) == ["error invalid_value"])
        #expect(stream.events.last?["error"]["param"].string == "session.audio.input.turn_detection.threshold")
        _ = stream.text(#"{"type":"session.update","session":{}}"#)
        let after = stream.events.last?["session"]
        #expect(after?["instructions"].exists == false && after?["audio"]["input"]["format"]["type"].string == "audio/pcm")
        #expect(before?["audio"]["input"]["turn_detection"]["threshold"].double == after?["audio"]["input"]["turn_detection"]["threshold"].double)
    }

    // MARK: Temporary keys

    private func secret(
        _ body: String, _ shape: RealtimeConfiguration.Shape, type: RealtimeConfiguration.SessionType = .transcription
    ) throws(RealtimeError) -> RealtimeSecretRequest {
        try RealtimeSecretRequest(Array(body.utf8), shape, type: type, Self.context)
    }

    private static let context = HandshakeContext(requestID: RealtimeConversation.requestID, now: UnixTime(milliseconds: 1_000_000))

    @Test func `may be those of a temporary key`() throws {
        let body = """
            {"session":{"type":"realtime","model":"gpt-realtime","instructions":"Only listen.",\
            "audio":{"input":{"format":{"type":"audio/pcmu"},"turn_detection":{"type":"semantic_vad","eagerness":"low","create_response":false}}}}}
            """
        let request = try secret(body, .general)
        let answer = try Parsed(request.answer(token: "t", Self.context))
        #expect(answer["value"].string == "t" && answer["session"]["type"].string == "realtime")
        let stream = try RealtimeConversation("/v1/realtime?model=gpt-realtime-1.5", settings: request.settings)
        let session = try #require(stream.events.last?["session"])
        #expect(stream.events.map(RealtimeConversation.short) == ["created"])
        #expect(session["type"].string == "realtime" && session["model"].string == "gpt-realtime")
        #expect(session["instructions"].string == "Only listen.")
        #expect(session["audio"]["input"]["turn_detection"]["eagerness"].string == "low")
    }

    @Test func `may be a conversation of the beta with a temporary key`() throws {
        let body = """
            {"model":"gpt-4o-realtime-preview","voice":"alloy","input_audio_format":"g711_ulaw","turn_detection":null,\
            "client_secret":{"expires_after":{"anchor":"created_at","seconds":90}}}
            """
        let request = try secret(body, .beta, type: .conversation)
        #expect(request.lifetime == .seconds(90))
        let answer = try Parsed(request.answer(token: "t", Self.context))
        #expect(answer["client_secret"]["value"].string == "t" && answer["object"].string == "realtime.session")
        #expect(answer["voice"].string == "alloy" && answer["input_audio_format"].string == "g711_ulaw")
        var stream = try RealtimeConversation("/v1/realtime", settings: request.settings)
        #expect(stream.events.map(RealtimeConversation.short) == ["created"])
        _ = stream.append(0.1)
        #expect(stream.machine?.request.format == .raw(.mulaw, .telephone, channels: 1))
    }

    @Test(arguments: [
        (RealtimeConfiguration.Shape.general, #"{"session":{"type":"translation"}}"#, "session.type", "invalid_value"),
        (
            .general, #"{"session":{"audio":{"input":{"transcription":{"model":"none"}}}}}"#, "session.audio.input.transcription.model",
            "model_not_found"
        ),
        (.general, #"{"session":{"no_such_member":1}}"#, "session.no_such_member", "unknown_parameter"),
        (.general, #"{"expires_after":{"seconds":1}}"#, "expires_after.seconds", "invalid_value"),
        (.general, #"{"expires_after":{"anchor":"created_at","minutes":1}}"#, "expires_after.minutes", "unknown_parameter"),
        (.general, #"{"expires_after":60}"#, "expires_after", "invalid_value"),
        // The body of the beta, and a mistyped name.
        (.general, #"{"input_audio_format":"g711_ulaw"}"#, "input_audio_format", "unknown_parameter"),
        (.general, #"{"sesion":{}}"#, "sesion", "unknown_parameter"),
        (.general, #"{"client_secret":{"expires_after":{"seconds":60}}}"#, "client_secret", "unknown_parameter"),
        (.beta, #"{"input_audio_format":"mp3"}"#, "input_audio_format", "invalid_value"),
        (.beta, #"{"no_such_member":1}"#, "no_such_member", "unknown_parameter"),
        (.beta, #"{"expires_after":{"minutes":1}}"#, "expires_after.minutes", "unknown_parameter"),
    ])
    func `are refused with the member's name when a temporary key is asked for`(
        shape: RealtimeConfiguration.Shape, body: String, parameter: String, code: String
    ) {
        do throws(RealtimeError) {
            _ = try secret(body, shape)
            Issue.record("was taken")
        } catch {
            #expect(error.parameter == parameter && error.code == code, "\(error)")
        }
    }
}

@Suite struct `Updates of a realtime session` {
    /// An update of turn detection: the setting before, the members of the update, and what must then be in force; nil: an error about this member.
    struct TurnUpdate: Sendable, CustomTestStringConvertible {
        var before: String
        var update: String
        var right: String?
        var parameter = ""
        var isBeta = false

        var testDescription: String { "\(isBeta ? "beta" : "general"): \(before) + \(update)" }

        static let all: [TurnUpdate] =
            cases
            + cases.map { update in
                var update = update
                update.isBeta = true
                return update
            }

        private static let low = #"{"type":"semantic_vad","eagerness":"low"}"#
        private static let seven = #"{"type":"server_vad","threshold":0.7,"prefix_padding_ms":300,"silence_duration_ms":500}"#
        private static let cases = [
            TurnUpdate(before: low, update: #"{"eagerness":"high"}"#, right: #"{"type":"semantic_vad","eagerness":"high"}"#),
            TurnUpdate(before: low, update: #"{"create_response":false}"#, right: low),
            TurnUpdate(before: low, update: "{}", right: low),
            TurnUpdate(before: low, update: #"{"type":"semantic_vad"}"#, right: low),
            TurnUpdate(before: low, update: #"{"threshold":null}"#, right: low),
            TurnUpdate(before: low, update: #"{"eagerness":null}"#, right: #"{"type":"semantic_vad","eagerness":"auto"}"#),
            TurnUpdate(before: low, update: #"{"threshold":0.3}"#, parameter: "threshold"),
            TurnUpdate(before: low, update: #"{"silence_duration_ms":900}"#, parameter: "silence_duration_ms"),
            TurnUpdate(before: seven, update: #"{"eagerness":"low"}"#, parameter: "eagerness"),
            TurnUpdate(before: seven, update: #"{"type":"semantic_vad","threshold":0.3}"#, parameter: "threshold"),
            TurnUpdate(
                before: seven, update: #"{"silence_duration_ms":900}"#,
                right: #"{"type":"server_vad","threshold":0.7,"prefix_padding_ms":300,"silence_duration_ms":900}"#),
            TurnUpdate(
                before: seven, update: #"{"threshold":null}"#,
                right: #"{"type":"server_vad","threshold":0.5,"prefix_padding_ms":300,"silence_duration_ms":500}"#),
            TurnUpdate(before: seven, update: #"{"type":"semantic_vad"}"#, right: #"{"type":"semantic_vad","eagerness":"auto"}"#),
            TurnUpdate(
                before: "null", update: #"{"threshold":0.4}"#,
                right: #"{"type":"server_vad","threshold":0.4,"prefix_padding_ms":300,"silence_duration_ms":500}"#),
            TurnUpdate(before: "null", update: #"{"eagerness":"low"}"#, parameter: "eagerness"),
            TurnUpdate(before: seven, update: "null", right: "null"),
        ]
    }

    @Test(arguments: TurnUpdate.all)
    func `change what they name of turn detection, and nothing else`(_ given: TurnUpdate) throws {
        func message(_ turns: String) -> String {
            given.isBeta
                ? #"{"type":"transcription_session.update","session":{"turn_detection":\#(turns)}}"#
                : RealtimeConversation.update(#""turn_detection":\#(turns)"#)
        }
        var stream = try RealtimeConversation(headers: given.isBeta ? ["OpenAI-Beta": "realtime=v1"] : [:])
        _ = stream.text(message(given.before))
        let said = stream.text(message(given.update))
        if let right = given.right {
            #expect(stream.raw.last?.contains(#""turn_detection":\#(right)"#) == true, "\(stream.raw.last ?? "")")
        } else {
            #expect(said == ["error invalid_value"])
            let path = given.isBeta ? "session.turn_detection." : "session.audio.input.turn_detection."
            #expect(stream.events.last?["error"]["param"].string == path + given.parameter)
        }
    }

    @Test func `may name the modalities of a transcription in the beta`() throws {
        var stream = try RealtimeConversation(headers: ["OpenAI-Beta": "realtime=v1"])
        let update = #"{"type":"transcription_session.update","session":{"modalities":["text"],"input_audio_transcription":{"language":"de"}}}"#
        #expect(!stream.text(update).contains { $0.hasPrefix("error") })
        #expect(stream.raw.last?.contains(#""language":"de""#) == true, "the rest of the update is in force")
    }

    @Test func `keep the rate that a format does not name`() throws {
        var stream = try RealtimeConversation()
        func format(_ format: String) -> String? {
            _ = stream.text(RealtimeConversation.update(#""format":\#(format)"#))
            guard let last = stream.raw.last, let start = last.firstRange(of: #""format":"#)?.upperBound else { return nil }
            return last[start...].prefix { $0 != "}" } + "}"
        }
        #expect(format(#"{"type":"audio/pcm","rate":16000}"#) == #"{"type":"audio/pcm","rate":16000}"#)
        #expect(format(#"{"type":"audio/pcm"}"#) == #"{"type":"audio/pcm","rate":16000}"#)
        #expect(format(#"{"rate":8000}"#) == #"{"type":"audio/pcm","rate":8000}"#)
        #expect(format("{}") == #"{"type":"audio/pcm","rate":8000}"#)
        #expect(format(#"{"rate":null}"#) == #"{"type":"audio/pcm","rate":24000}"#)
        #expect(format(#"{"type":"pcm16","rate":16000}"#) == #"{"type":"audio/pcm","rate":16000}"#)
        #expect(format(#""pcm16""#) == #"{"type":"audio/pcm","rate":24000}"#)
        #expect(format(#"{"type":"audio/pcmu"}"#) == #"{"type":"audio/pcmu"}"#)
        #expect(format(#"{"rate":8000}"#) == #"{"type":"audio/pcmu"}"#)
        #expect(format("null") == #"{"type":"audio/pcm","rate":24000}"#)
    }

    @Test func `reach OpenAI's own engine as the client wrote them`() throws {
        var stream = try RealtimeConversation.speaking()
        var output = ServerOutput()
        stream.machine?.receivedText(
            RealtimeConversation.update(
                #""transcription":{"prompt":"A call.","delay":"low"},"noise_reduction":{"type":"far_field"}"#
            ).utf8.span.bytes, now: stream.now, output: &output)
        var options = StreamOptions(rate: .speech, model: "gpt-live-transcribe")
        options.vendorOptions = stream.machine?.request.vendorOptions
        for case .command(.update(let change)) in output.actions {
            let before = options
            options.apply(change)
            #expect(!change.isInStream(of: OpenAIOptions.vendor, OpenAILiveClient.service().capabilities, from: before, to: options, now: .now))
            let other = Capabilities(streaming: true, prerecorded: false, languages: .any, models: [])
            #expect(change.isInStream(of: .local, other, from: before, to: options, now: .now))
        }
        #expect(options.shared.prompt == "A call.")
        var client = VendorConversation(OpenAILiveClient(options, model: "gpt-live-transcribe", credential: Credential("k")))
        let sent = client.opened().map(\.short).joined()
        #expect(sent.contains(#""noise_reduction":{"type":"far_field"}"#) && sent.contains(#""prompt":"A call.","delay":"low""#), "\(sent)")
        var other = VendorConversation(OpenAILiveClient(options, model: "whisper-1", credential: Credential("k")))
        #expect(!other.opened().map(\.short).joined().contains("delay"), "only the models for live speech have it")
    }

    @Test(arguments: ["null", "[]"])
    func `clear a list of languages, and no language that stands alone`(cleared: String) throws {
        let list = RealtimeConversation.update(#""transcription":{"languages":["de","fr"]}"#)
        let clear = RealtimeConversation.update(#""transcription":{"languages":\#(cleared)}"#)
        var stream = try RealtimeConversation.speaking(list)
        #expect(stream.raw.contains { $0.contains(#""languages":["de","fr"]"#) })
        let said = stream.text(clear)
        #expect(said.count == 2 && said.last?.hasPrefix("→ update") == true, "\(said)")
        #expect(stream.raw.last?.contains("languages") == false)
        var alone = try RealtimeConversation.speaking(RealtimeConversation.update(#""transcription":{"language":"de"}"#))
        #expect(alone.text(clear) == ["updated"])
        #expect(alone.raw.last?.contains(#""language":"de""#) == true)
        var kept = try RealtimeConversation.speaking(list)
        #expect(kept.text(RealtimeConversation.update(#""transcription":{"language":null}"#)) == ["updated"])
        #expect(kept.raw.last?.contains(#""languages":["de","fr"]"#) == true)
    }

    @Test(arguments: [("gpt-live-transcribe", true), ("whisper-1", false)])
    func `reach OpenAI's engine with all languages of a list, where the model takes one`(model: String, isSent: Bool) throws {
        let stream = try RealtimeConversation.speaking(RealtimeConversation.update(#""transcription":{"languages":["de","fr"]}"#))
        let request = try #require(stream.machine?.request)
        var options = StreamOptions(rate: .speech, language: request.language, model: model)
        options.shared = request.shared
        var client = VendorConversation(OpenAILiveClient(options, model: model, credential: Credential("k")))
        #expect(client.opened().map(\.short).joined().contains(#""languages":["de","fr"]"#) == isSent)
    }

    @Test func `leave the choice to the engine again when they clear a setting`() throws {
        var stream = try RealtimeConversation.speaking(
            RealtimeConversation.update(#""transcription":{"model":"gpt-4o-transcribe","language":"de","keywords":["k"]}"#))
        var change = StreamChange(language: LanguageTag("multi"), model: "", keyterms: [])
        change.vendor = VendorChange([], replacing: ["keywords"])
        let cleared = #"{"type":"session.update","session":{"audio":{"input":{"transcription":null}}}}"#
        #expect(stream.text(cleared) == ["updated", "→ \(SessionCommand.update(change))"])
    }

    @Test func `are shown without the settings that the engine ignores`() throws {
        var stream = try RealtimeConversation.speaking(
            RealtimeConversation.update(#""transcription":{"delay":"low"},"noise_reduction":{"type":"near_field"}"#))
        func ignore(_ names: [String]) -> [String] {
            var output = ServerOutput()
            let now = stream.now
            stream.machine?.ignores(names, now: now, output: &output)
            return output.texts
        }
        let told = ignore(["noise_reduction", "delay"])
        #expect(told.count == 1 && told[0].contains(#""noise_reduction":null"#) && !told[0].contains("delay"))
        #expect(ignore(["noise_reduction"]).isEmpty, "each is told once")
        #expect(stream.text(#"{"type":"session.update","session":{"audio":{"input":{"transcription":{"prompt":"p"}}}}}"#).first == "updated")
        #expect(stream.raw.last?.contains(#""noise_reduction":null"#) == true, "it is still not in force")
        var output = ServerOutput()
        let now = stream.now
        stream.machine?.served(by: TurnPart.Engine(EngineName("openai")), ignoring: ["delay"], now: now, output: &output)
        #expect(output.texts.count == 1 && output.texts[0].contains(#""noise_reduction":{"type":"near_field"}"#), "the next engine can do it")
        #expect(!output.texts[0].contains("delay"), "it cannot do the delay either")
        #expect(ignore(["noise_reduction"]).count == 1)
    }
}
