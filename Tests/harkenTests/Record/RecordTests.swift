import Conversations
import Foundation
import HarkenTesting
import Recorder
import Sessions
@testable import Settings
import Speech
import Store
import Synchronization
import Testing

@testable import harken

/// The command against a gateway in this process, with a microphone of the test's.
@Suite(.hangLimit) struct `harken record` {
    private struct Run {
        var status: harken.ExitStatus
        var output: String
        var diagnostics: String
    }

    /// Runs it until `body` has returned and the diagnostics contain `shown`, and interrupts it then.
    private func run(
        _ settings: ChunkedRecording.Settings, in folder: TemporaryFolder, fault: CaptureError? = nil, shown: String = "listening",
        body: (SilentMicrophone) async throws -> Void
    ) async throws -> Run {
        let written = try WrittenContext(in: folder)
        let context = written.context
        let made = Made()
        var recording = ChunkedRecording(settings, environment: ["HARKEN_MODELS": "/nowhere"])
        recording.microphone = { deliver, _, _ in
            let microphone = SilentMicrophone(deliver, fault: fault)
            made.microphone.withLock { $0 = microphone }
            return microphone
        }
        let command = recording
        let work = Task { await command.run(context) }
        if settings.records, fault == nil {
            try await until { try written.diagnostics().contains("listening") }
            try await body(#require(made.microphone.withLock { $0 }))
            try await until { try written.diagnostics().contains(shown) }
            work.cancel()
        }
        let status = await work.value
        return Run(status: status, output: try written.output(), diagnostics: try written.diagnostics())
    }

    private final class Made: Sendable {
        let microphone = Mutex<SilentMicrophone?>(nil)
    }

    private let loud = (0..<160_000).map { Int16(8_000 * sin(Double($0) / 7)) }

    private func gateway() async throws -> TestGateway {
        let words = [Word("Hello.", SampleRange(SampleIndex(16_000), count: SampleCount(8_000)), confidence: 1)]
        let transcript = Transcript(
            rate: .speech, length: SampleCount(160_000), language: LanguageTag("en"), model: "scripted-1",
            channels: [.init(words: words, segments: [.init(range: SampleRange(SampleIndex(16_000), count: SampleCount(8_000)), words: 0..<1)])])
        return try await TestGateway(ScriptedEngine(name: .local, transcript: .success(transcript)))
    }

    @Test func `ends, when it is interrupted, as one conversation, and leaves nothing on the disk`() async throws {
        let gateway = try await gateway()
        var settings = ChunkedRecording.Settings(gateway: GatewayAddress(gateway.url), folder: gateway.folder.path + "/recorder")
        settings.json = true
        let run = try await run(settings, in: gateway.folder) { microphone in
            for _ in 0..<4 { microphone.say(loud) }
        }
        #expect(run.status == .done, "\(run.diagnostics)")
        let events = try run.output.split(separator: "\n").map { try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]) }
        let types = events.compactMap { $0["type"] as? String }
        #expect(types.first == "listening" && types.last == "end")
        #expect(types.filter { $0 == "conversation" || $0 == "finished" } == ["conversation", "finished"])
        #expect(types.filter { $0 == "sent" }.count == 3)
        #expect(events.last?["waiting"] as? Int == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: settings.folder) == [])
        #expect(run.diagnostics.contains("all loud audio counts as speech"))
    }

    @Test func `sends nothing of a quiet room`() async throws {
        let gateway = try await gateway()
        let settings = ChunkedRecording.Settings(gateway: GatewayAddress(gateway.url), folder: gateway.folder.path + "/recorder")
        let run = try await run(settings, in: gateway.folder) { microphone in
            for _ in 0..<30 { microphone.say([Int16](repeating: 3, count: 160_000)) }
        }
        #expect(run.status == .done && run.output == "")
        #expect(try FileManager.default.contentsOfDirectory(atPath: settings.folder) == [])
    }

    @Test func `says that the key is not taken, keeps what was said, and the key out of all files`() async throws {
        let gateway = try await gateway()
        _ = try await gateway.keys.create(AccessKeyRequest(name: "somebody"))
        var settings = ChunkedRecording.Settings(gateway: GatewayAddress(gateway.url), folder: gateway.folder.path + "/recorder")
        settings.patience = .milliseconds(500)
        settings.token = "hk_wrong_key_of_somebody"
        // The gateway refuses the first chunk, which is complete while the recording goes on.
        let run = try await run(settings, in: gateway.folder, shown: "refused the key") { microphone in
            for _ in 0..<4 { microphone.say(loud) }
        }
        #expect(run.status == .failed)
        #expect(run.diagnostics.contains("refused the key"))
        #expect(run.diagnostics.contains("harken record --send"))
        #expect(!run.diagnostics.contains("hk_wrong"))
        for case let file as URL in FileManager.default.enumerator(at: URL(filePath: settings.folder), includingPropertiesForKeys: nil) ?? .init() {
            guard let bytes = try? Data(contentsOf: file) else { continue }
            #expect(bytes.range(of: Data("hk_wrong".utf8)) == nil)
        }
    }

    @Test(arguments: [false, true])
    func `becomes a conversation of the time at which it was recorded, when another run delivers it`(isKilled: Bool) async throws {
        let gateway = try await gateway(), key = try await gateway.keys.create(AccessKeyRequest(user: ID("ann"))).text
        var settings = ChunkedRecording.Settings(gateway: GatewayAddress(gateway.url), folder: gateway.folder.path + "/recorder")
        settings.patience = .milliseconds(500)
        settings.token = "hk_wrong_key_of_somebody"
        settings.title = isKilled ? "A tea party" : nil
        let began = UnixTime.now, length: Duration = .seconds(10)
        let after = gateway.folder.path + "/after"
        _ = try await run(settings, in: gateway.folder) { microphone in
            microphone.say(loud)
            // What a process leaves that is killed now: nothing is ended, and nobody has its files open.
            if isKilled { try FileManager.default.copyItem(atPath: settings.folder, toPath: after) }
        }
        if isKilled { settings.folder = after }
        let recorded = UnixTime.now
        settings.records = false
        // The title is the recording's, not that of the run which delivers it.
        settings.title = nil
        settings.token = key
        // This delivery is taken, however slow the machine is.
        settings.patience = .seconds(120)
        let sent = try await run(settings, in: gateway.folder) { _ in }
        #expect(sent.status == .done, "\(sent.diagnostics)")
        let store = try Installation(in: DataDirectory(creating: gateway.folder.path)).conversations(now: { .now })
        let found = try #require(try await store.list(ConversationQuery(), of: ID("ann")).conversations.first)
        // A gateway that dates it by its delivery says a later time: the sound came after `recorded`.
        #expect(found.started >= began + (.zero - length) && found.started <= recorded + (.zero - length), "\(found.started.rfc3339)")
        #expect(found.finished == found.started + length)
        #expect((found.title == "A tea party") == isKilled, "\(found.title ?? "none")")
    }

    @Test func `ends with the reason when there is no microphone`() async throws {
        let gateway = try await gateway()
        let settings = ChunkedRecording.Settings(gateway: GatewayAddress(gateway.url), folder: gateway.folder.path + "/recorder")
        let run = try await run(settings, in: gateway.folder, fault: .noDevice) { _ in }
        #expect(run.status == .failed)
        #expect(run.diagnostics.contains("there is no microphone"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: settings.folder) == [])
    }

    @Test(arguments: ["zq-9f3e71\nother", "zq-…", "  "]) func `names a key that cannot be one, and does not show it`(text: String) {
        for (words, name) in [(["--byok", "deepgram"], "DEEPGRAM_API_KEY"), (["--token", text], "--token"), (["--send"], "HARKEN_KEY")] {
            let environment = ["HOME": "/nowhere", "DEEPGRAM_API_KEY": text].merging(name == "HARKEN_KEY" ? [name: text] : [:]) { $1 }
            do {
                _ = try Record(Arguments(words, for: Record.description, environment: environment))
                Issue.record("it was taken")
            } catch {
                #expect("\(error)".hasPrefix(name + " ") && !"\(error)".contains("zq"), "\(error)")
            }
        }
    }

    @Test(arguments: [
        (["--managed", "--byok", "deepgram"], "cannot go together"), (["--byok", "deepgram"], "DEEPGRAM_API_KEY"),
        (["--byok", "nobody"], "deepgram"),
        (["--send", "--managed"], "--send"), (["--title", "A", "--send"], "--title"), (["--title", "A", "--managed"], "--title"),
        (["--title", "A", "--byok", "deepgram"], "--title"), (["--title", " "], "--title"), (["--language", "xx"], "English name"),
        (["--url", "ftp://x"], "http"), (["--disk", "0"], "above 0"),
    ])
    func `rejects what cannot go together before the microphone opens`(words: [String], reason: String) {
        do {
            _ = try Record(Arguments(words, for: Record.description, environment: ["HOME": "/nowhere"]))
            Issue.record("it was taken")
        } catch {
            #expect("\(error)".contains(reason), "\(error)")
        }
    }
}

@Suite struct `The line of a recorder` {
    @Test func `has the time, the level, what waits, what was sent and what was spoken`() {
        var status = RecorderStatus()
        status.isListening = true
        status.level = ChunkRecorder.Level(peak: 0.5, recorded: .seconds(723))
        status.waiting = 2
        status.waitingTime = .seconds(21)
        status.sent = 41
        status.spoken = .seconds(492)
        #expect(status.line == "● 12:03  █████████░  2 wait (00:21)  41 sent  08:12 spoken")
        status.level.peak = 0
        #expect(status.line.contains("░░░░░░░░░░"))
        status.level.peak = 1
        #expect(status.line.contains("██████████"))
        status.isStopping = true
        #expect(status.line == "■ sending waiting chunks  2 wait (00:21)  41 sent  08:12 spoken")
    }
}
