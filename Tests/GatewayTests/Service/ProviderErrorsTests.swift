import Engines
import Foundation
import Framing
import Gateway
import HarkenTesting
import Net
import Speech
import Synchronization
import Testing

/// What callers are told when an engine fails them: its name and a stable code, on each route that takes recordings.
@Suite(.hangLimit) struct `An engine's failure` {
    private static let audio = [UInt8](repeating: 0, count: 3_200)

    private static func form(_ more: String = "") -> (body: [UInt8], headers: HTTPHeaders) {
        let text =
            "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n\(more)--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\n"
        return (Array(text.utf8) + audio + Array("\r\n--b--\r\n".utf8), ["Content-Type": "multipart/form-data; boundary=b"])
    }

    /// As `code` and `status` of the recorded routes, and the status of the background routes.
    private static let failures: [(EngineError, String, Int, Int)] = [
        (.unauthorized("account 4711"), "provider_key_refused", 502, 500), (.quotaExhausted("account 4711"), "provider_quota_exhausted", 502, 500),
        (.rateLimited(retryAfter: nil), "provider_rate_limited", 429, 500), (.unavailable("down"), "provider_failure", 503, 500),
        (.timedOut("late"), "provider_timeout", 504, 500), (.undecodable("noise"), "audio_not_usable", 400, 422),
        (.unsupportedLanguage(LanguageTag("en")), "unsupported_language", 400, 422),
    ]

    private func with(_ error: EngineError, _ body: (TestGateway) async throws -> Void) async throws {
        let engine = ScriptedEngine(name: EngineName("deepgram"), transcript: .failure(error))
        try await TestGateway.with(engine, keys: TestKeys(valid: [])) { gateway in
            await gateway.resumeJobs()
            try await body(gateway)
        }
    }

    private func check(_ text: String, _ code: String, _ what: String) throws {
        let json = try JSONValue(parsing: Array(text.utf8))
        #expect(json["provider"] == "deepgram", "\(what): \(text)")
        #expect(json["code"] == .string(code), "\(what): \(text)")
        #expect(!text.contains("account 4711"), "\(what): \(text)")
    }

    @Test(arguments: failures) func `is told with the engine and a code where its caller waits`(
        error: EngineError, code: String, status: Int, background: Int
    ) async throws {
        try await with(error) { gateway in
            let deepgram = try await gateway.send(.post, "/v1/listen", body: Self.audio)
            try check(deepgram.text, code, "/v1/listen")
            let (body, headers) = Self.form()
            let openAI = try await gateway.send(.post, "/v1/audio/transcriptions", headers: headers, body: body)
            try check(openAI.text, code, "/v1/audio/transcriptions")
            let (streaming, _) = Self.form("--b\r\nContent-Disposition: form-data; name=\"stream\"\r\n\r\ntrue\r\n")
            let streamed = try await gateway.send(.post, "/v1/audio/transcriptions", headers: headers, body: streaming)
            try check(streamed.text, code, "/v1/audio/transcriptions, stream")
            #expect(deepgram.status == status && openAI.status == status && streamed.status == status)
            let id = try await gateway.startRecording()
            let chunk = try await gateway.sendChunk("a", at: 0, of: id, seconds: 1)
            try check(chunk.text, code, "chunk")
            #expect(chunk.status == background)
            #expect(chunk.string("detail")?.hasPrefix("Transcription failed: \(code)") == true)
        }
    }

