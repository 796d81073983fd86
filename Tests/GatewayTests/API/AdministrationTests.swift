import Framing
import HarkenTesting
import Net
import Speech
import Testing

@Suite(.hangLimit) struct `An administrator` {
    private func ask(
        _ gateway: TestGateway, _ method: HTTPMethod, _ path: String, _ body: String? = nil, key: String? = "admin", status: Int = 200,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> JSONValue {
        let headers: HTTPHeaders = key.map { ["Authorization": "Bearer " + $0] } ?? [:]
        let answer = try await gateway.send(method, "/api/v1/admin" + path, headers: headers, body: body.map { Array($0.utf8) })
        #expect(answer.status == status, "\(answer.text)", sourceLocation: sourceLocation)
        return answer.text.isEmpty ? .null : try JSONValue(parsing: Array(answer.text.utf8))
    }

    private let keys = TestKeys(valid: ["admin", "plain"], scopesOf: ["admin": ["admin"]])

    @Test func `makes, lists, tops up and revokes keys`() async throws {
        try await TestGateway.with(keys: keys) { gateway in
            let made = try await ask(gateway, .post, "/keys", #"{"scopes":["read"],"credits":60}"#, status: 201)
            guard case .string(let text)? = made["key"], case .string(let id)? = made["id"] else { throw Missing() }
            #expect(made["scopes"] == ["read"] && made["credits"] == 60)
            let bearer: HTTPHeaders = ["Authorization": "Bearer " + text]
            #expect(try await gateway.send(.get, "/api/v1/people", headers: bearer).status == 200)
            #expect(try await ask(gateway, .post, "/keys/\(id)/topup", #"{"seconds":40}"#)["credits"] == 100)
            guard case .array(let list)? = try await ask(gateway, .get, "/keys")["keys"] else { throw Missing() }
            #expect(list.contains { $0["id"] == .string(id) && $0["credits"] == 100 && $0["key"] == nil })
            _ = try await ask(gateway, .delete, "/keys/" + id, status: 204)
            #expect(try await gateway.send(.get, "/api/v1/people", headers: bearer).status == 401)
        }
    }

    private struct Missing: Error {}

    @Test func `is told what is wrong with a request for a key`() async throws {
        try await TestGateway.with(keys: keys) { gateway in
            for body in [
                #"{"scopes":["everything"]}"#, #"{"scopes":"read"}"#, #"{"expires_at":"2001-01-01"}"#, #"{"expires_at":"soon"}"#, #"{"credits":-1}"#,
                #"{"user":""}"#, "[]",
            ] {
                _ = try await ask(gateway, .post, "/keys", body, status: 400)
            }
            _ = try await ask(gateway, .delete, "/keys/none", status: 404)
            _ = try await ask(gateway, .post, "/keys/none/topup", #"{"seconds":1}"#, status: 404)
            _ = try await ask(gateway, .post, "/keys/plain/topup", #"{"seconds":1}"#, status: 409)
            _ = try await ask(gateway, .post, "/keys/plain/topup", #"{"seconds":0}"#, status: 400)
        }
    }

    @Test func `sees the usage of all users`() async throws {
        try await TestGateway.with(keys: keys) { gateway in
            let usage = try await ask(gateway, .get, "/usage?by=day")
            #expect(usage["rows"] == .array([]) && usage["total"]?["runs"] == 0 && usage["forecast"] == nil)
            _ = try await ask(gateway, .get, "/usage?by=nothing", status: 400)
            _ = try await ask(gateway, .get, "/usage", key: "plain", status: 403)
        }
    }

    @Test func `is nobody whose key does not say so`() async throws {
        try await TestGateway.with(keys: keys) { gateway in
            _ = try await ask(gateway, .get, "/keys", key: "plain", status: 403)
            _ = try await ask(gateway, .post, "/keys", "{}", key: "plain", status: 403)
            #expect(try await gateway.send(.get, "/api/v1/people", headers: ["Authorization": "Bearer admin"]).status == 403)
        }
    }

    @Test func `is whoever calls on the machine of a gateway without keys`() async throws {
        try await TestGateway.with { gateway in
            #expect(try await ask(gateway, .get, "/keys", key: nil)["keys"] == [])
            let about = try JSONValue(parsing: Array(try await gateway.send(.get, "/api/v1/about").text.utf8))
            #expect(about["scopes"] == ["listen", "transcribe", "read", "write", "admin"])
        }
    }

    @Test func `sees how engines do and what replaced them`() async throws {
        let first = EngineName("first"), other = EngineName("other")
        try await TestGateway.with(
            // An engine that rejects the key rests for minutes.
            ScriptedEngine(name: first, fault: .breaks(.unauthorized("gone"), after: SampleCount(24_000))), others: [ScriptedEngine(name: other)],
            keys: TestKeys(valid: [])
        ) { gateway in
            let socket = try await gateway.connect("/v1/listen?encoding=linear16&sample_rate=16000")
            for _ in 0..<30 { socket.send(binary: [UInt8](repeating: 64, count: 3_200)) }
            socket.send(text: #"{"type":"CloseStream"}"#)
            _ = await socket.rest()
            try await gateway.sessionsEnd()
            guard case .array(let engines) = try await ask(gateway, .get, "/engines", key: nil),
                case .array(let failovers)? = try await ask(gateway, .get, "/failovers", key: nil)["failovers"]
            else { throw Missing() }
            #expect(engines.map { $0["name"] } == ["first", "other"] && engines.map { $0["streams"] } == [1, 1])
            try #require(engines.count == 2)
            #expect(engines[0]["state"] == "resting" && engines[1]["state"] == "ready", "\(engines)")
            #expect(engines[0]["errors"] == ["unauthorised": 1] && engines[1]["errors"] == .object([]), "\(engines)")
            #expect(engines[1]["p50"] != .null && engines[1]["capabilities"]?["streaming"] == true)
            #expect(failovers.map { $0["from"] } == ["first"] && failovers.map { $0["to"] } == ["other"], "\(failovers)")
        }
    }
}
