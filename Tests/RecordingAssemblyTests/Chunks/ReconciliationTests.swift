import Conversations
import RecordingAssembly
import Speakers
import Speech
import Testing

@Suite struct `Speakers over chunks` {
    private func voice(_ direction: [Float], seconds: Int = 6) -> VoiceEvidence {
        VoiceEvidence(Voiceprint(direction, model: "test")!, .seconds(seconds))
    }

    private func chunk(_ start: Double, _ voices: [String: VoiceEvidence], _ identities: [String: SpeakerIdentity] = [:]) -> RecognizedChunk {
        let clusters = Set(voices.keys).union(identities.keys).sorted()
        return .at(start, identities: identities, voices: voices, clusters.enumerated().map { ("word", start + Double($0) + 1, 0.5, $1) })
    }

    private func speakers(_ chunks: [RecognizedChunk]) -> [[String]] {
        Reconciliation(chunks).speakers.map { $0.parts.map { "\($0.chunk)\($0.cluster)" } }
    }

    @Test func `are one where they sound alike`() {
        let chunks = [chunk(0, ["A": voice([1, 0.1]), "B": voice([0, 1])]), chunk(15, ["A": voice([0.1, 1]), "B": voice([1, 0])])]
        #expect(speakers(chunks) == [["c0.0A", "c15.0B"], ["c0.0B", "c15.0A"]])
    }

    @Test func `do not depend on the order in which chunks came`() {
        let chunks = (0..<6).map { chunk(Double($0) * 15, ["A": voice([Float($0 % 3), 1, Float($0 / 3)])]) }
        #expect(speakers(chunks) == speakers(chunks.reversed()))
    }

    @Test func `are two where an engine tells them apart in a chunk, however they sound`() {
        #expect(speakers([chunk(0, ["A": voice([1, 0]), "B": voice([1, 0.01])])]) == [["c0.0A"], ["c0.0B"]])
    }

    @Test func `may be one where only their stretches were told apart`() {
        let chunk = RecognizedChunk.at(
            0, voices: ["A::local_part:1": voice([1, 0]), "A::local_part:2": voice([1, 0.1]), "B": voice([0, 1])],
            [("one", 1, 0.3, "A"), ("two", 5, 0.3, "B"), ("three", 9, 0.3, "A")])
        #expect(speakers([chunk]) == [["c0.0A::local_part:1", "c0.0A::local_part:2"], ["c0.0B"]])
    }

    @Test func `stay apart where too little was heard of them`() {
        #expect(speakers([chunk(0, ["A": voice([1, 0], seconds: 1)]), chunk(15, ["A": voice([1, 0], seconds: 1)])]).count == 2)
    }

    @Test func `of another model say nothing`() {
        let other = VoiceEvidence(Voiceprint([1, 0], model: "other")!, .seconds(6))
        #expect(speakers([chunk(0, ["A": voice([1, 0])]), chunk(15, ["A": other])]).count == 2)
    }

    @Test func `who are known are known where they only sound alike`() {
        let anna = SpeakerIdentity(.person(ID("anna")), by: .voiceprint, confidence: 0.7)
        let found = Reconciliation([chunk(0, ["A": voice([1, 0])]), chunk(15, ["A": voice([1, 0.1])], ["A": anna])])
        #expect(found.speakers.map(\.identity) == [anna])
        #expect(found.speakers[0].voice?.duration == .seconds(12))
    }

    @Test func `who are known to be two stay two, and those between them alone`() {
        func who(_ name: String) -> SpeakerIdentity { SpeakerIdentity(.person(ID(name)), by: .voiceprint, confidence: 0.7) }
        let chunks = [
            chunk(0, ["A": voice([1, 0])], ["A": who("anna")]), chunk(15, ["A": voice([1, 0])], ["A": who("bert")]), chunk(30, ["A": voice([1, 0])]),
        ]
        #expect(speakers(chunks) == [["c0.0A"], ["c15.0A"], ["c30.0A"]])
    }

    @Test func `are as sure as the surest`() {
        func sure(_ confidence: Float) -> SpeakerIdentity { SpeakerIdentity(.person(ID("anna")), by: .voiceprint, confidence: confidence) }
        let found = Reconciliation([chunk(0, [:], ["A": sure(0.3)]), chunk(15, [:], ["A": sure(0.9)]), chunk(30, [:], ["A": sure(0.5)])])
        #expect(found.speakers.map(\.identity.confidence) == [0.9])
    }
}
