import Framing
import Gateway
import HarkenTesting
import Net
import Protocols
import Speech
import Testing

/// Every place in which a client names its language, with every kind of name. What an engine is then asked for follows from `LanguageParameter`; a
/// name that no language has is refused where it is given, and nothing is heard or kept.
@Suite(.hangLimit) struct `A client's language` {
    /// Names, and the language that engines are asked for; nil: no language has the name.
    private static let names: [(name: String, code: String?)] = [
        ("pt", "pt"), ("portuguese", "pt"), ("Portuguese", "pt"), ("PT", "pt"), ("pt-BR", "pt-BR"), ("pt_br", "pt-BR"), ("por", "pt"), ("cmn", "zh"),
        ("xx", nil), ("Language.PT", nil),
    ]
    private static let finding = ["auto", "AUTO", "detect"]
    private static let served = LanguageParameter.allCases.filter { !$0.isOfCommandLine && $0 != .settings }

    private static let transcript: Transcript = {
        let words = [Word("Olá.", SampleRange(SampleIndex(1_600), SampleIndex(8_000)), confidence: 0.9)]
        return Transcript(
            rate: .speech, length: SampleCount(16_000), language: LanguageTag("pt"), model: "scripted-1",
            channels: [.init(words: words, segments: [.init(range: SampleRange(.zero, SampleIndex(16_000)), words: 0..<1)])])
    }()

