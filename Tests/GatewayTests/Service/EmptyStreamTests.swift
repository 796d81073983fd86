import Gateway
import HarkenTesting
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
}
