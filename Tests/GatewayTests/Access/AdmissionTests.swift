@testable import Admission
import Framing
import Gateway
import HarkenTesting
import Net
import Testing

@Suite(.hangLimit) struct `Admission` {
    private func ticket(_ gateway: TestGateway, _ path: String, key: String) async throws -> String {
        let answer = try await gateway.send(
            .post, "/api/v1/tickets", headers: ["Authorization": "Bearer " + key], body: Array(#"{"path":"\#(path)"}"#.utf8))
        let body = try JSONValue(parsing: Array(answer.text.utf8))
        guard case .string(let ticket)? = body["ticket"], body["expires_in"] == 30, body["path"] == .string(path) else {
            Issue.record("\(answer)")
            return ""
        }
        #expect(answer.headers["Cache-Control"] == "no-store")
        return ticket
    }

    /// The status of a handshake; 101 for one that was accepted.
    private func status(_ gateway: TestGateway, _ path: String, _ headers: HTTPHeaders = [:], subprotocols: [String] = []) async throws -> Int {
        do {
            let socket = try await gateway.connect(path, headers: headers, subprotocols: subprotocols)
            socket.close()
            return 101
        } catch WebSocketConnectError.rejected(let head, _) {
            return head.status.code
        }
    }

    @Test func `by a user's token, whose keys are found by discovery`() async throws {
        try await TestIssuer.with { issuer in
            try await TestGateway.with(keys: TestKeys(valid: []), settings: issuer.settings) { gateway in
                let token = try issuer.token()
                #expect(try await gateway.send(.get, "/v1/models", headers: ["Authorization": "Bearer " + token]).status == 200)
                #expect(try await gateway.send(.get, "/v1/models").status == 401)
                #expect(try await gateway.send(.get, "/v1/models", headers: ["Authorization": "Bearer x"]).status == 401)
                let tampered = String(token.dropLast(4)) + "AAAA"
                #expect(try await gateway.send(.get, "/v1/models", headers: ["Authorization": "Bearer " + tampered]).status == 401)
                #expect(try await status(gateway, "/v1/listen", ["Authorization": "Bearer " + token]) == 101)
                #expect(try await status(gateway, "/v1/listen", subprotocols: ["bearer", token]) == 101)
                try await gateway.sessionsEnd()
                #expect(issuer.requests == 1)
            }
        }
    }

    @Test func `waits for keys that are on their way, also for a token in a message`() async throws {
        try await TestIssuer.with { issuer in
            issuer.hold()
            try await TestGateway.with(keys: TestKeys(valid: []), settings: issuer.settings) { gateway in
                let token = try issuer.token()
                async let models = gateway.send(.get, "/v1/models", headers: ["Authorization": "Bearer " + token])
                let socket = try await gateway.connect("/ws/transcribe", opening: #"{"type":"auth","token":"\#(token)"}"#)
                for _ in 0..<5 { socket.send(binary: [UInt8](repeating: 0, count: 3_200)) }
                socket.send(text: #"{"type":"end"}"#)
                // Nothing is rejected while the issuer thinks, and the gateway serves others.
                #expect(try await gateway.send(.get, "/health").status == 200)
                issuer.answer()
                #expect(try await models.status == 200)
                let events = await socket.rest()
                guard case .text(let first)? = events.first else {
                    Issue.record("\(events)")
                    return
                }
                #expect(first.contains(#""type":"ready""#))
                #expect(events.contains { if case .text(let text) = $0 { text.contains(#""seconds_used":0.5"#) } else { false } }, "\(events)")
                try await gateway.sessionsEnd()
            }
        }
    }

    @Test func `opens one WebSocket by a ticket, where it was made for`() async throws {
        try await TestGateway.with(keys: ["hk_good"]) { gateway in
            let path = "/v1/listen?encoding=linear16&sample_rate=16000"
            let first = try await ticket(gateway, "/v1/listen", key: "hk_good")
            #expect(try await status(gateway, "/v2/listen?encoding=linear16&sample_rate=16000&ticket=" + first) == 401)
            #expect(try await status(gateway, path + "&ticket=" + first) == 101)
            #expect(try await status(gateway, path + "&ticket=" + first) == 401)
            // A key is no ticket, and a ticket makes no ticket.
            #expect(try await status(gateway, path + "&ticket=hk_good") == 401)
            let second = try await ticket(gateway, "/v1/listen", key: "hk_good")
            #expect(try await gateway.send(.post, "/api/v1/tickets", headers: ["Authorization": "Bearer " + second], body: []).status == 401)
            try await gateway.sessionsEnd()
        }
    }

    @Test(arguments: ["/v3/ws", "/v1/listen", "/v2/listen", "/transcribe-websocket", "/v2/en", "/v2/agent", "/v1/realtime", "/ws/transcribe"])
    func `takes a ticket and a subprotocol at every dialect's WebSocket`(path: String) async throws {
        try await TestGateway.with(keys: ["hk_good"]) { gateway in
            let query = "?model=\(path == "/v2/listen" ? "flux-general-en" : "nova-3")&encoding=linear16&sample_rate=16000&intent=transcription"
            let ticket = try await ticket(gateway, path, key: "hk_good")
            #expect(try await status(gateway, path + query + "&ticket=" + ticket) == 101)
            #expect(try await status(gateway, path + query, subprotocols: ["token", "hk_good"]) == 101)
            try await gateway.sessionsEnd()
        }
    }

    @Test func `ends for tickets too when their key is taken back`() async throws {
        let keys = TestKeys(valid: ["hk_good", "hk_other"])
        try await TestGateway.with(keys: keys) { gateway in
            let ticket = try await ticket(gateway, "/v1/listen", key: "hk_good")
            keys.revoke("hk_good")
            #expect(try await status(gateway, "/v1/listen?encoding=linear16&sample_rate=16000&ticket=" + ticket) == 401)
        }
    }

    @Test(arguments: ["{}", #"{"path":null}"#, #"{"path":"/v1/models"}"#, #"{"path":"listen"}"#])
    func `says what a ticket is for`(body: String) async throws {
        try await TestGateway.with(keys: ["hk_good"]) { gateway in
            let answer = try await gateway.send(.post, "/api/v1/tickets", headers: ["Authorization": "Bearer hk_good"], body: Array(body.utf8))
            #expect(answer.status == 400 && answer.text.contains("WebSocket"), "\(answer)")
        }
    }

    @Test(arguments: [(["read"], [403, 403]), (["transcribe"], [403, 403]), (["listen"], [200, 101]), ([], [200, 101])])
    func `is held to a key's scopes`(scopes: [String], statuses: [Int]) async throws {
        try await TestGateway.with(keys: TestKeys(valid: ["hk_good"], scopes: scopes)) { gateway in
            let headers: HTTPHeaders = ["Authorization": "Bearer hk_good"]
            let made = try await gateway.send(.post, "/api/v1/tickets", headers: headers, body: Array(#"{"path":"/v1/listen"}"#.utf8)).status
            let opened = try await status(gateway, "/v1/listen?encoding=linear16&sample_rate=16000", headers)
            #expect([made, opened] == statuses)
            try await gateway.sessionsEnd()
        }
    }
}
