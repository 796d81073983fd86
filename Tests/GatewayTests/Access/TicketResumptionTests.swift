import Framing
import HarkenTesting
import Net
import Testing

@Suite(.hangLimit) struct `A ticket that resumes its session` {
    private static let path = "/v4/listen"
    private static let options = "?language=en&sample_rate=16000&codec=pcm16&vad_gate=disabled&ack=true"

    private func make(_ gateway: TestGateway, _ body: String) async throws -> (status: Int, text: String) {
        let answer = try await gateway.send(.post, "/api/v1/tickets", headers: ["Authorization": "Bearer hk_good"], body: Array(body.utf8))
        return (answer.status, answer.text)
    }

    private func ticket(_ gateway: TestGateway, resumes: Bool = true) async throws -> String {
        let made = try await make(gateway, #"{"path":"\#(Self.path)","resumes":\#(resumes)}"#)
        return try text(of: "ticket", in: made.text)
    }

    private func text(of name: String, in message: String) throws -> String {
        guard case .string(let text)? = try JSONValue(parsing: Array(message.utf8))[name] else { throw Missing(message: message) }
        return text
    }

    private struct Missing: Error { var message: String }

    /// Opens a session, has two words heard, and loses the connection.
    private func leave(_ gateway: TestGateway, with ticket: String) async throws -> String {
        let socket = try await gateway.connect(Self.path + Self.options + "&ticket=" + ticket)
        let started = try #require(await socket.next { $0.contains("session_started") })
        socket.send(binary: [UInt8](repeating: 64, count: 64_000))
        #expect(await socket.next { $0.contains("w2") } != nil)
        socket.close(code: 1001)
        _ = await socket.rest()
        return try text(of: "session_id", in: started)
    }

    /// The first message that a client gets with a ticket; `closed` when there is none, and the status when the handshake is refused.
    private func answer(_ gateway: TestGateway, _ ticket: String, path: String = Self.path, _ query: String) async throws -> String {
        do {
            let socket = try await gateway.connect(path + Self.options + query + "&ticket=" + ticket)
            let first = await socket.next { _ in true }
            socket.close(code: 1001)
            return first ?? "closed"
        } catch WebSocketConnectError.rejected(let head, _) {
            return "\(head.status.code)"
        }
    }

    @Test func `opens connections that resume the session`() async throws {
        try await TestGateway.with(keys: ["hk_good"]) { gateway in
            let ticket = try await ticket(gateway)
            let session = try await leave(gateway, with: ticket)
            for _ in 0..<3 {
                let first = try await answer(gateway, ticket, "&session_id=\(session)&resume_from=0")
                #expect(first == #"{"type":"session_resumed","samples":32000}"#)
            }
        }
    }

    /// OWN stands for the ticket's session, OTHER for one of the same user that waits for its client, too.
    @Test(arguments: [
        ("/v4/listen", "", "401"), ("/v4/listen", "&session_id=&resume_from=0", "401"), ("/v4/listen", "&resume_from=0", "401"),
        ("/v4/listen", "&session_id=OTHER&resume_from=0", "closed"), ("/v4/listen", "&session_id=OWN", "closed"),
        ("/v4/listen", "&session_id=OWN&resume_from=here", "closed"), ("/v4/listen", "&session_id=OTHER&session_id=OWN&resume_from=0", "closed"),
        ("/v4/listen", "&session_id=nobody&resume_from=0", "closed"), ("/v3/listen", "&session_id=OWN&resume_from=0", "closed"),
    ])
    func `opens nothing else after its session has begun`(path: String, query: String, refusal: String) async throws {
        try await TestGateway.with(keys: ["hk_good"]) { gateway in
            let ticket = try await ticket(gateway)
            let own = try await leave(gateway, with: ticket)
            let other = try await leave(gateway, with: try await self.ticket(gateway))
            let named = query.replacing("OWN", with: own).replacing("OTHER", with: other)
            #expect(try await answer(gateway, ticket, path: path, named) == refusal)
            #expect(await gateway.liveSessions() == 2)
            #expect(try await answer(gateway, ticket, "&session_id=\(own)&resume_from=0").contains("session_resumed"))
        }
    }

    @Test func `is not any ticket`() async throws {
        try await TestGateway.with(keys: ["hk_good"]) { gateway in
            let ticket = try await ticket(gateway, resumes: false)
            let session = try await leave(gateway, with: ticket)
            #expect(try await answer(gateway, ticket, "&session_id=\(session)&resume_from=0") == "closed")
        }
    }

    @Test func `opens no new session when its first use names one to resume`() async throws {
        try await TestGateway.with(keys: ["hk_good"]) { gateway in
            let answered = try await answer(gateway, try await ticket(gateway), "&session_id=nobody")
            #expect(answered == "closed")
            #expect(await gateway.liveSessions() == 0)
        }
    }

    @Test func `tells that its session is over`() async throws {
        try await TestGateway.with(keys: ["hk_good"]) { gateway in
            let ticket = try await ticket(gateway)
            let session = try await leave(gateway, with: ticket)
            let last = try await gateway.connect(Self.path + Self.options + "&session_id=\(session)&resume_from=0&ticket=" + ticket)
            last.close()
            try await gateway.sessionsEnd()
            #expect(try await answer(gateway, ticket, "&session_id=\(session)&resume_from=0") == #"{"type":"session_expired"}"#)
        }
    }

    @Test func `ends with its key`() async throws {
        let keys = TestKeys(valid: ["hk_good", "hk_other"])
        try await TestGateway.with(keys: keys) { gateway in
            let ticket = try await ticket(gateway)
            let session = try await leave(gateway, with: ticket)
            keys.revoke("hk_good")
            let socket = try await gateway.connect(Self.path + Self.options + "&session_id=\(session)&resume_from=0&ticket=" + ticket)
            #expect(await socket.rest() == [.closed(1008, "Invalid token")])
        }
    }

    @Test(arguments: [#"{"path":"/v1/listen","resumes":true}"#, #"{"path":"/v4/listen","resumes":"yes"}"#])
    func `is made only where sessions can be resumed`(body: String) async throws {
        try await TestGateway.with(keys: ["hk_good"]) { gateway in
            let made = try await make(gateway, body)
            #expect(made.status == 400 && made.text.contains("resume"), "\(made)")
        }
    }
}
