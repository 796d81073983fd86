import Foundation
import Framing
import Gateway
import HarkenTesting
import Net
import Speech
import Store
import Synchronization
import Testing

@Suite(.hangLimit) struct `AssemblyAI's jobs` {
    private static let transcript: Transcript = {
        let words = ["Good", "morning."].enumerated().map { index, text in
            Word(text, SampleRange(SampleIndex(index * 8_000), SampleIndex(index * 8_000 + 7_000)), confidence: 0.9)
        }
        return Transcript(
            rate: .speech, length: SampleCount(40_000), language: .english, model: "scripted-1",
            channels: [.init(words: words, segments: [.init(range: SampleRange(.zero, SampleIndex(15_000)), words: 0..<2)])])
    }()
    private let engine = ScriptedEngine(transcript: .success(Self.transcript))

    private func json(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

    private func upload(_ gateway: TestGateway, key: String = "k") async throws -> String {
        let answer = try await gateway.send(.post, "/v2/upload", headers: ["Authorization": key], body: Array("some audio".utf8))
        #expect(answer.status == 200, "\(answer.text)")
        guard case .string(let address)? = try json(answer.text)["upload_url"] else { return "" }
        return address
    }

    private func order(_ gateway: TestGateway, _ audio: String, key: String = "k", _ fields: String = "") async throws -> String {
        let body = Array("{\"audio_url\":\"\(audio)\"\(fields)}".utf8)
        let answer = try await gateway.send(.post, "/v2/transcript", headers: ["Authorization": key], body: body)
        #expect(answer.status == 200, "\(answer.text)")
        guard case .string(let id)? = try json(answer.text)["id"] else { return "" }
        return id
    }

    private func outcome(_ gateway: TestGateway, _ id: String, key: String = "k") async throws -> JSONValue {
        var body = JSONValue.null
        try await until {
            let answer = try await gateway.send(.get, "/v2/transcript/\(id)", headers: ["Authorization": key])
            #expect(answer.status == 200, "\(answer.text)")
            body = try json(answer.text)
            return body["status"] != "queued" && body["status"] != "processing"
        }
        return body
    }

    @Test func `are uploaded, ordered, asked for, exported and deleted`() async throws {
        try await TestGateway.with(engine, keys: ["k"]) { gateway in
            let audio = try await upload(gateway)
            #expect(audio.hasPrefix("http://127.0.0.1:\(gateway.port)/v2/upload/"))
            let id = try await order(gateway, audio)
            let done = try await outcome(gateway, id)
            #expect(done["status"] == "completed" && done["text"] == "Good morning.")
            let headers: HTTPHeaders = ["Authorization": "k"]
            let srt = try await gateway.send(.get, "/v2/transcript/\(id)/srt?chars_per_caption=20", headers: headers)
            #expect(srt.text == "1\n00:00:00,000 --> 00:00:01,000\nGood morning.\n\n")
            let list = try await gateway.send(.get, "/v2/transcript?limit=5", headers: headers)
            #expect(list.text.contains(id))
            let gone = try await gateway.send(.delete, "/v2/transcript/\(id)", headers: headers)
            #expect(gone.status == 200 && gone.text.contains("Deleted by user."))
            #expect(try await outcome(gateway, id)["text"] == "Deleted by user.")
            try await until { try FileManager.default.contentsOfDirectory(atPath: gateway.directory + "/uploads").isEmpty }
        }
    }

    @Test func `fail in the job when the audio is at fault`() async throws {
        try await TestGateway.with(ScriptedEngine(transcript: .failure(.undecodable("no audio")))) { gateway in
            let failed = try await outcome(gateway, order(gateway, upload(gateway)))
            #expect(failed["status"] == "error" && failed["error"] == "File does not appear to contain audio. no audio (scripted: audio_not_usable)")
            #expect(failed["provider"] == "scripted" && failed["code"] == "audio_not_usable")
            let unreachable = try await outcome(gateway, order(gateway, "http://127.0.0.1:9/missing.wav"))
            guard case .string(let reason)? = unreachable["error"] else { return #expect(Bool(false)) }
            #expect(reason.hasPrefix("Download error, unable to download http://127.0.0.1:9/missing.wav."))
        }
    }

    @Test func `belong to whoever ordered them`() async throws {
        try await TestGateway.with(engine, keys: TestKeys(valid: ["k", "other"], users: ["other": "somebody"])) { gateway in
            let audio = try await upload(gateway)
            let id = try await order(gateway, audio)
            _ = try await outcome(gateway, id)
            for (method, path) in [(HTTPMethod.get, ""), (.get, "/srt"), (.delete, "")] {
                let answer = try await gateway.send(method, "/v2/transcript/\(id)\(path)", headers: ["Authorization": "other"])
                #expect(answer.status == 400 && answer.text == #"{"error":"Transcript lookup error, transcript id not found"}"#)
            }
            let stolen = try await outcome(gateway, order(gateway, audio, key: "other"), key: "other")
            #expect(stolen["status"] == "error")
            #expect(try await gateway.send(.get, "/v2/transcript", headers: ["Authorization": "other"]).text.contains(id) == false)
            #expect(try await gateway.send(.post, "/v2/upload", headers: ["Authorization": "k-wrong"], body: [1]).status == 401)
        }
    }

    @Test func `are told by a webhook with the caller's header and a signature, until it is taken`() async throws {
        try await TestGateway.with(engine) { gateway in
            let receiver = Receiver()
            let server = HTTPServer(loops: gateway.group.loops, service: receiver)
            let port = try server.start(on: try #require(SocketAddress("127.0.0.1:0"))).port
            let hook = #","webhook_url":"http://127.0.0.1:\#(port)/hook","webhook_auth_header_name":"X-Mine","webhook_auth_header_value":"s3""#
            let id = try await order(gateway, upload(gateway), hook)
            try await until { receiver.seen.withLock { $0.count >= 2 } }
            let seen = receiver.seen.withLock { $0 }
            #expect(seen.count == 2)
            #expect(seen.last?.body == #"{"transcript_id":"\#(id)","status":"completed"}"#)
            #expect(seen.last?.header == "s3")
            let signature = try #require(seen.last?.signature.split(separator: ",v1="))
            try #require(signature.count == 2)
            let seconds = signature[0].dropFirst(2)
            let key = hmacSHA256(Array("harken-callback".utf8), key: Array("k".utf8))
            let expected = hmacSHA256(Array("\(seconds).\(seen[1].body)".utf8), key: key).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
                .joined()
            #expect(signature[1] == expected)
            try await until { try await outcome(gateway, id)["webhook_status_code"] != .null }
            #expect(try await outcome(gateway, id)["webhook_status_code"] == 200)
            server.stop()
        }
    }

    @Test func `that an earlier run left are done, and told`() async throws {
        try await TestGateway.with(engine) { gateway in
            let receiver = Receiver()
            let server = HTTPServer(loops: gateway.group.loops, service: receiver)
            let port = try server.start(on: try #require(SocketAddress("127.0.0.1:0"))).port
            let upload = String(try await upload(gateway).suffix(36))
            let jobs = SQLJobQueue(in: try SQLiteDatabase(in: DataDirectory(creating: gateway.directory)))
            let request = #"{"audio_url":"http://h/v2/upload/\#(upload)","webhook_url":"http://127.0.0.1:\#(port)/"}"#
            for id in ["under-way", "queued"] {
                let job = TranscriptionJob(
                    id: ID(id), dialect: "assemblyai", user: ID("local"), created: UnixTime(milliseconds: 1), request: request, audio: upload)
                #expect(try await jobs.add(job, most: 10, hasNotice: true))
                if id == "under-way" {
                    let dead = JobLease(owner: "dead", until: TestGateway.time + .seconds(3_600))
                    _ = try await jobs.claim(JobClaimTerms(.here), dead, now: TestGateway.time)
                }
            }
            await gateway.resumeJobs()
            for id in ["under-way", "queued"] { #expect(try await outcome(gateway, id)["text"] == "Good morning.") }
            try await until { receiver.seen.withLock { $0.count >= 3 } }
            #expect(receiver.seen.withLock { Set($0.map(\.body)).count } == 2)
            server.stop()
        }
    }

    @Test func `are bounded in what they upload and say`() async throws {
        try await TestGateway.with(engine, settings: ["HARKEN_UPLOAD_BYTES": "1048576"]) { gateway in
            let first = try await gateway.send(.post, "/v2/upload", body: [UInt8](repeating: 1, count: 800_000))
            #expect(first.status == 200)
            let second = try await gateway.send(.post, "/v2/upload", body: [UInt8](repeating: 1, count: 800_000))
            #expect(second.status == 503 && second.text.contains("no disk space"))
            let long = try await gateway.send(.post, "/v2/transcript", body: [UInt8](repeating: 0x20, count: 2_000_000))
            #expect(long.status == 413)
            #expect(try await gateway.send(.post, "/v2/upload", body: []).status == 400)
        }
    }

    @Test func `keep the vendor's own answer on request`() async throws {
        var transcript = Self.transcript
        transcript.raw = Array(#"{"vendor":"says"}"#.utf8)
        let keys = TestKeys(valid: ["k", "other"], users: ["other": "somebody"])
        try await TestGateway.with(ScriptedEngine(transcript: .success(transcript)), keys: keys) { gateway in
            let headers: HTTPHeaders = ["Authorization": "k"]
            for (query, header, isKept) in [("", "true", true), ("?raw=True", "", true), ("?raw=false", "true", false), ("", "", false)] {
                // An upload goes with its job.
                let body = Array("{\"audio_url\":\"\(try await upload(gateway))\"}".utf8)
                var asked = headers
                if !header.isEmpty { asked.add("X-Harken-Raw", header) }
                let ordered = try await gateway.send(.post, "/v2/transcript" + query, headers: asked, body: body)
                guard case .string(let id)? = try json(ordered.text)["id"] else {
                    Issue.record("\(ordered.text)")
                    return
                }
                #expect(try await outcome(gateway, id)["status"] == "completed")
                let raw = try await gateway.send(.get, "/v2/transcript/\(id)/raw", headers: headers)
                #expect(raw.status == (isKept ? 200 : 400))
                if isKept {
                    #expect(raw.text == #"{"vendor":"says"}"# && raw.headers["Content-Type"] == "application/json")
                } else {
                    #expect(raw.text.contains("X-Harken-Raw"))
                }
                #expect(try await gateway.send(.get, "/v2/transcript/\(id)/raw", headers: ["Authorization": "other"]).status == 400)
                _ = try await gateway.send(.delete, "/v2/transcript/\(id)", headers: headers)
                #expect(try await gateway.send(.get, "/v2/transcript/\(id)/raw", headers: headers).status == 400)
            }
            let body = Array(#"{"audio_url":"https://a"}"#.utf8)
            #expect(try await gateway.send(.post, "/v2/transcript?raw=perhaps", headers: headers, body: body).status == 400)
        }
    }
}

/// Rejects the first message, takes the second.
private final class Receiver: HTTPService {
    struct Message: Sendable {
        var body: String
        var header: String?
        var signature: String
    }

    let seen = Mutex<[Message]>([])

    func handle(_ exchange: HTTPExchange) {
        exchange.collectBody(limit: 1 << 20) { result in
            let headers = exchange.request.headers
            let message = Message(
                body: String(decoding: (try? result.get()) ?? [], as: UTF8.self), header: headers["X-Mine"],
                signature: headers["X-Harken-Signature"] ?? "")
            let count = self.seen.withLock { seen in
                seen.append(message)
                return seen.count
            }
            exchange.respond(HTTPResponseHead(count == 1 ? .serviceUnavailable : .ok))
        }
    }
}
