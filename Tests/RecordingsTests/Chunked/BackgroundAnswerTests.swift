import Conversations
import Framing
import RecordingAssembly
import Speakers
import Speech
import Testing

@testable import Recordings

@Suite struct `The answer for a chunk` {
    /// Speakers A, B, A, C and B again, as the engine tells them.
    private static let clusters = ["A", "B", "A", "C", "B", "A"]

    private func diagnostics(_ identities: [String: SpeakerIdentity], voices: [String]) throws -> JSONValue {
        let voice = VoiceEvidence(try #require(Voiceprint([1, 0], model: "test")), .seconds(6))
        let words = Self.clusters.enumerated().map { ChunkWord("word", start: .seconds($0), end: .seconds($0 + 1), cluster: $1) }
        let chunk = RecognizedChunk(
            id: "a", start: .zero, duration: .seconds(6), words: words, engine: .local, identities: identities,
            voices: Dictionary(uniqueKeysWithValues: voices.map { ($0, voice) }))
        let taken = ChunkedRecordings.Taken(chunk: chunk, language: nil, run: nil, isDuplicate: false)
        return try #require(try JSONValue(parsing: BackgroundAnswer.transcribed(taken, []))["speaker_diagnostics"])
    }

    @Test func `counts the parts of speakers that were not joined, and the voices that are known`() throws {
        let known = SpeakerIdentity(.voice(ID("v")), by: .voiceprint, confidence: 0.9)
        let told = try diagnostics(["C": known, "A::local_part:1": .unknown], voices: ["A::local_part:1", "B::local_part:1", "C"])
        #expect(told["cannot_link_violations_prevented"] == 3, "A came back twice, and B once")
        #expect(told["speaker_reconciliation_accepted_count"] == 1 && told["speaker_reconciliation_rejected_count"] == 2)
        let unheard = try diagnostics([:], voices: [])
        #expect(unheard["speaker_reconciliation_accepted_count"] == 0 && unheard["speaker_reconciliation_rejected_count"] == 0)
    }
}
