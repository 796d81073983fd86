import Foundation
import Framing
import Gateway
import HarkenTesting
import Net
import Speech
import Store
import Synchronization
import Testing

@Suite(.hangLimit) struct `Soniox's recordings` {
    private static let transcript: Transcript = {
        let words = ["Good", "morning."].enumerated().map { index, text in
            Word(text, SampleRange(SampleIndex(index * 8_000), SampleIndex(index * 8_000 + 7_000)), confidence: 0.9, speaker: SpeakerLabel(index))
        }
        return Transcript(
            rate: .speech, length: SampleCount(40_000), language: .english, model: "scripted-1",
            channels: [.init(words: words, segments: [.init(range: SampleRange(.zero, SampleIndex(15_000)), words: 0..<2)])])
    }()
    private static let model = #""model":"stt-async-v5""#
    private let engine = ScriptedEngine(transcript: .success(Self.transcript))

    private func bearer(_ key: String) -> HTTPHeaders { ["Authorization": "Bearer " + key] }

    @Test func `are uploaded, ordered, asked for and deleted`() async throws {
        try await TestGateway.with(engine, keys: ["k"]) { gateway in
            let k = bearer("k")
            let sent = try await gateway.sendFile(reference: "call 7", headers: k)
            #expect(sent.status == 201 && sent.json["size"] == 10 && sent.json["filename"] == "talk.wav")
            let file = try #require(sent.string("id"))
            #expect(try await gateway.api(.get, "/v1/files/" + file, headers: k).json == sent.json)
            let order = try await gateway.orderTranscription(
                Self.model + #","file_id":"\#(file)","enable_speaker_diarization":true,"enable_language_identification":true"#, headers: k)
            #expect(order.status == 201 && order.string("status") == "queued" && order.string("filename") == "talk.wav", "\(order.text)")
            let id = try #require(order.string("id"))
            let done = try await gateway.transcription(id, headers: k)
            #expect(done.string("status") == "completed" && done.json["audio_duration_ms"] == 2_500 && done.json["file_id"] == .string(file))
            let listed = try await gateway.api(.get, "/v1/transcriptions", headers: k)
            #expect(listed.json["transcriptions"] == .array([done.json]), "\(listed.text)")
            let transcript = try await gateway.api(.get, "/v1/transcriptions/\(id)/transcript", headers: k)
            #expect(transcript.string("text") == "Good morning." && transcript.string("id") == id)
            let tokens = """
                [{"text":"Good","start_ms":0,"end_ms":437,"confidence":0.9,"speaker":"1","language":"en"},\
                {"text":" morning","start_ms":500,"end_ms":937,"confidence":0.9,"speaker":"2","language":"en"},\
                {"text":".","start_ms":937,"end_ms":937,"confidence":0.9,"speaker":"2","language":"en"}]
                """
            #expect(try transcript.json["tokens"] == JSONValue(parsing: Array(tokens.utf8)), "\(transcript.text)")
            // Each is deleted by itself, and the file may go first.
            #expect(try await gateway.send(.delete, "/v1/files/" + file, headers: k).status == 204)
            #expect(try await gateway.api(.get, "/v1/files/" + file, headers: k).string("error_type") == "file_not_found")
            #expect(try await gateway.transcription(id, headers: k).string("filename") == "talk.wav")
            #expect(try await gateway.send(.delete, "/v1/transcriptions/" + id, headers: k).status == 204)
            for path in ["", "/transcript"] {
                let gone = try await gateway.api(.get, "/v1/transcriptions/\(id)\(path)", headers: k)
                #expect(gone.status == 404 && gone.string("error_type") == "transcription_not_found")
            }
            #expect(try await gateway.send(.delete, "/v1/transcriptions/" + id, headers: k).status == 404)
            #expect(try FileManager.default.contentsOfDirectory(atPath: gateway.directory + "/uploads").isEmpty)
        }
    }

    @Test func `are refused as orders that are too long, not as files`() async throws {
        try await TestGateway.with(engine) { gateway in
            let long = String(repeating: "x", count: 70_000)
            let order = try await gateway.orderTranscription(Self.model + #","audio_url":"https://a.example/b","client_reference_id":"\#(long)""#)
            #expect(order.status == 400 && order.string("error_type") == "invalid_request", "\(order.text)")
            #expect(order.string("message") == "The order is longer than 65536 bytes.")
        }
    }

    @Test func `are listed page by page while a client deletes them`() async throws {
        try await TestGateway.with(engine) { gateway in
            for path in ["/v1/files", "/v1/transcriptions"] {
                let member = String(path.dropFirst(4))
                for _ in 0..<5 {
                    let file = try await gateway.uploadFile()
                    guard member == "transcriptions" else { continue }
                    let id = try #require(try await gateway.orderTranscription(Self.model + #","file_id":"\#(file)""#).string("id"))
                    _ = try await gateway.transcription(id)
                }
                #expect(try await gateway.api(.get, path + "/count").json["total"] == 5)
                // Soniox's own client deletes all in this way.
                var cursor: String?, seen: Set<String> = []
                repeat {
                    let page = try await gateway.api(.get, path + "?limit=2" + (cursor.map { "&cursor=" + $0 } ?? ""))
                    guard case .array(let items)? = page.json[member] else { return #expect(Bool(false), "\(page.text)") }
                    #expect(items.count <= 2)
                    for case .string(let id)? in items.map({ $0["id"] }) {
                        #expect(seen.insert(id).inserted)
                        #expect(try await gateway.send(.delete, "\(path)/\(id)").status == 204)
                    }
                    cursor = page.string("next_page_cursor")
                } while cursor != nil
                #expect(seen.count == 5)
                #expect(try await gateway.api(.get, path + "/count").json["total"] == 0)
            }
        }
    }

    @Test func `fail in the job when the audio is at fault`() async throws {
        try await TestGateway.with(ScriptedEngine(transcript: .failure(.undecodable("no audio")))) { gateway in
            let order = try await gateway.orderTranscription(Self.model + #","file_id":"\#(try await gateway.uploadFile())""#)
            let id = try #require(order.string("id"))
            let failed = try await gateway.transcription(id)
            #expect(failed.string("status") == "error" && failed.string("error_type") == "invalid_audio_file", "\(failed.text)")
            #expect(failed.string("error_message") == "no audio (scripted: audio_not_usable)" && failed.string("code") == "audio_not_usable")
            let transcript = try await gateway.api(.get, "/v1/transcriptions/\(id)/transcript")
            #expect(transcript.status == 409 && transcript.string("error_type") == "transcription_invalid_state")
            let fetched = try await gateway.orderTranscription(Self.model + #","audio_url":"http://127.0.0.1:9/a/missing%20one.wav?x=1""#)
            #expect(fetched.string("filename") == "missing one.wav")
            let unreachable = try await gateway.transcription(try #require(fetched.string("id")))
            #expect(unreachable.string("error_type") == "file_download_error", "\(unreachable.text)")
        }
    }

    @Test func `belong to whoever sent them`() async throws {
        try await TestGateway.with(engine, keys: TestKeys(valid: ["k", "other"], users: ["other": "somebody"])) { gateway in
            let file = try await gateway.uploadFile(headers: bearer("k"))
            let order = try await gateway.orderTranscription(Self.model + #","file_id":"\#(file)""#, headers: bearer("k"))
            let id = try #require(order.string("id"))
            _ = try await gateway.transcription(id, headers: bearer("k"))
            for path in ["/v1/files/\(file)", "/v1/transcriptions/\(id)"] {
                #expect(try await gateway.api(.get, path, headers: bearer("other")).status == 404)
                #expect(try await gateway.send(.delete, path, headers: bearer("other")).status == 404)
                #expect(try await gateway.api(.get, path, headers: bearer("k")).status == 200)
            }
            let stolen = try await gateway.orderTranscription(Self.model + #","file_id":"\#(file)""#, headers: bearer("other"))
            #expect(stolen.status == 404 && stolen.string("error_type") == "file_not_found")
            for path in ["/v1/files", "/v1/transcriptions"] {
                #expect(try await gateway.api(.get, path + "/count", headers: bearer("other")).json["total"] == 0)
            }
            // An upload of another protocol is not a file, and its jobs are not transcriptions.
            let upload = try await gateway.api(.post, "/v2/upload", headers: bearer("k"), body: "some audio")
            #expect(try await gateway.api(.get, "/v1/files/count", headers: bearer("k")).json["total"] == 1, "\(upload.text)")
            let wrong = try await gateway.api(.get, "/v1/files", headers: bearer("k-wrong"))
            #expect(wrong.status == 401 && wrong.string("error_type") == "unauthenticated" && wrong.json["validation_errors"] == .array([]))
            #expect(wrong.headers["x-request-id"] == wrong.string("request_id"))
        }
    }

    @Test func `stay while they are needed`() async throws {
        let host = SlowHost()
        try await TestGateway.with(
            engine, keys: TestKeys(valid: []), change: { $0.fetchReach = .anywhere }
        ) { gateway in
            let server = HTTPServer(loops: gateway.group.loops, service: host)
            let port = try server.start(on: try #require(SocketAddress("127.0.0.1:0"))).port
            let order = try await gateway.orderTranscription(Self.model + #","audio_url":"http://127.0.0.1:\#(port)/a.wav""#)
            let id = try #require(order.string("id"))
            try await until { try await gateway.api(.get, "/v1/transcriptions/" + id).string("status") == "processing" }
            for (method, path) in [(HTTPMethod.delete, ""), (.get, "/transcript")] {
                let refused = try await gateway.api(method, "/v1/transcriptions/\(id)\(path)")
                #expect(refused.status == 409 && refused.string("error_type") == "transcription_invalid_state", "\(refused.text)")
            }
            // A job in the queue holds its file.
            let file = try await gateway.uploadFile()
            let jobs = SQLJobQueue(in: try SQLiteDatabase(in: DataDirectory(creating: gateway.directory)))
            let dead = JobLease(owner: "dead", until: TestGateway.time + .seconds(3_600))
            let waiting = TranscriptionJob(
                id: ID("waiting"), dialect: "soniox", user: ID("local"), created: TestGateway.time, request: "{}", audio: file)
            #expect(try await jobs.add(waiting, most: 10, hasNotice: false, lease: dead))
            let held = try await gateway.api(.delete, "/v1/files/" + file)
            #expect(held.status == 409 && held.string("error_type") == "transcription_invalid_state")
            #expect(try await gateway.api(.get, "/v1/files/" + file).status == 200)
            host.release()
            server.stop()
        }
    }

    @Test func `are told by a webhook with the caller's header, which no answer shows`() async throws {
        try await TestGateway.with(engine) { gateway in
            let receiver = HookReceiver()
            let server = HTTPServer(loops: gateway.group.loops, service: receiver)
            let port = try server.start(on: try #require(SocketAddress("127.0.0.1:0"))).port
            let hook =
                #","webhook_url":"http://127.0.0.1:\#(port)/hook","webhook_auth_header_name":"X-Mine","webhook_auth_header_value":"s3cr3t""#
            let order = try await gateway.orderTranscription(Self.model + #","file_id":"\#(try await gateway.uploadFile())""# + hook)
            #expect(order.string("webhook_auth_header_value") == "******************" && !order.text.contains("s3cr3t"))
            let id = try #require(order.string("id"))
            try await until { receiver.seen.withLock { !$0.isEmpty } }
            #expect(receiver.seen.withLock { $0.last?.body } == #"{"id":"\#(id)","status":"completed"}"#)
            #expect(receiver.seen.withLock { $0.last?.header } == "s3cr3t")
            try await until { try await gateway.transcription(id).json["webhook_status_code"] == 200 }
            #expect(try await !gateway.transcription(id).text.contains("s3cr3t"))
            server.stop()
        }
    }

    @Test func `are bounded in what they upload and say`() async throws {
        try await TestGateway.with(engine, settings: ["HARKEN_UPLOAD_BYTES": "2097152"]) { gateway in
            let content = String(repeating: "a", count: 800_000)
            #expect(try await gateway.sendFile(content).status == 201)
            let second = try await gateway.sendFile(content)
            #expect(second.status == 503 && second.string("error_type") == "service_unavailable")
            #expect(try await gateway.sendFile("").status == 400)
            let long = try await gateway.sendFile(reference: String(repeating: "a", count: 257))
            #expect(long.status == 400 && long.text.contains("client_reference_id"))
            #expect(try await gateway.api(.get, "/v1/files/count").json["total"] == 1)
        }
        try await TestGateway.with(engine, settings: ["HARKEN_RECORDING_BYTES": "1000"]) { gateway in
            let large = try await gateway.sendFile(String(repeating: "a", count: 2_000))
            #expect(large.status == 400 && large.string("error_type") == "invalid_request" && large.text.contains("1000"), "\(large.text)")
        }
    }
}

/// Answers when it is told to.
private final class SlowHost: HTTPService {
    private let waiting = Mutex<[HTTPExchange]>([])

    func handle(_ exchange: HTTPExchange) { waiting.withLock { $0.append(exchange) } }

    func release() {
        for exchange in waiting.withLock({ $0 }) { exchange.loop.execute { exchange.respond(HTTPResponseHead(.notFound)) } }
    }
}

/// Rejects the first message, takes the second.
private final class HookReceiver: HTTPService {
    let seen = Mutex<[(body: String, header: String?)]>([])

    func handle(_ exchange: HTTPExchange) {
        exchange.collectBody(limit: 1 << 20) { result in
            let body = String(decoding: (try? result.get()) ?? [], as: UTF8.self), header = exchange.request.headers["X-Mine"]
            self.seen.withLock { $0.append((body, header)) }
            exchange.respond(HTTPResponseHead(.ok))
        }
    }
}