    @Test func `is told with the engine and a code of a job`() async throws {
        try await with(.unauthorized("account 4711")) { gateway in
            let upload = try await gateway.api(.post, "/v2/upload", body: "audio")
            let order = try await gateway.api(.post, "/v2/transcript", body: #"{"audio_url":"\#(upload.string("upload_url") ?? "")"}"#)
            var job = order
            try await until {
                job = try await gateway.api(.get, "/v2/transcript/" + (order.string("id") ?? ""))
                return job.string("status") == "error"
            }
            try check(job.text, "provider_key_refused", "/v2/transcript")
            #expect(job.string("error") == "deepgram refused the gateway's key. (deepgram: provider_key_refused)")
            let file = (name: OfflineFiles.name(at: 1_710_000_000), bytes: OfflineFiles.frames(seconds: 1))
            let synchronized = try await gateway.synchronize([file])
            #expect(synchronized.string("status") == "failed")
            try check(synchronized.text, "provider_key_refused", "/v2/sync-local-files")
            guard case .array(let files)? = synchronized.json["files"] else { return #expect(Bool(false), "no files") }
            #expect(files.map { $0["provider"] } == ["deepgram"] && files.map { $0["code"] } == ["provider_key_refused"])
            let same = try await gateway.api(.get, "/api/v1/jobs/" + (synchronized.string("job_id") ?? ""))
            try check(same.text, "provider_key_refused", "/api/v1/jobs")
        }
    }

    @Test func `is told to a callback`() async throws {
        try await with(.quotaExhausted("account 4711")) { gateway in
            let receiver = Receiver()
            let server = HTTPServer(loops: gateway.group.loops, service: receiver)
            let port = try server.start(on: try #require(SocketAddress("127.0.0.1:0"))).port
            let path = "/v1/listen?callback=http%3A%2F%2F127.0.0.1%3A\(port)%2Fdone"
            #expect(try await gateway.send(.post, path, body: Self.audio).status == 200)
            try await until { receiver.body.withLock { $0 != nil } }
            try check(receiver.body.withLock { $0 } ?? "", "provider_quota_exhausted", "callback")
            server.stop()
        }
    }

    @Test(arguments: ["/v1/listen?encoding=linear16&sample_rate=16000", "/v3/ws?sample_rate=16000"])
    func `is told with the engine and a code in a live session`(path: String) async throws {
        let engine = ScriptedEngine(name: EngineName("deepgram"), fault: .rejects(.unauthorized("account 4711")))
        try await TestGateway.with(engine) { gateway in
            let socket = try await gateway.connect(path)
            for _ in 0..<10 { socket.send(binary: Self.audio) }
            let events = "\(await socket.rest())"
            #expect(events.contains("key. (deepgram: provider_key_refused)"), "\(events)")
            #expect(!events.contains("account 4711"), "\(events)")
        }
    }

    private static let live = PaymentExpectation.all.filter { if case .live = $0.value.request { true } else { false } }.keys.sorted()
    /// Routes of `/listen`, whose reasons are a closed list without any text.
    private static let wordless: Set = [
        "WebSocket /listen", "WebSocket /v3/listen", "WebSocket /v4/listen", "WebSocket /v4/web/listen",
        "WebSocket /v2/voice-message/transcribe-stream",
    ]

    @Test(arguments: live) func `that is known before a live session names no folder of the gateway's machine`(route: String) async throws {
        guard case .live(let target, let opening, let rate, let audio)? = PaymentExpectation.all[route]?.request else { return }
        let status = EngineStatus.unavailable("/srv/of-this-machine/asr.onnx is missing; install the models")
        try await TestGateway.with(ScriptedEngine(name: .local), status: status, keys: TestKeys(valid: [])) { gateway in
            var told = ""
            do {
                let socket = try await gateway.connect(target, opening: opening)
                let piece = [UInt8](repeating: 0, count: rate / 5)
                switch audio {
                case .binary: socket.send(binary: piece)
                case .realtime: socket.send(text: #"{"type":"input_audio_buffer.append","audio":"\#(Data(piece).base64EncodedString())"}"#)
                }
                told = "\(await socket.rest())"
            } catch WebSocketConnectError.rejected(_, let body) {
                told = String(decoding: body, as: UTF8.self)
            }
            #expect(told.contains(Self.wordless.contains(route) ? "provider_unavailable" : "asr.onnx is missing"), "\(told)")
            #expect(!told.contains("of-this-machine"), "\(told)")
        }
    }

    private final class Receiver: HTTPService {
        let body = Mutex<String?>(nil)

        func handle(_ exchange: HTTPExchange) {
            exchange.collectBody(limit: 1 << 20) { result in
                if case .success(let bytes) = result { self.body.withLock { $0 = String(decoding: bytes, as: UTF8.self) } }
                exchange.respond(HTTPResponseHead(.ok))
            }
        }
    }

    @Test func `with the caller's own key is said plainly, as a client's error`() async throws {
        let vendor = try QuotingVendor()
        defer { vendor.stop() }
        try await TestGateway.with(ScriptedEngine(), keys: TestKeys(valid: []), settings: ["DEEPGRAM_BASE_URL": vendor.address]) { gateway in
            let id = try await gateway.startRecording()
            for (status, code, expected) in [(401, "provider_key_refused", 403), (402, "provider_quota_exhausted", 402)] {
                vendor.answer(status)
                let chunk = try await gateway.sendChunk("a", at: 0, of: id, seconds: 1, headers: ["X-BYOK-Deepgram": "own-key-of-caller"])
                try check(chunk.text, code, "chunk")
                #expect(chunk.status == expected, "\(chunk.text)")
                // Not the words for a plan of this gateway's.
                #expect(chunk.string("plan_type") == nil && chunk.string("detail")?.contains("own") == true, "\(chunk.text)")
            }
        }
    }
}
