import Conversations
import RecordingAssembly
import Speakers
import Speech

extension RecognizedChunk {
    /// A chunk of 15 s.
    ///
    /// - Parameter words: each with its start on the recording's clock, its length, and who says it, if anybody knows.
    static func at(
        _ start: Double, seconds: Double = 15, identities: [String: SpeakerIdentity] = [:], voices: [String: VoiceEvidence] = [:],
        _ words: [(String, Double, Double, String?)]
    ) -> RecognizedChunk {
        RecognizedChunk(
            id: "c\(start)", start: .seconds(start), duration: .seconds(seconds),
            words: words.map { ChunkWord($0, start: .seconds($1 - start), end: .seconds($1 - start + $2), cluster: $3) },
            engine: EngineName("deepgram"), model: "nova-3", identities: identities, voices: voices)
    }
}

enum Made {
    static func segments(_ chunks: [RecognizedChunk]) -> [Segment] {
        Reconstruction.segments(of: chunks, speakers: Reconciliation(chunks)) { ID("\($0.chunk)/\($0.word)") }
    }

    static func texts(_ chunks: [RecognizedChunk]) -> [String] { segments(chunks).flatMap { $0.words.map(\.text) } }
}
