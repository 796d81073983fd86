@testable import Engines
import Foundation
import Framing
import Gateway
import HarkenTesting
import LocalEngine
import Net
import Speech
import Testing

@testable import harken

private let models = ModelFolder(environment: ProcessInfo.processInfo.environment)

/// The silence gate with a short hangover, and this machine's own models: over real sockets, as fast as people speak.
@Suite(.needs(models.missing().isEmpty, "the models are not there: make setup"), .hangLimit)
struct `In real time: silence after speech` {
    /// A sentence of 7.1 s, and where a pause of 3.2 s is put into it or behind it: shorter than the 4 s that a turn is waited for.
    enum Pause: Int, CaseIterable {
        case withinTheSentence = 50_000
        case afterTheSentence = 113_600
    }

    /// The sentence and, behind the pause, its rest or its beginning.
    private func speech(_ pause: Pause) throws -> [Int16] {
        let path = models.path + "/test-audio/librivox/sense_and_sensibility_01_austen_64kb-0870.wav"
        let file = try Data(contentsOf: URL(fileURLWithPath: path)).dropFirst(44)
        let sentence = file.withUnsafeBytes { Array($0.bindMemory(to: Int16.self)) }.prefix(Pause.afterTheSentence.rawValue)
        let (before, after) = (sentence.prefix(pause.rawValue), sentence.dropFirst(pause.rawValue))
        return before + [Int16](repeating: 0, count: 51_200) + (after.isEmpty ? sentence.prefix(Pause.withinTheSentence.rawValue) : after)
    }

    /// Seconds that the engine did not hear; 0 as long as the session goes on.
    private func withheld(_ gateway: TestGateway) async throws -> Double {
        let client = try HTTPClient()
        defer { client.shutdown() }
        let metrics = String(decoding: try await client.send(HTTPClientRequest(.get, gateway.url + "/metrics")).body, as: UTF8.self)
        guard metrics.contains("\nharken_sessions_open 0\n") else { return 0 }
        let line = metrics.split(separator: "\n").first { $0.hasPrefix(#"harken_gate_audio_seconds_total{kind="withheld"}"#) }
        return line?.split(separator: " ").last.flatMap { Double($0) } ?? 0
    }

    @Test(arguments: Pause.allCases) func `is kept from engines when the sentence is over, and not while it goes on`(pause: Pause) async throws {
        let local = LocalEngine(models, pool: 2)
        _ = try await local.models()
        let ears = EngineEntry(name: EngineName("ears"), capabilities: local.capabilities, prerecorded: local)
        let gateway = try await TestGateway(others: [ears], settings: ["HARKEN_GATE_HANGOVER_SECONDS": "0.5"])
        let file = try gateway.recording(speech(pause))
        let command = try Live(
            Arguments([file, "--protocol", "listen", "--url", gateway.url, "--language", "en"], for: Live.description, environment: [:]))
        let nowhere = try #require(FileHandle(forWritingAtPath: "/dev/null"))
        let stream = StandardStream(descriptor: nowhere.fileDescriptor)
        #expect(await command.run(CommandContext(environment: [:], output: stream, diagnostics: stream)) == .done)
        var seconds = 0.0
        try await until {
            seconds = try await withheld(gateway)
            return seconds > 0
        }
        switch pause {
        // Before the first word.
        case .withinTheSentence: #expect(seconds < 0.6, "\(seconds)")
        // Of the pause besides, all but the hangover of half a second. With the silence at its edges that makes 3.5 s, and less where the model answers
        // late on a busy machine.
        case .afterTheSentence: #expect(seconds > 0.6 && seconds < 3.6, "\(seconds)")
        }
    }
}
