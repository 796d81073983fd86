import Speech
import Framing
import HarkenTesting
import Net
import Testing

@Suite(.hangLimit) struct `Wrong credentials` {
    private func statuses(_ gateway: TestGateway, _ count: Int, key: String, forwarded: String? = nil) async throws -> [Int: Int] {
        var headers: HTTPHeaders = ["Authorization": "Bearer " + key]
        if let forwarded { headers.add("X-Forwarded-For", forwarded) }
        return try await withThrowingTaskGroup(of: Int.self) { [headers] group in
            for _ in 0..<count { group.addTask { try await gateway.send(.get, "/v1/models", headers: headers).status } }
            return try await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
    }

    @Test func `slow their address down, and no right one`() async throws {
        let clock = HeldClock()
        try await TestGateway.with(keys: TestKeys(valid: ["good"]), settings: ["HARKEN_WRONG_KEY_SECONDS": "2"], clock: clock) { gateway in
            #expect(try await statuses(gateway, 10, key: "wrong") == [401: 10])
            // Eight wait, the others are turned away.
            async let late = statuses(gateway, 20, key: "wrong")
            try await until { try await gateway.send(.get, "/metrics").text.contains(#"wrong_credentials_total{outcome="turned_away"} 12"#) }
            #expect(try await statuses(gateway, 5, key: "good") == [200: 5])
            clock.advance(by: .milliseconds(1_999))
            // The eight still wait, so that one more is turned away.
            #expect(try await statuses(gateway, 1, key: "wrong") == [429: 1])
            clock.advance(by: .milliseconds(1))
            #expect(try await late == [401: 8, 429: 12])
            let metrics = try await gateway.send(.get, "/metrics").text
            #expect(metrics.contains(#"harken_wrong_credentials_total{outcome="answered"} 10"#), "\(metrics)")
            #expect(metrics.contains(#"harken_wrong_credentials_total{outcome="delayed"} 8"#), "\(metrics)")
            let turnedAway = try await gateway.send(.get, "/v1/models")
            #expect(turnedAway.status == 401, "who shows nothing is not counted")
        }
    }

    @Test func `are counted by the clients of a trusted proxy`() async throws {
        let settings = ["HARKEN_TRUSTED_PROXIES": "127.0.0.1", "HARKEN_WRONG_KEY_SECONDS": "0.1"]
        let clock = HeldClock()
        try await TestGateway.with(keys: TestKeys(valid: ["good"]), settings: settings, clock: clock) { gateway in
            for last in 1...4 { #expect(try await statuses(gateway, 10, key: "wrong", forwarded: "203.0.113.\(last)") == [401: 10]) }
            let before = try await gateway.send(.get, "/metrics").text
            #expect(!before.contains(#"outcome="delayed""#))
            async let late = statuses(gateway, 1, key: "wrong", forwarded: "203.0.113.1")
            try await until { try await gateway.send(.get, "/metrics").text.contains(#"outcome="delayed"} 1"#) }
            clock.advance(by: .milliseconds(100))
            #expect(try await late == [401: 1])
        }
    }

    @Test(
        arguments: [
            ("/v3/ws?sample_rate=16000", nil, 1008), ("/ws/transcribe", #"{"type":"auth","token":"wrong"}"#, 4401),
            ("/v1/listen?encoding=linear16&sample_rate=16000", nil, 401),
        ] as [(String, String?, Int)])
    func `slow WebSockets down too`(path: String, opening: String?, code: Int) async throws {
        @Sendable func rejected(_ gateway: TestGateway) async throws -> Int {
            do {
                let headers: HTTPHeaders = opening == nil ? ["Authorization": "Bearer wrong"] : [:]
                guard case .closed(let code, _)? = await (try gateway.connect(path, headers: headers, opening: opening)).rest().last else { return 0 }
                return Int(code)
            } catch WebSocketConnectError.rejected(let head, _) {
                return head.status.code
            }
        }
        let clock = HeldClock(), rejections = SharedLog()
        try await TestGateway.with(keys: TestKeys(valid: ["good"]), settings: ["HARKEN_WRONG_KEY_SECONDS": "0.5"], clock: clock) { gateway in
            for _ in 0..<10 { #expect(try await rejected(gateway) == code) }
            let late = Task { @Sendable in
                let code = try await rejected(gateway)
                rejections.append("\(code)")
                return code
            }
            try await until { try await gateway.send(.get, "/metrics").text.contains(#"outcome="delayed"} 1"#) }
            clock.advance(by: .milliseconds(499))
            // Sockets of the same loop are served, and this one is not.
            #expect(try await gateway.send(.get, "/health").status == 200)
            #expect(rejections.entries.isEmpty)
            clock.advance(by: .milliseconds(1))
            #expect(try await late.value == code)
        }
    }
}
