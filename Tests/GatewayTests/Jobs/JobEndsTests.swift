import Foundation
import Framing
import Gateway
import HarkenTesting
import Net
import Observability
import Speech
import Store
import Synchronization
import Testing

@Suite(.hangLimit) struct `Ends of jobs` {
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

    private func order(_ gateway: TestGateway, _ audio: String, key: String = "k", _ fields: String = "") async throws
        -> String
    {
        let answer = try await gateway.send(
            .post, "/v2/transcript", headers: ["Authorization": key], body: Array("{\"audio_url\":\"\(audio)\"\(fields)}".utf8))
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

    private static let rejectResults: StaticString =
        "CREATE TRIGGER refuse BEFORE UPDATE OF transcript ON jobs BEGIN SELECT RAISE(FAIL, 'not now'); END"
    private static let takeAgain: StaticString = "DROP TRIGGER refuse"

    private func results(_ directory: String) -> [String] { (try? FileManager.default.contentsOfDirectory(atPath: directory + "/results")) ?? [] }

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

    @Test func `a webhook's credential is nowhere in the data directory in clear`() async throws {
        try await TestGateway.with(engine, keys: TestKeys(valid: ["k"]), change: quick) { gateway in
            try await change(gateway.directory, Self.rejectResults)
            let secret = "s3cr3t-\(UUID().uuidString)"
            let hook = #","webhook_url":"https://receiver.invalid/hook","webhook_auth_header_name":"X-Mine","webhook_auth_header_value":"\#(secret)""#
            let id = try await order(gateway, upload(gateway), hook)
            try await until { results(gateway.directory) == [id] }
            var files = 0
            let paths = try #require(FileManager.default.enumerator(atPath: gateway.directory))
            for case let path as String in paths {
                guard let bytes = FileManager.default.contents(atPath: gateway.directory + "/" + path) else { continue }
                files += 1
                #expect(!bytes.has(Data(secret.utf8)), "\(path)")
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

/// Takes requests and never answers.
private final class SilentHost: HTTPService {
    let asked = Mutex(0)
    private let open = Mutex<[HTTPExchange]>([])

    func handle(_ exchange: HTTPExchange) {
        asked.withLock { $0 += 1 }
        open.withLock { $0.append(exchange) }
    }
}
