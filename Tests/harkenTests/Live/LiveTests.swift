import Conversations
import Foundation
import Engines
import Gateway
import HarkenTesting
import Net
import Recorder
import Sessions
import Speech
import Store
import Synchronization
import Testing

@testable import harken

/// The command against a gateway in this process, over real sockets.
@Suite(.hangLimit) struct `Live captions` {
    private struct Run {
        var status: harken.ExitStatus
        var output: String
        var diagnostics: String
    }

    private func run(_ words: [String], in folder: TemporaryFolder, environment: [String: String] = [:]) async throws -> Run {
        let command = try Live(Arguments(words, for: Live.description, environment: environment))
        let written = try WrittenContext(in: folder, environment: environment)
        let status = await command.run(written.context)
        return Run(status: status, output: try written.output(), diagnostics: try written.diagnostics())
    }

    @Test func `of a file are printed in order, each with its times`() async throws {
        let gateway = try await TestGateway()
        let run = try await run([gateway.recording(seconds: 3), "--url", gateway.url + "/", "--speed", "20"], in: gateway.folder)
        #expect(run.diagnostics == "")
        #expect(run.output == "[00:00.0 → 00:01.0] w1\n[00:01.0 → 00:02.0] w2\n[00:02.0 → 00:03.0] w3\n")
        #expect(run.status == .done)
    }

