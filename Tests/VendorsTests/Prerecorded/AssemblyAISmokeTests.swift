import Foundation
import Framing
import HarkenTesting
import Net
import Protocols
import Speech
import Testing
import Vendors

/// Asks AssemblyAI itself, which costs money: only where somebody has named a recording (`ASSEMBLYAI_SMOKE_AUDIO_URL`) and has a key
/// (`ASSEMBLYAI_API_KEY`). Everything else that tests ask is on this machine.
@Suite struct `AssemblyAI itself` {
    private static let environment = ProcessInfo.processInfo.environment
    private static var isWanted: Bool { ["ASSEMBLYAI_SMOKE_AUDIO_URL", "ASSEMBLYAI_API_KEY"].allSatisfy { !(environment[$0] ?? "").isEmpty } }

    @Test(
        .enabled(if: isWanted, "ASSEMBLYAI_SMOKE_AUDIO_URL and ASSEMBLYAI_API_KEY are not both set: nobody wants AssemblyAI to be asked"),
        .timeLimit(.minutes(15)))  // real time: the vendor itself is asked
    func `recognises a recording as its double in these tests does`() async throws {
        let environment = Self.environment
        let client = try HTTPClient()
        defer { client.shutdown() }
        let audio = try await client.send(HTTPClientRequest(.get, environment["ASSEMBLYAI_SMOKE_AUDIO_URL"] ?? ""))
        try #require(audio.status.code == 200 && !audio.body.isEmpty, "the recording cannot be had: status \(audio.status.code)")
        let folder = TemporaryFolder()
        let path = try folder.write(audio.body, as: "recording")
        let settings = VendorSettings(
            name: EngineName("assemblyai"), credential: Credential(environment["ASSEMBLYAI_API_KEY"] ?? ""),
            address: environment["ASSEMBLYAI_BASE_URL"])
        let service = try #require(Catalogue.vendors.first { $0.name.rawValue == "assemblyai" }?.prerecorded)
        let recognizer = VendorRecognizer(service, settings: settings, client: client, clock: .system)
        let options = RecognitionOptions(language: .english, diarize: true, keyterms: ["Harken"], workload: .background)
        let transcript = try await recognizer.recognize(Recording(path: path), options: options) { _ in }
        let words = try #require(transcript.channels.first?.words)
        #expect(!words.isEmpty && transcript.length > .zero)
        #expect(words.allSatisfy { $0.range.start <= $0.range.end && $0.range.end <= .zero + transcript.length + SampleCount(16_000) })
        #expect(zip(words, words.dropFirst()).allSatisfy { $0.range.start <= $1.range.start })
        #expect(words.contains { $0.speaker != nil } && !transcript.model.isEmpty && transcript.language.primary == "en")
        withExtendedLifetime(folder) {}
    }
}
