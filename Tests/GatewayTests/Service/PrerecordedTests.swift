import Foundation
import Framing
import Gateway
import HarkenTesting
import Net
import Speech
import Synchronization
import Testing

@Suite(.hangLimit) struct `A recording` {
    private static let transcript: Transcript = {
        let words = ["Good", "morning.", "How", "are", "you?"].enumerated().map { index, text in
            Word(text, SampleRange(SampleIndex(index * 8_000), SampleIndex(index * 8_000 + 7_000)), confidence: 0.9)
        }
        let segments = [
            Transcript.Segment(range: SampleRange(.zero, SampleIndex(15_000)), words: 0..<2),
            Transcript.Segment(range: SampleRange(SampleIndex(16_000), SampleIndex(39_000)), words: 2..<5),
        ]
        return Transcript(
            rate: .speech, length: SampleCount(40_000), language: .english, model: "scripted-1", channels: [.init(words: words, segments: segments)])
    }()
    private let engine = ScriptedEngine(transcript: .success(Self.transcript))
    private let audio = [UInt8]((0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })

    private func form(_ fields: [(String, String)], file: [UInt8]?) -> (body: [UInt8], headers: HTTPHeaders) {
        var body: [UInt8] = []
        for (name, value) in fields { body += Array("--b\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8) }
        if let file {
            body += Array("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\n".utf8) + file + Array("\r\n".utf8)
        }
        return (body + Array("--b--\r\n".utf8), ["Content-Type": "multipart/form-data; boundary=b"])
    }

    /// Waits until nothing of any upload is left: the file goes with the task that worked on it, a moment after the answer.
    private func spoolEmpties(_ gateway: TestGateway) async throws {
        try await until { try FileManager.default.contentsOfDirectory(atPath: gateway.directory + "/spool").isEmpty }
    }

    @Test func `comes back as Deepgram writes it, with the digest of what was sent`() async throws {
        try await TestGateway.with(engine) { gateway in
            let answer = try await gateway.send(.post, "/v1/listen?model=nova-3&smart_format=true", body: audio)
            let digest = SHA256.digest(audio).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            #expect(answer.status == 200)
            #expect(answer.text.contains(#""sha256":"\#(digest)""#))
            #expect(answer.text.contains(#""transcript":"Good morning. How are you?""#))
            #expect(answer.headers["dg-request-id"] != nil)
            try await spoolEmpties(gateway)
        }
    }

    @Test(arguments: ["/v1/listen", "/v1/audio/transcriptions", "/v2/upload", "/v1/files", "/v1/transcriptions"])
    func `is rejected as malformed when its chunks are, not as cut off`(path: String) async throws {
        try await TestGateway.with(engine) { gateway in
            let connection = try RawConnection(port: gateway.port)
            try connection.send(
                "POST \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"
            )
            let answer = try await connection.receiveAll()
            #expect(answer.hasPrefix("HTTP/1.1 400 "))
            #expect(answer.contains("malformed"), "\(answer)")
        }
    }

    @Test(arguments: [
        ("json", #""text":"Good morning. How are you?""#), ("text", "Good morning. How are you?\n"), ("srt", "1\n00:00:00,000 --> "),
        ("vtt", "WEBVTT\n\n"), ("verbose_json", #""task":"transcribe""#),
    ])
    func `comes back as OpenAI writes it`(format: String, expected: String) async throws {
        try await TestGateway.with(engine) { gateway in
            let (body, headers) = form([("model", "whisper-1"), ("response_format", format)], file: audio)
            let answer = try await gateway.send(.post, "/v1/audio/transcriptions", headers: headers, body: body)
            #expect(answer.status == 200)
            #expect(answer.text.contains(expected), "\(answer.text)")
            #expect(answer.headers["x-request-id"] != nil)
            try await spoolEmpties(gateway)
        }
    }

    @Test func `is told piece by piece to a client that streams`() async throws {
        try await TestGateway.with(engine) { gateway in
            let (body, headers) = form([("stream", "true"), ("model", "whisper-1")], file: audio)
            let answer = try await gateway.send(.post, "/v1/audio/transcriptions", headers: headers, body: body)
            #expect(answer.headers["Content-Type"]?.hasPrefix("text/event-stream") == true)
            let events = answer.text.split(separator: "\n\n").map(String.init)
            #expect(events.count == 4)
            #expect(events.first == #"data: {"type":"transcript.text.delta","delta":"Good morning."}"#)
            #expect(events.last == "data: [DONE]")
        }
    }

    @Test func `that cannot be decoded is the client's error, also when it streams`() async throws {
        let engine = ScriptedEngine(transcript: .failure(.undecodable("these bytes are no audio")))
        try await TestGateway.with(engine) { gateway in
            let deepgram = try await gateway.send(.post, "/v1/listen", body: audio)
            #expect(deepgram.status == 400 && deepgram.text.contains("corrupt or unsupported data"))
            for stream in ["true", "false"] {
                let (body, headers) = form([("model", "whisper-1"), ("stream", stream)], file: audio)
                let openAI = try await gateway.send(.post, "/v1/audio/transcriptions", headers: headers, body: body)
                #expect(openAI.status == 400 && openAI.text.contains("invalid_request_error"))
            }
            try await spoolEmpties(gateway)
        }
    }

    @Test func `that is too long is rejected before it has all come`() async throws {
        try await TestGateway.with(engine, settings: ["HARKEN_RECORDING_BYTES": "26214400"]) { gateway in
            let (body, headers) = form([("model", "whisper-1")], file: [UInt8](repeating: 0, count: 26_300_000))
            let answer = try await gateway.send(.post, "/v1/audio/transcriptions", headers: headers, body: body)
            #expect(answer.status == 413)
            #expect(answer.text.contains("26214400"))
            try await spoolEmpties(gateway)
        }
    }

    @Test func `has fields as long as OpenAI takes them, and longer ones are named`() async throws {
        // 10 s of 16-bit stereo at 48 kHz.
        let reference = "data:audio/wav;base64," + String(repeating: "A", count: 2_560_060)
        try await TestGateway.with(engine) { gateway in
            let four = (1...4).flatMap { [("known_speaker_names[]", "Person \($0)"), ("known_speaker_references[]", reference)] }
            let (body, headers) = form([("model", "whisper-1")] + four, file: audio)
            let taken = try await gateway.send(.post, "/v1/audio/transcriptions", headers: headers, body: body)
            #expect(taken.status == 200, "\(taken.text)")
            #expect(taken.headers["X-Harken-Ignored"]?.contains("known_speaker_references") == true)
            // The limit is that of all fields together.
            let (long, about) = form([("model", "whisper-1")] + four + [("prompt", String(repeating: "a", count: 15_000_000))], file: audio)
            let refused = try await gateway.send(.post, "/v1/audio/transcriptions", headers: about, body: long)
            #expect(refused.status == 400 && refused.text.contains(#""param":"prompt""#), "\(refused.text)")
            try await spoolEmpties(gateway)
        }
    }

    /// A recogniser that knows the voices of the client's references, by their bytes.
    private final class Knowing: PrerecordedEngine {
        let name = EngineName.local
        let capabilities = Capabilities(streaming: false, prerecorded: true, languages: .only(["en"]), models: ["knowing-1"], speakers: true)
        let heard = Mutex<[String: [UInt8]]>([:])

        func recognize(
            _ recording: Recording, options: RecognitionOptions, progress: @escaping @Sendable (RecognitionProgress) -> Void
        ) async throws(EngineError) -> Transcript {
            for voice in options.references {
                let bytes = FileManager.default.contents(atPath: voice.recording.path).map { [UInt8]($0) } ?? []
                heard.withLock { $0[voice.name] = bytes }
            }
            var transcript = `A recording`.transcript
            for index in transcript.channels[0].words.indices { transcript.channels[0].words[index].speaker = SpeakerLabel(index < 2 ? 0 : 1) }
            if options.references.contains(where: { $0.name == "Ann" }) { transcript.channels[0].speakerNames = [SpeakerLabel(1): "Ann"] }
            return transcript
        }
    }

    /// Fields with the names and bytes of two references.
    private static let references = [
        ("known_speaker_names[]", "Ann"), ("known_speaker_names[]", "Bob"), ("known_speaker_references[]", "data:audio/wav;base64,Zm9v"),
        ("known_speaker_references[]", "data:audio/wav;base64,YmFy"),
    ]

    @Test(arguments: ["true", "false"])
    func `has speakers with the names of the client's references`(stream: String) async throws {
        let engine = Knowing()
        try await TestGateway.with(ScriptedEngine(), keys: TestKeys(valid: []), recorded: [engine], change: { $0.engines = [.local] }) { gateway in
            let fields = [("model", "gpt-4o-transcribe-diarize"), ("response_format", "diarized_json"), ("stream", stream)]
            let (body, headers) = form(fields + Self.references, file: audio)
            let answer = try await gateway.send(.post, "/v1/audio/transcriptions", headers: headers, body: body)
            #expect(answer.status == 200 && answer.text.contains(#""speaker":"Ann""#) && answer.text.contains(#""speaker":"A""#), "\(answer.text)")
            #expect(answer.headers["X-Harken-Ignored"] == nil)
            #expect(engine.heard.withLock { $0 } == ["Ann": Array("foo".utf8), "Bob": Array("bar".utf8)])
            try await spoolEmpties(gateway)
        }
    }

    @Test(arguments: [("diarized_json", "Carl"), ("json", "Ann"), ("verbose_json", "Ann")])
    func `names references that named nobody`(format: String, name: String) async throws {
        try await TestGateway.with(ScriptedEngine(), keys: TestKeys(valid: []), recorded: [Knowing()], change: { $0.engines = [.local] }) { gateway in
            let fields = [("known_speaker_names[]", name), ("known_speaker_references[]", "data:audio/wav;base64,Zm9v")]
            let (body, headers) = form([("model", "whisper-1"), ("response_format", format)] + fields, file: audio)
            let answer = try await gateway.send(.post, "/v1/audio/transcriptions", headers: headers, body: body)
            #expect(answer.status == 200)
            #expect(answer.headers["X-Harken-Ignored"] == "known_speaker_names%5B%5D, known_speaker_references%5B%5D")
        }
    }

    @Test(arguments: [("Carl", true), ("Ann", false)])
    func `names references that named nobody at the end of a stream`(name: String, isNamed: Bool) async throws {
        try await TestGateway.with(ScriptedEngine(), keys: TestKeys(valid: []), recorded: [Knowing()], change: { $0.engines = [.local] }) { gateway in
            let fields = [("known_speaker_names[]", name), ("known_speaker_references[]", "data:audio/wav;base64,Zm9v"), ("stream", "true")]
            let (body, headers) = form([("model", "whisper-1"), ("response_format", "diarized_json")] + fields, file: audio)
            let answer = try await gateway.send(.post, "/v1/audio/transcriptions", headers: headers, body: body)
            #expect(answer.status == 200 && answer.headers["X-Harken-Ignored"] == nil)
            let done = try #require(answer.text.split(separator: "\n").last { $0.contains("transcript.text.done") })
            for field in ["known_speaker_names[]", "known_speaker_references[]"] {
                #expect(done.contains("\(field) has no effect: no voice of the recording is known by a reference.") == isNamed, "\(done)")
            }
        }
    }

    private static let five = (1...5).flatMap { number in
        [("known_speaker_names[]", "P\(number)"), ("known_speaker_references[]", "data:audio/wav;base64,Zm9v")]
    }

    @Test(
        arguments: [
            ([("known_speaker_names[]", "Ann")], "known_speaker_references"),
            ([("known_speaker_names[]", "Ann"), ("known_speaker_references[]", "http://a/b.wav")], "known_speaker_references"),
            ([("known_speaker_names[]", "Ann"), ("known_speaker_references[]", "data:audio/wav;base64,Zm9")], "known_speaker_references"),
            (five, "known_speaker_names"),
        ] as [([(String, String)], String)])
    func `refuses references that are none, with the field`(fields: [(String, String)], parameter: String) async throws {
        try await TestGateway.with(ScriptedEngine(), keys: TestKeys(valid: []), recorded: [Knowing()], change: { $0.engines = [.local] }) { gateway in
            let (body, headers) = form([("model", "whisper-1"), ("response_format", "diarized_json")] + fields, file: audio)
            let answer = try await gateway.send(.post, "/v1/audio/transcriptions", headers: headers, body: body)
            #expect(answer.status == 400 && answer.text.contains(#""param":"\#(parameter)""#), "\(answer.text)")
        }
    }

    @Test func `may be larger than OpenAI accepts, without a model or with an unknown one`() async throws {
        try await TestGateway.with(ScriptedEngine(name: .local, transcript: .success(Self.transcript))) { gateway in
            for fields in [[], [("model", "Systran/faster-distil-whisper-large-v3")]] {
                let (body, headers) = form(fields, file: [UInt8](repeating: 0, count: 26_300_000))
                let answer = try await gateway.send(.post, "/v1/audio/transcriptions", headers: headers, body: body)
                #expect(answer.status == 200, "\(answer.text)")
            }
        }
    }

    @Test func `with an unknown model is refused where no local engine is, with the place that lists the models`() async throws {
        try await TestGateway.with(engine) { gateway in
            let (body, headers) = form([("model", "Systran/faster-distil-whisper-large-v3")], file: [UInt8](repeating: 0, count: 100))
            for answer in [
                try await gateway.send(.post, "/v1/audio/transcriptions", headers: headers, body: body),
                try await gateway.send(.get, "/v1/models/no-such-model"),
            ] { #expect(answer.status == 404 && answer.text.contains("GET /v1/models lists the models")) }
        }
    }

    @Test func `is delivered to a callback`() async throws {
        try await TestGateway.with(engine) { gateway in
            let receiver = Receiver()
            let server = HTTPServer(loops: gateway.group.loops, service: receiver)
            let port = try server.start(on: try #require(SocketAddress("127.0.0.1:0"))).port
            let path = "/v1/listen?callback=http%3A%2F%2F127.0.0.1%3A\(port)%2Fdone"
            let answer = try await gateway.send(.post, path, body: audio)
            #expect(answer.status == 200 && answer.text.hasPrefix(#"{"request_id":""#))
            try await until { receiver.body.withLock { $0 != nil } }
            #expect(receiver.body.withLock { $0 }?.contains("good morning how are you") == true)
            let digest = SHA256.digest(audio).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            #expect(receiver.body.withLock { $0 }?.contains(digest) == true)
            // Nothing is kept of it.
            let uploads = { try FileManager.default.contentsOfDirectory(atPath: gateway.directory + "/uploads") }
            try await until { try uploads().isEmpty }
            server.stop()
        }
    }

    @Test func `that fails is told to the callback in Deepgram's words`() async throws {
        try await TestGateway.with(ScriptedEngine(transcript: .failure(.undecodable("no audio")))) { gateway in
            let receiver = Receiver()
            let server = HTTPServer(loops: gateway.group.loops, service: receiver)
            let port = try server.start(on: try #require(SocketAddress("127.0.0.1:0"))).port
            let answer = try await gateway.send(.post, "/v1/listen?callback=http%3A%2F%2F127.0.0.1%3A\(port)%2Fdone", body: audio)
            #expect(answer.status == 200)
            try await until { receiver.body.withLock { $0 != nil } }
            #expect(receiver.body.withLock { $0 }?.hasPrefix(#"{"err_code":"Bad Request""#) == true)
            server.stop()
        }
    }

    @Test(arguments: ["127.0.0.1:1", "localhost", "10.0.0.1", "[::1]", "2130706433"])
    func `is not taken where its result could never be sent`(host: String) async throws {
        try await TestGateway.with(engine, keys: ["k"]) { gateway in
            let callback = try await gateway.send(
                .post, "/v1/listen?callback=http%3A%2F%2F\(host.replacing(":", with: "%3A"))%2Fdone", headers: ["Authorization": "Token k"],
                body: audio)
            #expect(callback.status == 400 && callback.text.contains("not a public address"), "\(callback.text)")
            let webhook = try await gateway.send(
                .post, "/v2/transcript", headers: ["Authorization": "k"],
                body: Array(#"{"audio_url":"https://example.org/a.wav","webhook_url":"http://\#(host)/done"}"#.utf8))
            #expect(webhook.status == 400 && webhook.text.contains("not a public address"), "\(webhook.text)")
        }
    }

    @Test func `behind a private address is not fetched`() async throws {
        try await TestGateway.with(engine) { gateway in
            let body = Array(#"{"url":"http://127.0.0.1:\#(gateway.port)/health"}"#.utf8)
            let answer = try await gateway.send(.post, "/v1/listen", headers: ["Content-Type": "application/json"], body: body)
            #expect(answer.status == 400 && answer.text.contains("REMOTE_CONTENT_ERROR") && answer.text.contains("private"))
        }
    }

    @Test func `is no longer than the operator says, in any protocol`() async throws {
        try await TestGateway.with(engine, settings: ["HARKEN_RECORDING_BYTES": "100000"]) { gateway in
            let larger = audio + [0]
            #expect(try await gateway.send(.post, "/v1/listen", body: audio).status == 200)
            #expect(try await gateway.send(.post, "/v2/upload", body: audio).status == 200)
            let deepgram = try await gateway.send(.post, "/v1/listen", body: larger)
            #expect(deepgram.status == 413 && deepgram.text.contains("100000 bytes"))
            #expect(try await gateway.send(.post, "/v2/upload", body: larger).status == 413)
            let (body, headers) = form([("model", "whisper-1")], file: larger)
            let openAI = try await gateway.send(.post, "/v1/audio/transcriptions", headers: headers, body: body)
            #expect(openAI.status == 413 && openAI.text.contains("100000"))
            let (small, sameHeaders) = form([("model", "whisper-1")], file: Array(audio.prefix(90_000)))
            #expect(try await gateway.send(.post, "/v1/audio/transcriptions", headers: sameHeaders, body: small).status == 200)
            try await spoolEmpties(gateway)
        }
    }

    @Test func `of an engine that does not say when words are spoken has them placed, where their times matter`() async throws {
        var estimated = Self.transcript
        estimated.channels[0].estimated = [.init(range: SampleRange(.zero, SampleIndex(39_000)), words: 0..<5)]
        var aligned = Self.transcript
        for index in aligned.channels[0].words.indices { aligned.channels[0].words[index].range.start += SampleCount(1_600) }
        let engine = ScriptedEngine(transcript: .success(estimated), aligned: aligned)
        try await TestGateway.with(engine) { gateway in
            let deepgram = try await gateway.send(.post, "/v1/listen?model=nova-3", body: audio)
            #expect(deepgram.text.contains(#""word":"good","start":0.1,"#))
            let fields = [("model", "whisper-1"), ("response_format", "verbose_json"), ("timestamp_granularities[]", "word")]
            let (body, headers) = form(fields, file: audio)
            let openAI = try await gateway.send(.post, "/v1/audio/transcriptions", headers: headers, body: body)
            #expect(openAI.text.contains(#""word":"Good","start":0.1,"#), "\(openAI.text)")
        }
        let nobody = ScriptedEngine(transcript: .success(estimated))
        try await TestGateway.with(nobody) { gateway in
            let deepgram = try await gateway.send(.post, "/v1/listen?model=nova-3", body: audio)
            #expect(deepgram.text.contains(#""word":"good","start":0.0,"#), "what was estimated stands")
        }
    }
}

/// Takes one request's body.
private final class Receiver: HTTPService {
    let body = Mutex<String?>(nil)

    func handle(_ exchange: HTTPExchange) {
        exchange.collectBody(limit: 1 << 20) { result in
            if case .success(let bytes) = result { self.body.withLock { $0 = String(decoding: bytes, as: UTF8.self) } }
            exchange.respond(HTTPResponseHead(.ok))
        }
    }
}
