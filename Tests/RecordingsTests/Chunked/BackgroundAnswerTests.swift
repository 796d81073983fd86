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

    /// The engine's speakers of a chunk's words, the conversation's speakers of as many segments, and the counts.
    private static let counted: [(clusters: [String?], speakers: [Int?], counts: [String: JSONValue])] = [
        (
            ["A", "B", "A"], [0, 1, 2],
            [
                "provider_cluster_count": 3, "provider_speaker_count": 3, "provider_speaker_label_count": 2, "mapped_provider_speaker_count": 3,
                "mapped_speaker_count": 3, "mapped_unmapped_speaker_count": 2, "speaker_split_cluster_count": 2, "speaker_split_segment_count": 2,
                "cannot_link_violations_prevented": 1,
            ]
        ),
        (
            ["A", "A", "B", "A"], [0, 0, 1, 2],
            [
                "provider_cluster_count": 3, "provider_speaker_label_count": 2, "mapped_provider_speaker_count": 3, "speaker_split_cluster_count": 2,
                "speaker_split_segment_count": 3, "cannot_link_violations_prevented": 1,
            ]
        ),
        (
            ["A", "A", "B"], [0, 0, 1],
            [
                "provider_cluster_count": 2, "provider_speaker_count": 2, "mapped_provider_speaker_count": 2, "mapped_unmapped_speaker_count": 1,
                "speaker_split_cluster_count": 0, "speaker_split_segment_count": 0, "cannot_link_violations_prevented": 0,
            ]
        ),
        (
            [nil, nil], [nil, nil],
            [
                "provider_cluster_count": 0, "provider_speaker_count": 0, "provider_speaker_label_count": 0, "mapped_provider_speaker_count": 0,
                "mapped_unmapped_speaker_count": 0, "speaker_split_segment_count": 0,
            ]
        ),
    ]

    @Test(arguments: counted.indices) func `counts the engine's speakers, their parts and segments, and whom they became`(index: Int) throws {
        let (clusters, speakers, counts) = Self.counted[index]
        let words = clusters.enumerated().map { ChunkWord("word", start: .seconds($0), end: .seconds($0 + 1), cluster: $1) }
        let chunk = RecognizedChunk(id: "a", start: .seconds(30), duration: .seconds(6), words: words, engine: .local)
        // Speaker 1 is a person.
        let segments = speakers.enumerated().map { place, speaker in
            Segment(
                id: ID("\(place)"), text: "word", start: .seconds(30 + place), end: .seconds(31 + place), speaker: speaker.map { SpeakerNumber($0) },
                identity: speaker == 1 ? SpeakerIdentity(.person(ID("p")), by: .voiceprint) : .unknown)
        }
        let taken = ChunkedRecordings.Taken(chunk: chunk, language: nil, run: nil, isDuplicate: false)
        let told = try #require(try JSONValue(parsing: BackgroundAnswer.transcribed(taken, segments))["speaker_diagnostics"])
        for (name, count) in counts { #expect(told[name] == count, "\(name)") }
    }
}
