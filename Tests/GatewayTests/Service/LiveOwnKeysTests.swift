import Framing
import Gateway
import HarkenTesting
import Speech
import Testing

@Suite(.hangLimit) struct `A live session with the caller's own keys` {
    private let path = "/v4/listen?codec=pcm16&sample_rate=16000"

    private func enrol(_ gateway: TestGateway, _ key: String) async throws {
        let answer = try await gateway.send(.put, "/api/v1/users/me/provider-keys/deepgram", body: Array(#"{"key":"\#(key)"}"#.utf8))
        #expect(answer.status == 200)
    }

    @Test func `is rejected when one is not the enrolled one`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            try await enrol(gateway, "right")
            let socket = try await gateway.connect(path, headers: ["X-BYOK-Deepgram": "wrong"])
            #expect(await socket.rest() == [.closed(4003, "BYOK key fingerprint mismatch for provider: deepgram")])
        }
    }

    @Test(arguments: [true, false]) func `uses those and nothing else`(isEnrolled: Bool) async throws {
        // Nobody listens there.
        let settings = ["DEEPGRAM_BASE_URL": "http://127.0.0.1:9"]
        try await TestGateway.with(keys: TestKeys(valid: []), settings: settings) { gateway in
            if isEnrolled { try await enrol(gateway, "right") }
            let socket = try await gateway.connect(path, headers: ["X-BYOK-Deepgram": "right"])
            let said = await socket.rest()
            #expect(said.last == .closed(1011, "transcription_service_unavailable"))
            #expect(!said.contains { if case .text(let text) = $0 { text.contains(#""ready""#) || text.contains("right") } else { false } })
            // Another's session is served as ever.
            let other = try await gateway.connect(path)
            #expect(await other.next { $0.contains(#""ready""#) } != nil)
            other.close()
        }
    }

    @Test func `is no session of other engines`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            let socket = try await gateway.connect(path, headers: ["X-BYOK-Deepgram": "right", "X-Harken-Engine": "scripted"])
            #expect(
                await socket.rest() == [.closed(1008, "You sent your own key for deepgram, but the request names other engines.")])
        }
    }

    @Test func `hears in the words of its dialect that its key is another`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            try await enrol(gateway, "right")
            let answer = try await gateway.send(
                .get, "/v1/listen?encoding=linear16&sample_rate=16000",
                headers: [
                    "X-BYOK-Deepgram": "wrong", "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
                    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
                ])
            #expect(answer.status == 403)
        }
    }
}
