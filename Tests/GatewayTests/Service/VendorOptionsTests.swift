import Framing
import Gateway
import HarkenTesting
import Net
import Speech
import Testing
import Vendors

@Suite(.hangLimit) struct `Options of vendors' protocols at a gateway` {
    private static let transcript: Transcript = {
        let words = [Word("Hello.", SampleRange(SampleIndex(1_600), SampleIndex(8_000)), confidence: 0.9)]
        return Transcript(
            rate: .speech, length: SampleCount(16_000), language: .english, model: "scripted-1",
            channels: [.init(words: words, segments: [.init(range: SampleRange(.zero, SampleIndex(16_000)), words: 0..<1)])])
    }()
    private let engine = ScriptedEngine(transcript: .success(Self.transcript))
    private static let query = "model=nova-3&summarize=v2&search=a&numerals=true&mip_opt_out=true&filler_words=false"

    private func json(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

    /// Runs `body` with a gateway whose engines are the vendor's.
    private func withVendor(
        _ settings: [String: String] = [:], refusesChanges: Bool = false, _ body: (TestGateway, AnsweringVendor) async throws -> Void
    ) async throws {
        let vendor = try AnsweringVendor(refusesChanges: refusesChanges)
        defer { vendor.stop() }
        var all = [
            "DEEPGRAM_API_KEY": "d", "DEEPGRAM_BASE_URL": vendor.address, "ASSEMBLYAI_API_KEY": "a", "ASSEMBLYAI_BASE_URL": vendor.address,
            "ASSEMBLYAI_STREAMING_URL": vendor.address,
        ]
        all.merge(settings) { $1 }
        try await TestGateway.with(engine, keys: TestKeys(valid: []), settings: all, usesVendors: true) { try await body($0, vendor) }
    }

    private func job(_ gateway: TestGateway, _ fields: String, headers: HTTPHeaders = [:]) async throws -> (HTTPHeaders, JSONValue) {
        let upload = try await gateway.send(.post, "/v2/upload", body: Array("some audio".utf8))
        guard case .string(let address)? = try json(upload.text)["upload_url"] else { throw Unexpected(text: upload.text) }
        let order = try await gateway.send(
            .post, "/v2/transcript", headers: headers, body: Array(#"{"audio_url":"\#(address)",\#(fields)}"#.utf8))
        guard case .string(let id)? = try json(order.text)["id"] else { throw Unexpected(text: order.text) }
        var found: (HTTPHeaders, JSONValue) = ([:], .null)
        try await until {
            let answer = try await gateway.send(.get, "/v2/transcript/\(id)")
            found = (answer.headers, try json(answer.text))
            return found.1["status"] == "completed" || found.1["status"] == "error"
        }
        return found
    }

    private struct Unexpected: Error { var text: String }

    @Test func `reach Deepgram with a recording, whose fields come back`() async throws {
        try await withVendor { gateway, vendor in
            let answer = try await gateway.send(.post, "/v1/listen?\(Self.query)&engine=deepgram", body: Array("audio".utf8))
            #expect(answer.status == 200, "\(answer.text)")
            let sent = try #require(vendor.queries.last)
            #expect(sent.encoded == "model=nova-3&punctuate=true&language=en&summarize=v2&search=a&numerals=true&mip_opt_out=true&filler_words=false")
            let results = try json(answer.text)["results"]
            #expect(results?["summary"] == ["short": "A greeting."])
            #expect(answer.text.contains(#""search":[{"query":"a"}]"#) && answer.headers["X-Harken-Ignored"] == nil)
        }
    }

    @Test func `are named when another engine serves Deepgram's client`() async throws {
        try await TestGateway.with(engine) { gateway in
            let answer = try await gateway.send(.post, "/v1/listen?\(Self.query)", body: Array("audio".utf8))
            #expect(answer.headers["X-Harken-Ignored"] == "summarize, search, mip_opt_out")
            #expect(answer.text.contains(#""warnings":[{"parameter":"summarize","type":"unsupported_model","message":"summarize is ignored"#))
        }
    }

    @Test func `are withheld where the operator redacts`() async throws {
        try await withVendor(["HARKEN_REDACT": "pci"]) { gateway, vendor in
            let answer = try await gateway.send(.post, "/v1/listen?\(Self.query)&engine=deepgram", body: Array("audio".utf8))
            #expect(answer.headers["X-Harken-Ignored"] == "summarize, search" && !answer.text.contains("A greeting"))
            #expect(vendor.queries.last?.all("summarize") == [] && vendor.queries.last?.all("mip_opt_out") == ["true"])
            let order = try await gateway.send(
                .post, "/v2/transcript", body: Array(#"{"audio_url":"https://a/b.wav","summarization":true}"#.utf8))
            #expect(order.status == 400 && order.text.contains("summarization"))
        }
    }

    @Test func `reach AssemblyAI with a job, whose fields come back`() async throws {
        try await withVendor { gateway, vendor in
            let (headers, body) = try await job(
                gateway, #""summarization":true,"summary_type":"bullets","prompt":"a","speakers_expected":2,"speaker_labels":true,"domain":"m""#)
            #expect(body["status"] == "completed" && body["summary"] == "A greeting." && body["summarization"] == true)
            #expect(body["entities"] == [["entity_type": "greeting", "text": "Hello"]] && body["auto_highlights"] == false)
            #expect(headers["X-Harken-Ignored"] == nil)
            let order = try #require(vendor.orders.last)
            #expect(
                order == """
                    {"audio_url":"https://cdn/1","punctuate":true,"format_text":true,"language_code":"en","summarization":true,"summary_type":"bullets",\
                    "prompt":"a","speakers_expected":2,"speaker_labels":true,"domain":"m"}
                    """)
        }
    }

    /// A server with OpenAI's API that hears the same words in each recording.
    private struct OpenAIServer: HTTPService {
        func handle(_ exchange: HTTPExchange) {
            exchange.collectBody(limit: 1 << 24) { _ in
                exchange.respond(
                    HTTPResponseHead(.ok, headers: ["Content-Type": "application/json"]), body: Array(#"{"text":"Hello.","duration":1}"#.utf8))
            }
        }
    }

    @Test(arguments: [("gpt-4o-transcribe-diarize", "keyterm"), ("whisper-1", nil)] as [(String, String?)])
    func `are named where the operator's model does not take them`(model: String, names: String?) async throws {
        let server = try LoopbackServer(OpenAIServer())
        defer { server.stop() }
        let settings = ["OPENAI_API_KEY": "o", "OPENAI_BASE_URL": server.address + "/v1", "OPENAI_STT_MODEL": model]
        try await TestGateway.with(engine, keys: TestKeys(valid: []), settings: settings, usesVendors: true) { gateway in
            let answer = try await gateway.send(.post, "/v1/listen?keyterm=Harken&engine=openai", body: Array("audio".utf8))
            #expect(answer.status == 200 && answer.headers["X-Harken-Ignored"] == names, "\(answer.text)")
        }
    }

    @Test func `are named when another engine does AssemblyAI's job`() async throws {
        try await TestGateway.with(engine) { gateway in
            let (headers, body) = try await job(gateway, #""prompt":"a","boost_param":"high","word_boost":["b"],"disfluencies":false"#)
            #expect(headers["X-Harken-Ignored"] == "prompt, boost_param")
            #expect(body["metadata"]?["warning"] == "prompt is ignored: the engine that serves this request cannot do it.")
            #expect(body["metadata"]?["warnings"] != nil)
        }
    }

    @Test func `are rejected when only AssemblyAI's engine could do them`() async throws {
        try await TestGateway.with(engine) { gateway in
            let answer = try await gateway.send(
                .post, "/v2/transcript", body: Array(#"{"audio_url":"https://a/b.wav","summarization":true}"#.utf8))
            #expect(answer.status == 400 && answer.text.contains("summarization is not available here"))
        }
    }

    /// Opens a WebSocket, closes it, and returns all that came back.
    private func upgrade(_ gateway: TestGateway, _ target: String) async throws -> String {
        let connection = try RawConnection(port: gateway.port)
        try connection.send(
            "GET \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        // A masked close frame with 1000.
        try connection.send([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE8])
        let answer = try await connection.receiveAll()
        return String(answer.prefix { $0 != "\u{88}" })
    }

    @Test func `are named in a live stream's upgrade`() async throws {
        let target = "/v1/listen?encoding=linear16&sample_rate=16000&\(Self.query)"
        try await TestGateway.with(engine) { gateway in
            let answer = try await upgrade(gateway, target)
            #expect(answer.hasPrefix("HTTP/1.1 101 ") && answer.contains("\r\nX-Harken-Ignored: summarize, search, mip_opt_out\r\n"), "\(answer)")
        }
    }

    @Test(arguments: [("speechmatics", true), ("soniox", false)])
    func `are named with the search for a language that nobody named, where the engine cannot do it`(name: String, isNamed: Bool) async throws {
        let target = "/v3/ws?sample_rate=16000&speech_model=universal-3-6-pro"
        try await TestGateway.with(ScriptedEngine(name: EngineName(name), languages: .any)) { gateway in
            let answer = try await upgrade(gateway, target)
            #expect(answer.hasPrefix("HTTP/1.1 101 "), "\(answer)")
            #expect(answer.contains("\r\nX-Harken-Ignored: language%3Dauto\r\n") == isNamed, "\(answer)")
            let named = try await upgrade(gateway, target + "&language_code=de")
            #expect(!named.contains("X-Harken-Ignored"), "\(named)")
        }
    }

    @Test func `are named with the search for a language each time that a client leaves it to an engine without it`() async throws {
        try await TestGateway.with(ScriptedEngine(name: EngineName("speechmatics"), languages: .any)) { gateway in
            let socket = try await gateway.connect("/v3/ws?sample_rate=16000&speech_model=universal-3-6-pro&language_code=de")
            for _ in 0..<2 {
                socket.send(text: #"{"type":"UpdateConfiguration","language_codes":[]}"#)
                #expect(await socket.next { $0.contains("The language is not found") } != nil)
                socket.send(text: #"{"type":"UpdateConfiguration","language_codes":["de"]}"#)
            }
            socket.close()
        }
    }

    @Test func `reach Deepgram with a live stream`() async throws {
        try await withVendor { gateway, vendor in
            let socket = try await gateway.connect(
                "/v1/listen?encoding=linear16&sample_rate=16000&interim_results=true&\(Self.query)&engine=deepgram")
            socket.send(binary: [UInt8](repeating: 0, count: 16_000))
            try await until { !vendor.queries.isEmpty }
            socket.send(text: #"{"type":"CloseStream"}"#)
            let last = await socket.rest().compactMap { event -> String? in if case .text(let text) = event { text } else { nil } }.last
            let sent = try #require(vendor.queries.first)
            #expect(sent.all("mip_opt_out") == ["true"] && sent.all("filler_words") == ["false"] && sent.all("numerals") == ["true"])
            #expect(vendor.userAgents == ["Harken/\(ProgramVersion.current) (integration=gateway)"])
            // The vendor is asked for search, whose results live streams do not bring.
            #expect(sent.all("search") == ["a"] && last?.contains(#""parameter":"search""#) == true, "\(last ?? "")")
        }
    }

    /// Openings at Deepgram, the members of `Configure` in the order in which Harken writes them, and the query that says the same.
    static let changes: [(String, String, [String: [String]])] = [
        (
            "/v1/listen?encoding=linear16&sample_rate=16000&numerals=false&keyterm=Old", #""keyterms":["New"],"features":{"numerals":true}"#,
            ["numerals": ["true"], "keyterm": ["New"]]
        ),
        (
            "/v2/listen?model=flux-general-multi&encoding=linear16&sample_rate=16000&language_hint=en",
            #""thresholds":{"eot_threshold":0.8},"language_hints":["de"],"numerals":true"#,
            ["model": ["flux-general-multi"], "language_hint": ["de"], "numerals": ["true"], "eot_threshold": ["0.8"]]
        ),
    ]

    @Test(arguments: changes)
    func `reach Deepgram when a client changes them while it speaks`(target: String, members: String, query: [String: [String]]) async throws {
        try await withVendor { gateway, vendor in
            let socket = try await gateway.connect(target + "&engine=deepgram")
            socket.send(binary: [UInt8](repeating: 0, count: 16_000))
            try await until { !vendor.queries.isEmpty }
            socket.send(text: #"{"type":"Configure",\#(members)}"#)
            #expect(await socket.next { $0.contains("ConfigureSuccess") } != nil)
            socket.send(binary: [UInt8](repeating: 0, count: 16_000))
            try await until { vendor.messages.contains(#"{"type":"Configure",\#(members)}"#) }
            #expect(vendor.queries.count == 1, "the stream goes on")
            socket.close()
        }
    }

    @Test(arguments: changes)
    func `reach Deepgram in a new stream when it refuses the change`(target: String, members: String, query: [String: [String]]) async throws {
        try await withVendor(refusesChanges: true) { gateway, vendor in
            let socket = try await gateway.connect(target + "&engine=deepgram")
            socket.send(binary: [UInt8](repeating: 0, count: 16_000))
            try await until { !vendor.queries.isEmpty }
            socket.send(text: #"{"type":"Configure",\#(members)}"#)
            socket.send(binary: [UInt8](repeating: 0, count: 16_000))
            try await until { vendor.queries.contains { sent in query.allSatisfy { sent.all($0.key) == $0.value } } }
            socket.close()
        }
    }

    @Test func `reach AssemblyAI when a client changes them while it speaks`() async throws {
        try await withVendor { gateway, vendor in
            let socket = try await gateway.connect("/v3/ws?speech_model=universal-3-6-pro&sample_rate=16000&engine=assemblyai")
            for _ in 0..<5 { socket.send(binary: [UInt8](repeating: 0, count: 3_200)) }
            try await until { !vendor.queries.isEmpty }
            let members = #""mode":"max_accuracy","interruption_delay":200,"prompt":"Order numbers","vad_threshold":0.3,"max_turn_silence":100"#
            socket.send(text: #"{"type":"UpdateConfiguration",\#(members)}"#)
            socket.send(binary: [UInt8](repeating: 0, count: 3_200))
            try await until { vendor.messages.contains { $0.contains(members) } }
            #expect(vendor.queries.count == 1, "the stream goes on")
            socket.close()
        }
    }

    @Test func `are named once another engine takes over`() async throws {
        let vendor = try AnsweringVendor(breaksStreams: true)
        defer { vendor.stop() }
        let settings = ["DEEPGRAM_API_KEY": "d", "DEEPGRAM_BASE_URL": vendor.address]
        try await TestGateway.with(
            engine, keys: TestKeys(valid: []), settings: settings, usesVendors: true, change: { $0.engines.append(EngineName("scripted")) }
        ) { gateway in
            let socket = try await gateway.connect("/v1/listen?encoding=linear16&sample_rate=16000&interim_results=true&\(Self.query)")
            for _ in 0..<8 { socket.send(binary: [UInt8](repeating: 0, count: 6_400)) }
            // The words are the scripted engine's.
            _ = await socket.next { $0.contains(#""word":"#) }
            socket.send(text: #"{"type":"CloseStream"}"#)
            let last = await socket.rest().compactMap { event -> String? in if case .text(let text) = event { text } else { nil } }.last
            #expect(!vendor.queries.isEmpty)
            #expect(last?.contains(#""parameter":"mip_opt_out""#) == true, "\(last ?? "")")
        }
    }
}
