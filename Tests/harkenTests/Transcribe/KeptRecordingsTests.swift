import Conversations
import Foundation
import HarkenTesting
import Sessions
import Speech
import Store
import Testing

@testable import harken

/// `harken transcribe --keep`, and what `transcribe` says of a recording, against a gateway in this process. The gateway is also the server that hears
/// the words for the command, which needs no models then.
@Suite(.hangLimit) struct `Recordings that a transcription keeps` {
    private static let transcript = Transcript(
        rate: .speech, length: SampleCount(32_000), language: .english, model: "scripted-1",
        channels: [.init(words: [.at(0.5, "Hello.")], segments: [.init(range: SampleRange(.zero, SampleIndex(32_000)), words: 0..<1)])])

    private let folder = TemporaryFolder()

    private func gateway() async throws -> TestGateway {
        try await TestGateway(ScriptedEngine(name: .local, transcript: .success(Self.transcript)))
    }

    private func transcribe(
        _ words: [String], by gateway: TestGateway
    ) async throws -> (status: harken.ExitStatus, output: String, diagnostics: String) {
        let environment = ["HOME": folder.path, "DEEPGRAM_API_KEY": "any", "DEEPGRAM_BASE_URL": gateway.url]
        let command = try Transcribe(
            Arguments(words + ["--engine", "deepgram", "--language", "en"], for: Transcribe.description, environment: environment))
        let written = try WrittenContext(in: folder, environment: environment)
        let status = await command.run(written.context)
        return (status, try written.output(), try written.diagnostics())
    }

    /// Waits until the gateway has heard a recording that it keeps.
    private func importEnds(_ path: String, at gateway: TestGateway) async throws {
        let environment = ["HOME": folder.path]
        let command = try Import(Arguments([path, "--url", gateway.url, "--language", "en"], for: Import.description, environment: environment))
        let written = try WrittenContext(in: folder, environment: environment)
        let status = await command.run(written.context), diagnostics = try written.diagnostics()
        #expect(status == .done, "\(diagnostics)")
    }

    private func conversations(_ gateway: TestGateway) async throws -> [Conversation] {
        let store = try Installation(in: DataDirectory(creating: gateway.folder.path)).conversations(now: { .now })
        return try await store.list(ConversationQuery(limit: 20), of: .local).conversations
    }

    @Test func `become one conversation, however often the command runs`() async throws {
        let gateway = try await gateway()
        let path = try folder.write(WaveFile.silence(seconds: 2), as: "talk.wav")
        let first = try await transcribe([path, "--keep", "--url", gateway.url, "--title", "At sea"], by: gateway)
        #expect(first.status == .done && first.output.contains("Hello."), "\(first)")
        #expect(first.diagnostics.contains("talk.wav: "), "\(first.diagnostics)")
        try await importEnds(path, at: gateway)
        let kept = try await conversations(gateway)
        #expect(kept.map(\.title) == ["At sea"])

        let again = try await transcribe([path, "--keep", "--url", gateway.url, "--title", "On land"], by: gateway)
        #expect(again.status == .done && again.output == first.output, "\(again)")
        let id = kept.first?.id.rawValue ?? "?"
        #expect(again.diagnostics.contains("talk.wav: is conversation \(id) already; it keeps its title"), "\(again.diagnostics)")
        #expect(try await conversations(gateway).map(\.id) == kept.map(\.id))
        #expect(try await conversations(gateway).map(\.title) == ["At sea"])
    }

    @Test func `are conversations only where the command line says so`() async throws {
        let gateway = try await gateway()
        let path = try folder.write(WaveFile.silence(seconds: 2), as: "talk.wav")
        let run = try await transcribe([path], by: gateway)
        #expect(run.status == .done && run.output.contains("Hello."), "\(run)")
        #expect(try await conversations(gateway).isEmpty)
    }

    @Test func `are told to be mixed where a person is on each channel`() async throws {
        let gateway = try await gateway()
        // One speaks after the other.
        let call = (0..<48_000).flatMap { index -> [Int16] in
            let level: Int16 = index % 100 < 50 ? 9_000 : -9_000
            return index < 24_000 ? [level, 0] : [0, level]
        }
        let path = try folder.write(WaveFile.bytes(call, channels: 2), as: "call.wav")
        let note = "call.wav: 2 channels, mixed to one; --channels hears each by itself"
        let mixed = try await transcribe([path], by: gateway)
        #expect(mixed.status == .done && mixed.diagnostics.contains(note), "\(mixed)")
        let apart = try await transcribe([path, "--channels"], by: gateway)
        #expect(apart.status == .done && !apart.diagnostics.contains(note), "\(apart)")
    }

    @Test func `are transcribed only when the gateway has them`() async throws {
        let gateway = try await gateway()
        let path = try folder.write(WaveFile.silence(seconds: 2), as: "talk.wav")
        let run = try await transcribe([path, "--keep", "--url", "http://127.0.0.1:9"], by: gateway)
        #expect(run.status == .failed && run.output == "", "\(run)")
        #expect(run.diagnostics.contains("talk.wav: is not kept: "), "\(run.diagnostics)")
        #expect(try await conversations(gateway).isEmpty)
    }
}
