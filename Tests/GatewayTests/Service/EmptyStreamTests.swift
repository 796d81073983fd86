import Gateway
import HarkenTesting
import Protocols
import Testing

/// Clients that announce a container, and close before a byte of it, as browsers do that wait for the permission of a microphone.
@Suite(.hangLimit) struct `A client that sends no audio of its container` {
    struct Way: Sendable, CustomTestStringConvertible {
        var path: String
        var opening: String?
        var end: String
        var close: TestSocket.Event
        /// Text of a message that comes before the close; nil: any.
        var said: String?

        var testDescription: String { path }
    }

    private static let ways = [
        Way(path: "/v1/listen?model=nova-3", end: #"{"type":"CloseStream"}"#, close: .closed(1000, ""), said: #""type":"Metadata""#),
        Way(path: "/v2/listen?model=flux-general-en", end: #"{"type":"CloseStream"}"#, close: .closed(1000, "")),
        // The vendor's own words for a session without audio.
        Way(
            path: "/transcribe-websocket", opening: #"{"model":"stt-rt-v4","audio_format":"auto"}"#, end: "", close: .closed(1008, ""),
            said: "No audio received."),
        Way(
            path: "/v2",
            opening: #"{"message":"StartRecognition","audio_format":{"type":"file"},"transcription_config":{"language":"en"}}"#,
            end: #"{"message":"EndOfStream","last_seq_no":0}"#, close: .closed(1000, ""), said: #""message":"EndOfTranscript""#),
    ]

    @Test(arguments: ways)
    func `is not told that its audio is broken`(way: Way) async throws {
        try await TestGateway.with { gateway in
            let socket = try await gateway.connect(way.path, opening: way.opening)
            socket.send(text: way.end)
            let events = await socket.rest()
            #expect(events.last == way.close, "\(events)")
            let texts = events.compactMap { if case .text(let text) = $0 { text } else { nil } }
            #expect(!texts.contains { $0.lowercased().contains("decode") || $0.contains("data_error") }, "\(texts)")
            if let said = way.said { #expect(texts.contains { $0.contains(said) }, "\(texts)") }
            try await gateway.sessionsEnd()
        }
    }

    /// Ways of a client that connects and then sends nothing, and what it is told when its time is over. Whether it announced a container or raw samples is
    /// the same.
    struct Silence: Sendable, CustomTestStringConvertible {
        var path: String
        var opening: String?
        var limit: Duration
        var close: UInt16
        /// Text of the close's reason, or of a message before it.
        var said: String

        var testDescription: String { path + (opening ?? "") }
    }

    private static let silences: [Silence] =
        ["", "&encoding=linear16&sample_rate=16000"].flatMap { format in
            [
                Silence(path: "/v1/listen?model=nova-3" + format, limit: DeepgramLiveServer.idleLimit, close: 1011, said: "NET-0001"),
                Silence(path: "/v2/listen?model=flux-general-en" + format, limit: DeepgramFluxServer.idleLimit, close: 1011, said: "NET-0001"),
            ]
        }
        + [#""audio_format":"auto""#, #""audio_format":"pcm_s16le","sample_rate":16000,"num_channels":1"#].map { format in
            Silence(
                path: "/transcribe-websocket", opening: #"{"model":"stt-rt-v4",\#(format)}"#, limit: SonioxLiveServer.idleLimit, close: 1008,
                said: "Timed out while waiting for the first audio chunk")
        }

    @Test(arguments: silences)
    func `is told that it was silent for too long`(silence: Silence) async throws {
        let clock = HeldClock()
        try await TestGateway.with(keys: TestKeys(valid: []), clock: clock) { gateway in
            let socket = try await gateway.connect(silence.path, opening: silence.opening)
            try await until { await gateway.liveSessions() == 1 }
            clock.advance(by: silence.limit)
            // The session may have begun, and set its deadline, after the clock moved.
            try await until {
                clock.advance(by: .seconds(1))
                return await gateway.liveSessions() == 0
            }
            let events = await socket.rest()
            let told = events.map { event in
                switch event {
                case .text(let text): text
                case .closed(let code, let reason): "\(code) \(reason)"
                }
            }
            #expect(told.last?.hasPrefix("\(silence.close)") == true, "\(told)")
            #expect(told.contains { $0.contains(silence.said) }, "\(told)")
            #expect(!told.contains { $0.lowercased().contains("decode") || $0.contains("DATA-0000") }, "\(told)")
            try await gateway.sessionsEnd()
        }
    }
}
