import Foundation
import Framing
import Gateway
import HarkenTesting
import Net
@testable import Observability
import Speech
import Store
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(5))) struct `Ends of jobs` {
    private static let transcript: Transcript = {
        let word = Word("Morning.", SampleRange(SampleIndex(0), SampleIndex(7_000)), confidence: 0.9)
        return Transcript(
            rate: .speech, length: SampleCount(40_000), language: .english, model: "scripted-1",
            channels: [.init(words: [word], segments: [.init(range: SampleRange(.zero, SampleIndex(15_000)), words: 0..<1)])])
    }()
    private let engine = ScriptedEngine(transcript: .success(Self.transcript))

    private func quick(_ configuration: inout GatewayConfiguration) {
        configuration.storeRetries = RetrySchedule(first: [.milliseconds(20)], then: .milliseconds(40))
        configuration.fetchReach = .anywhere
    }

    private func upload(_ gateway: TestGateway, key: String = "k") async throws -> String {
        let answer = try await gateway.send(.post, "/v2/upload", headers: ["Authorization": key], body: Array("some audio".utf8))
        guard case .string(let address)? = try JSONValue(parsing: Array(answer.text.utf8))["upload_url"] else { return "" }
        return address
    }

    private func order(_ gateway: TestGateway, _ audio: String, key: String = "k", engine: String? = nil, _ fields: String = "") async throws
        -> String
    {
        var headers: HTTPHeaders = ["Authorization": key]
        if let engine { headers.add("X-Harken-Engine", engine) }
        let answer = try await gateway.send(.post, "/v2/transcript", headers: headers, body: Array("{\"audio_url\":\"\(audio)\"\(fields)}".utf8))
        #expect(answer.status == 200, "\(answer.text)")
        guard case .string(let id)? = try JSONValue(parsing: Array(answer.text.utf8))["id"] else { return "" }
        return id
    }

    private func status(_ gateway: TestGateway, _ id: String, key: String = "k") async throws -> JSONValue? {
        let answer = try await gateway.send(.get, "/v2/transcript/\(id)", headers: ["Authorization": key])
        return try JSONValue(parsing: Array(answer.text.utf8))["status"]
    }

    private func change(_ directory: String, _ statement: StaticString) async throws {
        try await SQLiteDatabase(in: DataDirectory(creating: directory)).write { (connection) throws(StoreError) in try connection.run(statement) }
    }

    private static let refuseResults: StaticString =
        "CREATE TRIGGER refuse BEFORE UPDATE OF transcript ON jobs BEGIN SELECT RAISE(FAIL, 'not now'); END"
    private static let refuseClaims: StaticString = "CREATE TRIGGER refuse BEFORE UPDATE OF owner ON jobs BEGIN SELECT RAISE(FAIL, 'not now'); END"
    private static let takeAgain: StaticString = "DROP TRIGGER refuse"

    private func results(_ directory: String) -> [String] { (try? FileManager.default.contentsOfDirectory(atPath: directory + "/results")) ?? [] }

    @Test func `a result that the store refuses is stored later, and recognized once`() async throws {
        let counting = CountingEngine(Self.transcript)
        try await TestGateway.with(engine, keys: TestKeys(valid: ["k"]), recorded: [counting], change: quick) { gateway in
            try await change(gateway.directory, Self.refuseResults)
            let id = try await order(gateway, upload(gateway), engine: "counting")
            try await until { results(gateway.directory) == [id] }
            #expect(try await status(gateway, id) == "processing")
            let attributes = try FileManager.default.attributesOfItem(atPath: gateway.directory + "/results/" + id)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            let metrics = try await gateway.send(.get, "/metrics").text
            #expect(metrics.contains("harken_store_failures_total{work=\"job_result\"}"))
            try await change(gateway.directory, Self.takeAgain)
            try await until { try await status(gateway, id) == "completed" }
            try await until { results(gateway.directory).isEmpty }
            #expect(counting.count == 1)
        }
    }

    @Test func `a result outlives the process that could not store it`() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "harken-gateway-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let keys = TestKeys(valid: ["k"])
        var id = ""
        try await TestGateway.with(engine, keys: keys, directory: directory, keepsDirectory: true, change: quick) { gateway in
            try await change(directory, Self.refuseResults)
            id = try await order(gateway, upload(gateway))
            try await until { results(directory) == [id] }
        }
        #expect(results(directory) == [id])
        try await change(directory, Self.takeAgain)
        // It would fail if it were recognised again.
        let other = ScriptedEngine(transcript: .failure(.undecodable("asked again")))
        try await TestGateway.with(other, keys: keys, directory: directory, keepsDirectory: true, change: quick) { gateway in
            await gateway.resumeJobs()
            try await until { try await status(gateway, id) == "completed" }
            #expect(results(directory).isEmpty)
        }
    }

    @Test func `a deleted job leaves no result behind`() async throws {
        try await TestGateway.with(engine, keys: TestKeys(valid: ["k"]), change: quick) { gateway in
            try await change(gateway.directory, Self.refuseResults)
            let id = try await order(gateway, upload(gateway))
            try await until { results(gateway.directory) == [id] }
            try await change(gateway.directory, Self.takeAgain)
            _ = try await gateway.send(.delete, "/v2/transcript/\(id)", headers: ["Authorization": "k"])
            try await until { results(gateway.directory).isEmpty }
        }
    }

    @Test func `a store that cannot be asked is not a store without jobs`() async throws {
        let lines = Mutex<[String]>([])
        let log = Log(level: .error, write: { line in lines.withLock { $0.append(line) } })
        try await TestGateway.with(engine, keys: TestKeys(valid: ["k"]), log: log, change: quick) { gateway in
            try await change(gateway.directory, Self.refuseClaims)
            let id = try await order(gateway, upload(gateway))
            try await until { lines.withLock { $0.contains { $0.contains("job_claim") } } }
            #expect(try await status(gateway, id) == "queued")
            try await change(gateway.directory, Self.takeAgain)
            try await until { try await status(gateway, id) == "completed" }
        }
    }

    @Test func `slow hosts of one user hold no worker`() async throws {
        let keys = TestKeys(valid: ["k", "other"], users: ["other": "somebody"])
        try await TestGateway.with(engine, keys: keys, change: quick) { gateway in
            let host = SilentHost()
            let server = HTTPServer(loops: gateway.group.loops, service: host)
            let port = try server.start(on: try #require(SocketAddress("127.0.0.1:0"))).port
            for _ in 0..<12 { _ = try await order(gateway, "http://127.0.0.1:\(port)/slow.wav") }
            try await until { host.asked.withLock { $0 } == 8 }
            let mine = try await order(gateway, upload(gateway)), others = try await order(gateway, upload(gateway, key: "other"), key: "other")
            try await until { try await status(gateway, mine) == "completed" }
            try await until { try await status(gateway, others, key: "other") == "completed" }
            server.stop()
        }
    }

    @Test func `long work of one user leaves half of the workers to others`() async throws {
        let keys = TestKeys(valid: ["k", "other"], users: ["other": "somebody"])
        let slow = CountingEngine(Self.transcript, isHeld: true)
        try await TestGateway.with(engine, keys: keys, recorded: [slow], change: quick) { gateway in
            for _ in 0..<12 { _ = try await order(gateway, upload(gateway), engine: "counting") }
            try await until { slow.count == 8 }
            let others = try await order(gateway, upload(gateway, key: "other"), key: "other")
            try await until { try await status(gateway, others, key: "other") == "completed" }
            #expect(slow.count == 8, "the user has no more than all workers")
            slow.release()
        }
    }

    @Test func `a webhook's credential is nowhere in the data directory in clear`() async throws {
        try await TestGateway.with(engine, keys: TestKeys(valid: ["k"]), change: quick) { gateway in
            try await change(gateway.directory, Self.refuseResults)
            let secret = "s3cr3t-\(UUID().uuidString)"
            let hook = #","webhook_url":"https://192.0.2.1/hook","webhook_auth_header_name":"X-Mine","webhook_auth_header_value":"\#(secret)""#
            let id = try await order(gateway, upload(gateway), hook)
            try await until { results(gateway.directory) == [id] }
            var files = 0
            let paths = try #require(FileManager.default.enumerator(atPath: gateway.directory))
            for case let path as String in paths {
                guard let bytes = FileManager.default.contents(atPath: gateway.directory + "/" + path) else { continue }
                files += 1
                #expect(bytes.range(of: Data(secret.utf8)) == nil, "\(path)")
            }
            #expect(files > 3)
            try await change(gateway.directory, Self.takeAgain)
            try await until { try await status(gateway, id) == "completed" }
            let answer = try await gateway.send(.get, "/v2/transcript/\(id)", headers: ["Authorization": "k"])
            #expect(answer.text.contains(#""webhook_auth":true,"webhook_auth_header_name":"X-Mine""#))
        }
    }

    @Test(arguments: [
        "Host", "content-length", "Transfer-Encoding", "Connection", "Upgrade", "TE", "Trailer", "Keep-Alive", "Proxy-Authorization", "Expect",
    ])
    func `a webhook's header may not frame the message`(name: String) async throws {
        try await TestGateway.with(engine, keys: ["k"]) { gateway in
            let body =
                #"{"audio_url":"https://a/b","webhook_url":"https://a/","webhook_auth_header_name":"\#(name)","webhook_auth_header_value":"1"}"#
            let answer = try await gateway.send(.post, "/v2/transcript", headers: ["Authorization": "k"], body: Array(body.utf8))
            #expect(answer.status == 400 && answer.text.contains("webhook_auth_header_name"), "\(answer.text)")
        }
    }
}