    @Test func `over Harken's own protocol are the same, as text and as JSON`() async throws {
        // A sentence of two seconds has interims however late its audio comes.
        let gateway = try await TestGateway(ScriptedEngine(name: .local, sentence: 2))
        let words = try [gateway.recording(seconds: 2), "--url", gateway.url]
        async let plain = run(words, in: gateway.folder)
        async let json = run(words + ["--json"], in: gateway.folder)
        let (text, objects) = try await (plain, json)
        #expect(text.output == "[00:00.0 → 00:02.0] w1 w2\n" && text.diagnostics == "")
        let lines = try objects.output.split(separator: "\n").map {
            try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(lines.filter { $0["type"] as? String == "final" }.map { $0["text"] as? String } == ["w1 w2"])
        #expect(lines.contains { $0["type"] as? String == "interim" } && lines.last?["error"] is NSNull)
        #expect(text.status == .done && objects.status == .done)
    }

    @Test(arguments: ["harken", "deepgram", "listen"]) func `are in the language that is spoken, unless one is named`(wire: String) async throws {
        let engine = ScriptedEngine(name: .local, languages: .any)
        let gateway = try await TestGateway(engine)
        let words = try [gateway.recording(seconds: 1), "--url", gateway.url, "--protocol", wire]
        #expect(try await run(words, in: gateway.folder).status == .done)
        #expect(engine.takeLanguages().first == LanguageTag.multi)
        #expect(try await run(words + ["--language", "de"], in: gateway.folder).status == .done)
        #expect(engine.takeLanguages().contains(LanguageTag("de")))
    }

    @Test func `over Harken's own protocol need a key too`() async throws {
        let gateway = try await TestGateway()
        _ = try await gateway.keys.create(AccessKeyRequest())
        let rejected = try await run([gateway.recording(seconds: 1), "--url", gateway.url], in: gateway.folder)
        #expect(rejected.status == .failed)
        #expect(rejected.diagnostics == "harken live: The gateway refused the key, or needs one; give a valid key with --key or HARKEN_KEY\n")
    }

    @Test(arguments: ["harken", "listen"]) func `with an engine that the gateway has not are refused in one line`(wire: String) async throws {
        let gateway = try await TestGateway()
        let words = try [gateway.recording(seconds: 1), "--url", gateway.url, "--protocol", wire, "--engine", "nosuch"]
        let refused = try await run(words, in: gateway.folder)
        #expect(refused.status == .failed && refused.output == "")
        #expect(refused.diagnostics.hasPrefix("harken live: ") && refused.diagnostics.contains("\"nosuch\""), "\(refused.diagnostics)")
        #expect(refused.diagnostics.filter { $0 == "\n" }.count == 1 && !refused.diagnostics.contains("lost"), "\(refused.diagnostics)")
    }

    @Test func `as JSON are objects, the last of which says how it ended`() async throws {
        let gateway = try await TestGateway()
        let run = try await run([gateway.recording(seconds: 2), "--url", gateway.url, "--speed", "20", "--json"], in: gateway.folder)
        let lines = try run.output.split(separator: "\n").map { try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]) }
        let finals = lines.filter { $0["type"] as? String == "final" && $0["text"] as? String != "" }
        #expect(finals.map { $0["text"] as? String } == ["w1", "w2"])
        #expect(finals.map { $0["end"] as? Double } == [1, 2])
        #expect(lines.last?["type"] as? String == "end")
        #expect(lines.last?["error"] is NSNull)
        #expect(run.status == .done)
    }

    @Test func `of a conversation are segments with who speaks`() async throws {
        let gateway = try await TestGateway()
        let words = try [gateway.recording(seconds: 3), "--protocol", "listen", "--url", gateway.url, "--speed", "20"]
        let run = try await run(words, in: gateway.folder)
        let id = try await gateway.lastConversation()
        #expect(run.diagnostics == "conversation \(id); to read it: harken conversations show \(id) --url \(gateway.url)\n")
        #expect(run.output.contains("w1 w2 w3"))
        #expect(run.output.hasPrefix("[00:00.0 → "))
        #expect(run.status == .done)
        let asJSON = try await self.run(words + ["--json"], in: gateway.folder)
        let lines = try asJSON.output.split(separator: "\n").map {
            try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(lines.first?["type"] as? String == "conversation")
        #expect(lines.contains { $0["type"] as? String == "segments" })
        #expect(lines.last?["type"] as? String == "end" && lines.last?["error"] is NSNull)
        #expect(asJSON.status == .done)
    }

    @Test func `of a file that was recorded earlier become a conversation of that time, with the title that is given`() async throws {
        let gateway = try await TestGateway()
        let began = UnixTime.now + .seconds(-86_400)
        let words = try [
            gateway.recording(seconds: 3), "--protocol", "listen", "--url", gateway.url, "--speed", "20", "--at", began.rfc3339, "--title", "At sea",
        ]
        #expect(try await run(words, in: gateway.folder).status == .done)
        let store = try Installation(in: DataDirectory(creating: gateway.folder.path)).conversations(now: { .now })
        let found = try #require(try await store.conversation(ID(gateway.lastConversation()), of: .local))
        #expect(found.started >= began && found.started < began + .seconds(3) && found.finished <= began + .seconds(4))
        #expect(found.title == "At sea")
    }

    @Test func `need a key where the gateway wants one, and do not show it`() async throws {
        let gateway = try await TestGateway()
        let key = try await gateway.keys.create(AccessKeyRequest()).text
        let words = try [gateway.recording(seconds: 1), "--url", gateway.url, "--speed", "20"]
        let rejected = try await run(words, in: gateway.folder)
        #expect(rejected.status == .failed)
        #expect(rejected.diagnostics == "harken live: the gateway refused the key, or needs one; give a valid key with --key or HARKEN_KEY\n")
        let wrong = try await run(words + ["--key", "hk_wrongwrongwrong"], in: gateway.folder)
        #expect(wrong.status == .failed)
        #expect(!wrong.diagnostics.contains("hk_wrong"))
        for end in ["", "\n", "\r\n"] {
            #expect(try await run(words, in: gateway.folder, environment: ["HARKEN_KEY": key + end]).status == .done)
        }
    }

    @Test func `without a gateway tell how to start one`() async throws {
        let gateway = try await TestGateway()
        let run = try await run([gateway.recording(seconds: 1), "--url", "http://127.0.0.1:9"], in: gateway.folder)
        #expect(run.status == .failed)
        #expect(run.diagnostics == "harken live: no gateway answers at http://127.0.0.1:9; start one with: harken serve\n")
    }

    @Test func `of what is no audio say so`() async throws {
        let gateway = try await TestGateway()
        let path = try gateway.folder.write("no audio at all, whatever it is called".utf8, as: "text.wav")
        let run = try await run([path, "--url", gateway.url], in: gateway.folder)
        #expect(run.status == .failed)
        #expect(run.diagnostics.hasPrefix("harken live: \(path): not audio"))
        #expect(run.output == "")
    }

    /// Starts the command with a time and a microphone of the test's.
    private func start(
        _ words: [String], _ written: WrittenContext, _ time: HeldTime, microphone: MicrophoneSource? = nil
    ) throws -> Task<harken.ExitStatus, Never> {
        var command = try Live(Arguments(words, for: Live.description, environment: [:]))
        command.wait = time.wait
        command.microphone = microphone
        return Task { [command] in await command.run(written.context) }
    }

    @Test(arguments: Live.WireProtocol.allCases) func `that are interrupted show the words that come then`(wire: Live.WireProtocol) async throws {
        let gateway = try await TestGateway(ScriptedEngine(name: .local, fault: .holds), settings: ["HARKEN_GATE": "off"])
        let written = try WrittenContext(in: gateway.folder), time = HeldTime()
        // At its own pace this takes longer than a test may.
        let path = try gateway.recording(seconds: 900)
        let work = try start([path, "--protocol", wire.rawValue, "--url", gateway.url], written, time)
        try await until { try await gateway.heard() >= 0.3 }
        #expect(try written.output() == "")
        work.cancel()
        #expect(await work.value == .interrupted)
        let said = try written.output()
        #expect(said.contains("] w1") || said.contains(": w1"), "\(said)")
        time.pass()
    }

    @Test(arguments: Live.WireProtocol.allCases) func `of a microphone end in order when they are interrupted`(wire: Live.WireProtocol) async throws {
        let gateway = try await TestGateway(ScriptedEngine(name: .local, fault: .holds), settings: ["HARKEN_GATE": "off"])
        let written = try WrittenContext(in: gateway.folder), made = Mutex<SilentMicrophone?>(nil)
        let work = try start(["--microphone", "--protocol", wire.rawValue, "--url", gateway.url], written, HeldTime()) { deliver, _, _ in
            let microphone = SilentMicrophone(deliver)
            made.withLock { $0 = microphone }
            return microphone
        }
        let microphone = try await untilSome { made.withLock { $0 } }
        try await until { !microphone.isStopped }
        for _ in 0..<10 { microphone.say([Int16](repeating: 1_000, count: 800)) }
        try await until { try await gateway.heard() >= 0.3 }
        #expect(try written.output() == "")
        work.cancel()
        #expect(await work.value == .done)
        #expect(microphone.isStopped)
        let said = try written.output()
        #expect(said.contains("] w1") || said.contains(": w1"), "\(said)")
    }

    /// A server that takes audio, and never answers.
    private final class DeafServer: HTTPService, WebSocketHandler {
        private let audio = Atomic(false)
        private let end = Atomic(false)

        var hasAudio: Bool { audio.load(ordering: .acquiring) }
        /// True once the client has said that no more audio comes.
        var isEnding: Bool { end.load(ordering: .acquiring) }

        func handle(_ exchange: HTTPExchange) { _ = exchange.acceptWebSocket(handler: self) }

        func received(text: RawSpan, on connection: WebSocketConnection) {
            if text.withUnsafeBytes({ String(decoding: $0, as: UTF8.self) }).contains(#""finish""#) { end.store(true, ordering: .releasing) }
        }

        func received(binary: RawSpan, on connection: WebSocketConnection) { audio.store(true, ordering: .releasing) }

        func closed(_ connection: WebSocketConnection, _ close: WebSocketClose) {}
    }

    @Test func `that are interrupted wait no longer for a gateway that is deaf than they may`() async throws {
        let folder = TemporaryFolder(), service = DeafServer(), time = HeldTime()
        let group = try LoopGroup(count: 1)
        let server = HTTPServer(loops: group.loops, service: service)
        let url = "http://" + (try server.start(on: SocketAddress(.loopback, port: 0))).description
        defer {
            server.stop()
            group.shutdown()
        }
        let path = try folder.write(WaveFile.bytes([Int16](repeating: 0, count: 900 * 16_000)), as: "recording.wav")
        let written = try WrittenContext(in: folder)
        let work = try start([path, "--protocol", "listen", "--url", url, "--json"], written, time)
        try await until { service.hasAudio }
        work.cancel()
        try await until { service.isEnding }
        time.pass()
        #expect(await work.value == .interrupted)
        // The protocol's own limit has another error.
        #expect(try written.output() == CaptionPrinter.json(end: EngineError.cancelled.advice))
    }

    @Test(arguments: [
        ([], "give a FILE, or --microphone"), (["a.wav", "--microphone"], "a FILE and --microphone cannot go together; give one of them"),
        (["a.wav", "--speed", "0"], "--speed cannot be \"0\": it takes a number above 0, at most 1000"),
        (["a.wav", "--protocol", "smtp"], "--protocol cannot be \"smtp\": it takes harken, deepgram or listen"),
        (
            ["a.wav", "--url", "localhost"],
            "--url cannot be \"localhost\": it takes a URL such as http://127.0.0.1:8080 or https://captions.example.org, "
                + "or HOST:PORT"
        ),
        (["a.wav", "--protocol", "harken", "--speed", "2"], "--protocol harken takes a --speed of at most 1"),
        (["a.wav", "--protocol", "listen", "--engine", "local,deepgram"], "--protocol listen takes one engine"),
        (["a.wav", "--at", "2026-01-31T12:00:00Z"], "--at is the time of a conversation; give --protocol listen too"),
        (["a.wav", "--title", "At sea"], "--title is the title of a conversation; give --protocol listen too"),
        (["a.wav", "--protocol", "listen", "--title", " "], "--title cannot be \" \": it takes a text of at most 1000 bytes"),
        (
            ["--microphone", "--protocol", "listen", "--at", "2026-01-31T12:00:00Z"],
            "--at and --microphone cannot go together: what is recorded now begins now"
        ),
        (
            ["a.wav", "--protocol", "listen", "--at", "2001-01-31T12:00:00Z"],
            "--at cannot be \"2001-01-31T12:00:00Z\": it takes a time of the last ten years with its offset, such as 2026-01-31T12:00:00Z, or "
                + "seconds since 1970"
        ),
    ])
    func `reject a wrong line`(words: [String], message: String) {
        #expect(throws: UsageError(message)) { try Live(Arguments(words, for: Live.description, environment: [:])) }
    }
}
