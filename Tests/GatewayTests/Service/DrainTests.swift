import Foundation
import Framing
import HarkenTesting
import Net
import Speech
import Testing

@Suite(.hangLimit) struct `A gateway that drains` {
    private static let path = "/v1/listen?encoding=linear16&sample_rate=16000"
    private static let tenth = [UInt8](repeating: 64, count: 3_200)

    private static func finals(_ events: [TestSocket.Event]) -> String {
        events.compactMap { event -> String? in
            guard case .text(let text) = event, text.contains(#""is_final":true"#), let value = try? JSONValue(parsing: Array(text.utf8)),
                case .array(let found)? = value["channel"]?["alternatives"], case .string(let words)? = found.first?["transcript"]
            else { return nil }
            return words.isEmpty ? nil : words
        }.joined(separator: " ")
    }

    @Test func `lets open sessions go on, and refuses new ones and recordings`() async throws {
        try await TestGateway.with { gateway in
            let socket = try await gateway.connect(Self.path)
            for _ in 0..<10 { socket.send(binary: Self.tenth) }
            #expect(await socket.next { $0.contains("w1") } != nil)
            gateway.beginDrain()
            do {
                _ = try await gateway.connect(Self.path)
                Issue.record("a new session has begun")
            } catch WebSocketConnectError.rejected(let head, let body) {
                #expect(head.status.code == 503 && String(decoding: body, as: UTF8.self).contains("The gateway is stopping"))
            }
            let recording = try await gateway.send(.post, "/v1/listen", headers: ["Content-Type": "audio/wav"], body: [1, 2, 3])
            #expect(recording.status == 503 && recording.text.contains("The gateway is stopping"), "\(recording.text)")
            for _ in 0..<20 { socket.send(binary: Self.tenth) }
            socket.send(text: #"{"type":"CloseStream"}"#)
            let events = await socket.rest()
            #expect(events.last == .closed(1000, ""))
            #expect(Self.finals(events).hasSuffix("w2 w3"), "\(events)")
        }
    }

    @Test func `ends clients at once that have no session yet`() async throws {
        let path = "/v4/web/listen?codec=pcm16&sample_rate=16000"
        // The loops' clock stands, so that the deadline for the first message does not pass.
        try await TestGateway.with(ScriptedEngine(), keys: TestKeys(valid: []), clock: HeldClock()) { gateway in
            let waiting = try await gateway.connect(path)
            gateway.beginDrain()
            #expect(await waiting.rest() == [.closed(1001, "going_away")])
            // A client of this protocol may come to resume its session, so the connection itself is not refused.
            #expect(await (try gateway.connect(path)).rest() == [.closed(1001, "going_away")])
        }
    }

    @Test func `serves stored data and says that it drains`() async throws {
        try await TestGateway.with { gateway in
            func drain() async throws -> String { try await gateway.send(.get, "/api/v1/admin/drain").text }
            #expect(try await drain() == #"{"draining":false,"open":0}"#)
            let socket = try await gateway.connect(Self.path)
            try await until { await gateway.liveSessions() == 1 }
            gateway.beginDrain()
            #expect(try await drain() == #"{"draining":true,"open":1}"#)
            #expect(try await gateway.send(.get, "/api/v1/conversations").status == 200)
            #expect(try await gateway.send(.get, "/health").status == 200)
            let ready = try await gateway.send(.get, "/ready")
            #expect(ready.status == 503 && ready.text.hasPrefix(#"{"status":"draining""#), "\(ready.text)")
            let metrics = try await gateway.send(.get, "/metrics").text
            #expect(metrics.contains("\nharken_draining 1\n") && metrics.contains("\nharken_sessions_capacity 0\n"))
            socket.close()
            try await gateway.sessionsEnd()
        }
    }

    @Test func `lets a client return that has lost its connection, and tells it at last where to go on`() async throws {
        try await TestGateway.with { gateway in
            let path = "/v4/listen?language=en&sample_rate=16000&codec=pcm16&vad_gate=disabled&ack=true"
            let first = try await gateway.connect(path)
            let started = try JSONValue(parsing: Array(try #require(await first.next { $0.contains("session_started") }).utf8))
            guard case .string(let session)? = started["session_id"] else { throw Missing() }
            for _ in 0..<20 { first.send(binary: Self.tenth) }
            #expect(await first.next { $0.contains("w2") } != nil)
            gateway.beginDrain()
            first.close(code: 1001)
            let second = try await gateway.connect(path + "&session_id=\(session)&resume_from=32000&seen=100")
            #expect(await second.next { $0.contains("session_resumed") } != nil)
            for _ in 0..<10 { second.send(binary: Self.tenth) }
            #expect(await second.next { $0.contains("w3") } != nil)
            gateway.handOverSessions()
            let events = await second.rest()
            #expect(events.contains(.text(#"{"type":"reconnect","samples":48000}"#)), "\(events)")
            #expect(events.last == .closed(1001, "going_away"))
            try await gateway.sessionsEnd()
        }
    }

    @Test(arguments: [("&keeps=30", 32_000), ("&keeps=1", 32_000), ("&keeps=0", 40_000), ("", 40_000)])
    func `lets a client go on where the final words end, if the client keeps the audio`(keeps: String, sample: Int) async throws {
        try await TestGateway.with { gateway in
            let path = "/v4/listen?language=en&sample_rate=16000&codec=pcm16&vad_gate=disabled&ack=true"
            let socket = try await gateway.connect(path + keeps)
            for _ in 0..<25 { socket.send(binary: Self.tenth) }
            // The second word ends at two seconds, and the third one is heard by half.
            #expect(await socket.next { $0.contains("w2") } != nil)
            #expect(await socket.next { $0.contains(#""audio_ack","samples":40000"#) } != nil)
            gateway.handOverSessions()
            let events = await socket.rest()
            #expect(events.contains(.text(#"{"type":"reconnect","samples":\#(sample)}"#)), "\(events)")
            #expect(events.last == .closed(1001, "going_away"))
            try await gateway.sessionsEnd()
        }
    }

    @Test func `hears all audio of a client that is away`() async throws {
        try await TestGateway.with { gateway in
            let path = "/v4/listen?language=en&sample_rate=16000&codec=pcm16&vad_gate=disabled&ack=true&keeps=30"
            let socket = try await gateway.connect(path)
            let started = try JSONValue(parsing: Array(try #require(await socket.next { $0.contains("session_started") }).utf8))
            guard case .string(let session)? = started["session_id"] else { throw Missing() }
            for _ in 0..<25 { socket.send(binary: Self.tenth) }
            #expect(await socket.next { $0.contains(#""audio_ack","samples":40000"#) } != nil)
            socket.close(code: 1001)
            _ = await socket.rest()
            gateway.handOverSessions()
            try await gateway.sessionsEnd()
            let stored = try await gateway.send(.get, "/api/v1/sessions/\(session)").text
            #expect(stored.contains(#""duration":2.5"#), "\(stored)")
        }
    }

    private struct Missing: Error {}
}
