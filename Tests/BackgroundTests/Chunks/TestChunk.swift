import Background
import Conversations
import Speech

extension RecognisedChunk {
    /// A chunk of 15 s.
    ///
    /// - Parameter words: each with its start on the recording's clock, its length, and who says it, if anybody knows.
    static func at(
        _ start: Double, seconds: Double = 15, identities: [String: SpeakerIdentity] = [:],
        _ words: [(String, Double, Double, String?)]
    ) -> RecognisedChunk {
        RecognisedChunk(
            id: "c\(start)", start: .seconds(start), duration: .seconds(seconds),
            words: words.map { ChunkWord($0, start: .seconds($1 - start), end: .seconds($1 - start + $2), cluster: $3) },
            engine: EngineName("deepgram"), model: "nova-3", identities: identities)
    }
}

enum Made {
    static func segments(_ chunks: [RecognisedChunk]) -> [Segment] {
        Reconstruction.segments(of: chunks) { ID("\($0.chunk)/\($0.word)") }
    }

    static func texts(_ chunks: [RecognisedChunk]) -> [String] { segments(chunks).flatMap { $0.words.map(\.text) } }
}

/// A generator whose numbers are the same every time.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
