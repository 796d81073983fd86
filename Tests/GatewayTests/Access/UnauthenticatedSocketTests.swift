import HarkenTesting
import Testing

/// What a WebSocket may send before its client has shown a valid key, and after. The deadline for the first message does not pass: the clock stands.
@Suite(.hangLimit) struct `A socket without a session` {
    private static let soniox = #"{"api_key":"hk_good","model":"stt-rt-v3","audio_format":"pcm_s16le","sample_rate":16000,"num_channels":1}"#

    @Test(arguments: ["/transcribe-websocket", "/ws/transcribe", "/v4/web/listen"])
    func `is closed when it sends a long message`(path: String) async throws {
        try await TestGateway.with(keys: TestKeys(valid: ["hk_good"]), clock: HeldClock()) { gateway in
            let socket = try await gateway.connect(path)
            socket.send(text: #"{"x":""# + String(repeating: "a", count: 70_000) + #""}"#)
            guard case .closed(let code, _) = await socket.rest().last else {
                Issue.record("not closed")
                return
            }
            #expect(code == 1009)
        }
    }

    @Test func `may send long messages as soon as it has one`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: ["hk_good"]), clock: HeldClock()) { gateway in
            let socket = try await gateway.connect("/transcribe-websocket", opening: Self.soniox)
            socket.send(binary: [UInt8](repeating: 0, count: 200_000))
            socket.send(text: "")
            #expect(await socket.rest().contains { if case .text(let text) = $0 { text.contains(#""finished":true"#) } else { false } })
        }
    }

    @Test func `is closed when it sends a long message after it was rejected`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: ["hk_good"]), clock: HeldClock()) { gateway in
            let socket = try await gateway.connect("/v3/ws?sample_rate=16000")
            socket.send(binary: [UInt8](repeating: 0, count: 200_000))
            guard case .closed(let code, _) = await socket.rest().last else {
                Issue.record("not closed")
                return
            }
            #expect(code == 1009 || code == 1008)
        }
    }
}
