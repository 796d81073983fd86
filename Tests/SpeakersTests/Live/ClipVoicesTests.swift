import Conversations
import Speech
import Testing

@testable import Speakers

/// Ears to which a sample's whole part is its speaker, and a stretch sounds like its speakers by their share.
private struct Ears: Voiceprinting {
    let model = "m"
    let shortest = Duration.milliseconds(500)
    /// What all voices have in common.
    var likeness: Float = 0

    func voiceprint(of samples: [Float]) async throws -> Voiceprint? {
        guard samples.count >= 8_000 else { return nil }
        var direction = [Float](repeating: 0, count: 8)
        direction[0] = likeness
        for sample in samples { direction[Int(sample)] += 1 / Float(samples.count) }
        return Voiceprint(direction, model: model)
    }
}

private func speech(_ turns: (speaker: Int, seconds: Double)...) -> [Float] {
    turns.flatMap { [Float](repeating: Float($0.speaker), count: Int($0.seconds * 16_000)) }
}

@Suite("Voices of a clip") struct ClipVoicesTests {
    @Test func `are one where one speaks, heard as a whole`() async throws {
        let heard = try await ClipVoices.listen(to: speech((1, 6)), by: Ears())
        #expect(heard.turns == [SpeakerTurn(SampleRange(.zero, count: SampleCount(96_000)), SpeakerLabel(0))])
        #expect(heard.voices.map(\.duration) == [.seconds(6)])
    }

    @Test func `are two where another goes on without a pause, and the change is found to within half a window`() async throws {
        let heard = try await ClipVoices.listen(to: speech((1, 4), (2, 3)), by: Ears())
        try #require(heard.turns.map(\.speaker.number) == [0, 1])
        #expect(abs(heard.turns[0].range.end.seconds(at: .speech) - 4) < 0.75)
        #expect(heard.turns[0].range.end == heard.turns[1].range.start)
        try #require(heard.voices.count == 2)
        let distance = try #require(heard.voices[0].voiceprint).distance(to: #require(heard.voices[1].voiceprint))
        #expect(distance > 0.6)
    }

    @Test func `are not looked for in short clips`() async throws {
        let heard = try await ClipVoices.listen(to: speech((1, 1.5), (2, 1.4)), by: Ears())
        #expect(heard.turns.count == 1)
    }

    @Test func `are one after all where the parts are not far enough from each other`() async throws {
        let heard = try await ClipVoices.listen(to: speech((1, 4), (2, 4)), by: Ears(likeness: 0.7))
        #expect(heard.turns.count == 1)
    }

    @Test func `are not told of what is too short to be heard at all`() async throws {
        let heard = try await ClipVoices.listen(to: speech((1, 0.4)), by: Ears())
        #expect(heard.voices == [ClipVoices.VoiceSample(voiceprint: nil, duration: .milliseconds(400))])
    }

    /// The voice of the beginning, as it was heard before.
    private func beginning(_ speaker: Int, _ seconds: Double) async throws -> ClipVoices.VoiceSample {
        ClipVoices.VoiceSample(voiceprint: try await Ears().voiceprint(of: speech((speaker, seconds))), duration: .seconds(seconds))
    }

    @Test func `are that of a beginning that was heard before, where the end sounds like it`() async throws {
        let known = try await beginning(1, 2)
        let heard = try await ClipVoices.listen(to: speech((1, 6)), after: known, by: Ears())
        #expect(heard.voices == [known])
        #expect(heard.turns == [SpeakerTurn(SampleRange(.zero, count: SampleCount(96_000)), SpeakerLabel(0))])
    }

    @Test func `are two where the end sounds different from a beginning that was heard before`() async throws {
        let heard = try await ClipVoices.listen(to: speech((1, 4), (2, 3)), after: beginning(1, 2), by: Ears())
        #expect(heard.turns.map(\.speaker.number) == [0, 1])
    }
}
