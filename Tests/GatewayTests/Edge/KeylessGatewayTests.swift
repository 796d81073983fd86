import Speech
import Framing
import HarkenTesting
import Net
@testable import Observability
import Synchronization
import Testing

@testable import Gateway

@Suite(.hangLimit) struct `A gateway without keys` {
    private static let proxied: [HTTPHeaders] = [
        ["X-Forwarded-For": "203.0.113.9"], ["X-Forwarded-Proto": "https"], ["X-Forwarded-Host": "a.example"], ["X-Real-IP": "203.0.113.9"],
        ["Forwarded": "for=203.0.113.9"], ["Via": "1.1 proxy"], ["x-forwarded-for": "127.0.0.1"],
    ]

    private func handshake(_ gateway: TestGateway, _ headers: HTTPHeaders) async throws -> Int {
        do {
            let socket = try await gateway.connect("/v1/listen?encoding=linear16&sample_rate=16000", headers: headers)
            socket.close()
            return 101
        } catch WebSocketConnectError.rejected(let head, _) {
            return head.status.code
        }
    }

    @Test func `rejects what came through a proxy, and says why`() async throws {
        let lines = Mutex<[String]>([])
        let log = Log(level: .info, write: { line in lines.withLock { $0.append(line) } })
        try await TestGateway.with(keys: TestKeys(valid: []), log: log) { gateway in
            #expect(try await handshake(gateway, [:]) == 101)
            for headers in Self.proxied {
                let answer = try await gateway.send(.get, "/v1/models", headers: headers)
                #expect(answer.status == 403 && answer.text.contains("HARKEN_TRUSTED_PROXIES"), "\(headers): \(answer)")
                #expect(try await handshake(gateway, headers) == 403, "\(headers)")
            }
            #expect(try await gateway.send(.get, "/health", headers: Self.proxied[0]).status == 200)
            try await gateway.sessionsEnd()
        }
        let warnings = lines.withLock { $0 }.filter { $0.contains("warning request refused") && $0.contains("came through a proxy") }
        #expect(warnings.count == 10)
    }

    @Test func `serves the clients of a trusted proxy that are on this machine`() async throws {
        try await TestGateway.with(settings: ["HARKEN_TRUSTED_PROXIES": "127.0.0.1"]) { gateway in
            let expected: [(HTTPHeaders, Int)] = [
                (["X-Forwarded-For": "127.0.0.1"], 200), (["Forwarded": "for=\"[::1]:4000\""], 200), ([:], 200),
                (["X-Forwarded-For": "203.0.113.9"], 403), (["X-Forwarded-For": "127.0.0.1, 203.0.113.9"], 403), (["Via": "1.1 proxy"], 403),
                (["X-Real-IP": "127.0.0.1"], 403), (["X-Forwarded-For": "127.0.0.1", "Forwarded": "for=203.0.113.9"], 403),
            ]
            for (headers, status) in expected {
                #expect(try await gateway.send(.get, "/v1/models", headers: headers).status == status, "\(headers)")
                #expect(try await handshake(gateway, headers) == (status == 200 ? 101 : status), "\(headers)")
            }
            try await gateway.sessionsEnd()
        }
    }

    @Test func `with keys takes requests through any proxy`() async throws {
        try await TestGateway.with(keys: ["good"]) { gateway in
            var headers = Self.proxied[0]
            headers.add("Authorization", "Bearer good")
            let status = try await gateway.send(.get, "/v1/models", headers: headers).status
            #expect(status == 200)
        }
    }

    @Test func `takes nothing that a page of another site loads`() async throws {
        try await TestGateway.with { gateway in
            let expected: [(HTTPHeaders, Int)] = [
                (["Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"], 403),
                (["Sec-Fetch-Site": "cross-site"], 403), (["Sec-Fetch-Site": "same-site"], 200), (["Sec-Fetch-Site": "same-origin"], 200),
                (["Sec-Fetch-Site": "none"], 200), (["Sec-Fetch-Site": "cross-site", "Origin": "http://localhost:3000"], 200),
                // A link that somebody follows.
                (["Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"], 200),
                (["Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"], 403),
            ]
            for (headers, status) in expected {
                let answer = try await gateway.send(.get, "/v1/models", headers: headers)
                #expect(answer.status == status, "\(headers)")
            }
        }
    }

    @Test func `ends its sessions when the first key is made`() async throws {
        let keys = TestKeys(valid: [])
        try await TestGateway.with(ScriptedEngine(), keys: keys) { gateway in
            let socket = try await gateway.connect("/ws/transcribe", opening: #"{"type":"auth","token":"anything"}"#)
            #expect(await socket.next { $0.contains("ready") } != nil)
            let other = try await gateway.connect("/v1/listen?encoding=linear16&sample_rate=16000")
            try await until { await gateway.liveSessions() == 2 }
            keys.add("good")
            let events = await socket.rest()
            // The words for a key that was taken back.
            guard case .closed(4401, _)? = events.last else {
                Issue.record("\(events)")
                return
            }
            #expect(await other.rest().last != nil)
            let mine = try await gateway.connect("/ws/transcribe", opening: #"{"type":"auth","token":"good"}"#)
            #expect(await mine.next { $0.contains("ready") } != nil)
            // The gateway settles this key's charges before it ends sessions without keys, in each round of its housekeeping: one round is whole.
            let before = keys.settlements
            try await until { keys.settlements >= before + 2 }
            #expect(await gateway.liveSessions() == 1)
            mine.close()
            try await gateway.sessionsEnd()
        }
    }
}