/// Counts what it is asked to recognise, and may hold it until it is released.
private final class CountingEngine: PrerecordedEngine {
    let name = EngineName("counting")
    let capabilities = Capabilities(streaming: false, prerecorded: true, languages: .any, models: [])
    private let transcript: Transcript
    private let isHeld: Mutex<Bool>
    private let asked = Mutex(0)

    init(_ transcript: Transcript, isHeld: Bool = false) {
        self.transcript = transcript
        self.isHeld = Mutex(isHeld)
    }

    var count: Int { asked.withLock { $0 } }

    func release() { isHeld.withLock { $0 = false } }

    func recognize(
        _ recording: Recording, options: RecognitionOptions, progress: @escaping @Sendable (RecognitionProgress) -> Void
    ) async throws(EngineError) -> Transcript {
        asked.withLock { $0 += 1 }
        while isHeld.withLock({ $0 }) {
            do { try await Task.sleep(for: .milliseconds(10)) } catch { throw .cancelled }
        }
        return transcript
    }
}

/// Takes requests and never answers.
private final class SilentHost: HTTPService {
    let asked = Mutex(0)
    private let open = Mutex<[HTTPExchange]>([])

    func handle(_ exchange: HTTPExchange) {
        asked.withLock { $0 += 1 }
        open.withLock { $0.append(exchange) }
    }
}