    @Test(arguments: served) func `reaches the engine, or is refused with its parameter`(parameter: LanguageParameter) async throws {
        let engine = ScriptedEngine(name: .local, languages: .any, transcript: .success(Self.transcript))
        try await TestGateway.with(engine) { gateway in
            await gateway.resumeJobs()
            let client = NamingClient(gateway: gateway, parameter: parameter)
            for (index, (name, code)) in Self.names.enumerated() {
                let told = try await client.ask(name, index), heard = engine.takeLanguages()
                if let code {
                    #expect(heard.map { $0?.rawValue } == [code], "\(name): \(told)")
                } else {
                    let member = parameter.name.split(separator: ".").last.map(String.init) ?? parameter.name
                    #expect(heard.isEmpty && told.contains(member) && told.contains(String(name.prefix(2))), "\(name): \(told)")
                }
            }
            for (index, name) in Self.finding.enumerated() {
                let told = try await client.ask(name, 20 + index), heard = engine.takeLanguages()
                #expect(heard == [parameter.isLive ? .multi : nil], "\(name): \(told)")
                if let found = client.found { #expect(told.contains(found), "\(name): \(told)") }
            }
            for (index, name) in [nil, ""].enumerated() {
                let told = try await client.ask(name, 30 + index), heard = engine.takeLanguages(), shown = name ?? "nothing"
                switch parameter.absence {
                case .english, .recordings: #expect(heard == [.english], "\(shown): \(told)")
                case .engines: #expect(heard == [nil], "\(shown): \(told)")
                case .refused: #expect(heard.isEmpty && told.contains("language is missing"), "\(shown): \(told)")
                case .detected:
                    #expect(heard == [parameter.isLive ? .multi : nil], "\(shown): \(told)")
                    if let found = client.found { #expect(told.contains(found), "\(shown): \(told)") }
                }
            }
        }
    }

    @Test(arguments: [("speechmatics", true), ("soniox", false)])
    func `is told to be English where nobody named it and the engine cannot find it`(name: String, isTold: Bool) async throws {
        let engine = ScriptedEngine(name: EngineName(name), languages: .any)
        try await TestGateway.with(engine) { gateway in
            let client = NamingClient(gateway: gateway, parameter: .managed)
            let told = try await client.ask(nil, 0)
            #expect(told.contains("language=auto") == isTold, "\(told)")
            #expect(engine.takeLanguages() == [nil], "the engine's client chooses the language")
            let named = try await client.ask("de", 1)
            #expect(!named.contains("language=auto"), "\(named)")
        }
    }

    @Test func `is a setting only when a language has the name`() async throws {
        let path = "/api/v1/users/me/settings"
        try await TestGateway.with { gateway in
            func set(_ json: String) async throws -> TestGateway.Answer { try await gateway.api(.patch, path, body: #"{"language":\#(json)}"#) }
            func shown() async throws -> JSONValue? { try await gateway.api(.get, path).json["language"] }
            for (name, code) in Self.names {
                #expect(try await set(#""de""#).status == 200)
                let answer = try await set("\"\(name)\"")
                if code == nil {
                    #expect(answer.status == 400 && answer.text.contains("language is"), "\(name): \(answer.text)")
                    #expect(try await shown() == "de", "a refused name changes nothing")
                } else {
                    let language = LanguageName(name)?.tag.rawValue ?? ""
                    #expect(answer.status == 200, "\(name): \(answer.text)")
                    #expect(try await shown() == .string(language))
                }
            }
            for name in Self.finding {
                #expect(try await set("\"\(name)\"").status == 200)
                #expect(try await shown() == "auto")
            }
            for nothing in ["null", #""""#] {
                #expect(try await set(#""de""#).status == 200)
                #expect(try await set(nothing).status == 200)
                #expect(try await shown() == .null)
            }
        }
    }

    @Test func `of a user is never taken for English where the user leaves it to the engine`() async throws {
        let engine = ScriptedEngine(name: .local, languages: .any)
        try await TestGateway.with(engine) { gateway in
            for (language, heard) in [("auto", LanguageTag.multi), ("portuguese", LanguageTag("pt"))] {
                let body = #"{"single_language_mode":true,"language":"\#(language)"}"#
                #expect(try await gateway.api(.patch, "/api/v1/users/me/settings", body: body).status == 200)
                _ = try await NamingClient(gateway: gateway, parameter: .listen).ask("auto", 0)
                #expect(engine.takeLanguages() == [heard], "\(language)")
            }
        }
    }

    @Test func `of a chunk that leaves it to the engine is not the recording's`() async throws {
        let engine = ScriptedEngine(name: .local, languages: .any, transcript: .success(Self.transcript))
        try await TestGateway.with(engine) { gateway in
            let id = try await gateway.startRecording()
            #expect(try await gateway.sendChunk("a", at: 0, of: id, seconds: 1, more: "&language=auto").string("language") == "pt")
            #expect(try await gateway.sendChunk("b", at: 1_000, of: id, seconds: 1).string("language") == "pt", "what is heard is said")
        }
    }
}

extension LanguageParameter {
    var isOfCommandLine: Bool { name.hasPrefix("-") }

    /// True for live audio, whose engines are asked for any language by a tag.
    var isLive: Bool {
        switch self {
        case .openAIRealtime, .deepgramLive, .deepgramFlux, .assemblyAILive, .soniox, .speechmatics, .listen, .managed, .captions: true
        case .openAIRecorded, .deepgramRecorded, .assemblyAIRecorded, .sonioxRecorded, .chunk, .chunkedRecording, .deviceFiles, .importedRecording,
            .settings,
            .transcribe, .recorder, .importCommand, .modelsTest:
            false
        }
    }
}

/// A client that names its language in one place.
struct NamingClient {
    let gateway: TestGateway
    let parameter: LanguageParameter

    /// The text by which an answer says that Portuguese was found; nil: live answers say it with their words, if at all.
    var found: String? {
        switch parameter {
        case .openAIRecorded: #""language":"portuguese""#
        case .deepgramRecorded: #""detected_language":"pt""#
        case .assemblyAIRecorded: #""language_code":"pt""#
        case .sonioxRecorded, .chunk, .chunkedRecording, .deviceFiles, .importedRecording: #""language":"pt""#
        case _: nil
        }
    }

    /// - Parameter number: one that no other recording of the test has.
    /// - Returns: all that the client was told.
    func ask(_ name: String?, _ number: Int) async throws -> String {
        let raw = #""audio_format":"pcm_s16le","sample_rate":16000,"num_channels":1"#
        switch parameter {
        case .openAIRecorded:
            let fields = [("model", "whisper-1"), ("response_format", "verbose_json")] + (name.map { [("language", $0)] } ?? [])
            var body = fields.flatMap { Array("--b\r\nContent-Disposition: form-data; name=\"\($0.0)\"\r\n\r\n\($0.1)\r\n".utf8) }
            body += Array("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\naudio\r\n--b--\r\n".utf8)
            let headers: HTTPHeaders = ["Content-Type": "multipart/form-data; boundary=b"]
            return try await gateway.send(.post, "/v1/audio/transcriptions", headers: headers, body: body).text
        case .openAIRealtime: return try await realtime(name)
        case .deepgramRecorded:
            return try await gateway.send(.post, "/v1/listen?model=nova-3" + query(name), body: Array("audio".utf8)).text
        case .deepgramLive:
            return try await stream("/v1/listen?encoding=linear16&sample_rate=16000" + query(name), end: #"{"type":"CloseStream"}"#)
        case .deepgramFlux:
            let path = "/v2/listen?model=flux-general-multi&encoding=linear16&sample_rate=16000"
            return try await stream(path + query(name), end: #"{"type":"CloseStream"}"#)
        case .assemblyAIRecorded: return try await job(name)
        case .assemblyAILive:
            return try await stream("/v3/ws?sample_rate=16000&speech_model=universal-3-6-pro" + query(name), end: #"{"type":"Terminate"}"#)
        case .soniox:
            // An empty list is what an empty name is elsewhere.
            let hints = name.map { $0.isEmpty ? #","language_hints":[]"# : #","language_hints":["\#($0)"]"# } ?? ""
            // A key in the header is the only one.
            let key = TestGateway.bearer == nil ? #""api_key":"k","# : ""
            return try await stream("/transcribe-websocket", opening: #"{\#(key)"model":"stt-rt-v4",\#(raw)\#(hints)}"#, end: "")
        case .sonioxRecorded:
            let hints = name.map { $0.isEmpty ? #","language_hints":[]"# : #","language_hints":["\#($0)"]"# } ?? ""
            return try await gateway.transcribed(by: #""model":"stt-async-v5","enable_language_identification":true\#(hints)"#)
        case .speechmatics:
            let language = name.map { #""language":"\#($0)","# } ?? ""
            return try await stream(
                "/v2",
                opening: """
                    {"message":"StartRecognition","audio_format":{"type":"raw","encoding":"pcm_s16le","sample_rate":16000},\
                    "transcription_config":{\(language)"max_delay":4}}
                    """, end: #"{"message":"EndOfStream","last_seq_no":4}"#)
        case .listen:
            return try await stream("/v4/listen?words=true&codec=linear16&sample_rate=16000" + query(name), end: #"{"type":"finish"}"#)
        case .managed:
            let language = name.map { #""language":"\#($0)","# } ?? ""
            let opening = #"{"type":"auth","token":"k","config":{\#(language)"sample_rate":16000,"channels":1}}"#
            return try await stream("/ws/transcribe", opening: opening, end: #"{"type":"end"}"#)
        case .chunk:
            let id = try await gateway.startRecording()
            return try await gateway.sendChunk("a", at: 0, of: id, seconds: 1, more: query(name)).text
        case .chunkedRecording:
            let body = name.map { #"{"language":"\#($0)"}"# } ?? "{}"
            let start = try await gateway.desktop(.post, "background-conversation/start", body: Array(body.utf8))
            guard start.status == 200, let id = start.string("conversation_id") else { return start.text }
            let chunk = try await gateway.sendChunk("a", at: 0, of: id, seconds: 1)
            #expect(chunk.status == 200, "\(chunk.text)")
            return try await gateway.conversation(id).text
        case .deviceFiles:
            let file = (
                name: OfflineFiles.name(at: 1_710_000_000 + 10_000 * number), bytes: OfflineFiles.frames(seconds: 1, sample: Int16(number + 1))
            )
            let state = try await gateway.synchronize([file], query: name.map { "?language=" + $0 } ?? "")
            guard let id = state.string("conversation_id") else { return state.text }
            return try await gateway.conversation(id).text
        case .importedRecording:
            let fields = name.map { [(name: "language", value: $0)] } ?? []
            let state = try await gateway.imported(RecordingFile.tone(seconds: number + 1), name: "\(number).wav", fields: fields)
            guard let id = state.string("conversation_id") else { return state.text }
            return try await gateway.conversation(id).text
        case .settings, .transcribe, .captions, .recorder, .importCommand, .modelsTest: return ""
        }
    }

    private func query(_ name: String?) -> String { name.map { "&\(parameter.name)=\($0)" } ?? "" }

    private func stream(_ path: String, opening: String? = nil, end: String) async throws -> String {
        let socket: TestSocket
        do {
            socket = try await gateway.connect(path, opening: opening)
        } catch let error as WebSocketConnectError {
            guard case .rejected(_, let body) = error else { throw error }
            return String(decoding: body, as: UTF8.self)
        }
        for _ in 0..<4 { socket.send(binary: [UInt8](repeating: 0, count: 3_200)) }
        socket.send(text: end)
        let told = await socket.rest().map { "\($0)" }.joined(separator: "\n")
        try await gateway.sessionsEnd()
        return told
    }

    private func realtime(_ name: String?) async throws -> String {
        let language = name.map { #","language":"\#($0)""# } ?? ""
        let socket = try await gateway.connect(
            "/v1/realtime?intent=transcription",
            opening: """
                {"type":"session.update","session":{"type":"transcription","audio":{"input":{"turn_detection":null,\
                "transcription":{"model":"whisper-1"\(language)}}}}}
                """)
        var told = await socket.next { $0.contains("session.updated") || $0.contains(#""type":"error""#) } ?? "closed"
        if told.contains("session.updated") {
            socket.send(text: #"{"type":"input_audio_buffer.append","audio":"\#(String(repeating: "A", count: 32_000))"}"#)
            socket.send(text: #"{"type":"input_audio_buffer.commit"}"#)
            told = await socket.next { $0.contains("transcription.completed") || $0.contains(#""type":"error""#) } ?? "closed"
        }
        socket.close()
        try await gateway.sessionsEnd()
        return told
    }

    /// Orders a recording in AssemblyAI's way, and waits for its end.
    private func job(_ name: String?) async throws -> String {
        let upload = try await gateway.api(.post, "/v2/upload", body: "some audio")
        let language = name.map { #","language_code":"\#($0)""# } ?? ""
        let order = try await gateway.api(.post, "/v2/transcript", body: #"{"audio_url":"\#(upload.string("upload_url") ?? "")"\#(language)}"#)
        guard order.status == 200, let id = order.string("id") else { return order.text }
        return try await untilSome {
            let state = try await gateway.api(.get, "/v2/transcript/" + id)
            return ["completed", "error"].contains(state.string("status") ?? "") ? state.text : nil
        }
    }
}
