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

/// Ears with a segmentation model that tells the speakers of a stretch apart, in the order of their numbers; more than two at once are nobody.
private struct SegmentingEars: SpeakerSegmenting {
    let model = "m"
    let shortest = Duration.milliseconds(500)
    var likeness: Float = 0
    /// Where another one speaks at the same time, in seconds of the stretch.
    var overlap: ClosedRange<Double>?
    /// The local speakers who are one person, in place of different ones.
    var isConfused = false
    /// The model takes all speakers for one.
    var hearsOne = false

    func voiceprint(of samples: [Float]) async throws -> Voiceprint? { try await Ears(likeness: likeness).voiceprint(of: samples) }

    func speakers(in samples: [Float]) async throws -> LocalSpeakers? {
        var probabilities = [Float](repeating: 0.01, count: LocalSpeakers.frames * LocalSpeakers.count)
        for frame in 0..<min(LocalSpeakers.frames, samples.count / 270) {
            let speaker = hearsOne ? 0 : isConfused ? frame / 100 % 2 : Int(samples[frame * 270]) - 1
            probabilities[frame * LocalSpeakers.count + speaker] = 0.95
            if let overlap, overlap.contains(Double(frame * 270) / 16_000) {
                for speaker in 0..<2 { probabilities[frame * LocalSpeakers.count + speaker] = 0.95 }
            }
        }
        return LocalSpeakers(start: .zero, probabilities: probabilities)
    }
}

private func speech(_ turns: (speaker: Int, seconds: Double)...) -> [Float] { speech(turns) }

private func speech(_ turns: [(speaker: Int, seconds: Double)]) -> [Float] {
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

    @Test func `are two in a short clip too, where a model hears the change`() async throws {
        let heard = try await ClipVoices.listen(to: speech((1, 1.2), (2, 0.8)), by: SegmentingEars())
        try #require(heard.turns.map(\.speaker.number) == [0, 1])
        #expect(abs(heard.turns[0].range.end.seconds(at: .speech) - 1.2) < 0.02)
        #expect(heard.turns[1].range.end == SampleIndex(32_000))
        #expect(heard.voices.map { abs($0.duration / .seconds(1)) < 1.3 } == [true, true])
        #expect(try #require(heard.voices[0].voiceprint).distance(to: #require(heard.voices[1].voiceprint)) > 0.9)
    }

    @Test func `are those of the clip alone, and not of what was said before`() async throws {
        let heard = try await ClipVoices.listen(to: speech((3, 4), (1, 2), (2, 2)), lead: SampleCount(64_000), by: SegmentingEars())
        #expect(heard.turns.map(\.speaker.number) == [0, 1])
        #expect(heard.turns.last?.range.end == SampleIndex(64_000))
        let third = try #require(try await Ears().voiceprint(of: speech((3, 1))))
        #expect(heard.voices.allSatisfy { $0.voiceprint.map { $0.distance(to: third) > 0.9 } ?? false })
    }

    @Test func `leave out what two say at once, which belongs to the one who spoke first`() async throws {
        let heard = try await ClipVoices.listen(to: speech((1, 3), (2, 3)), by: SegmentingEars(overlap: 2...4))
        try #require(heard.turns.map(\.speaker.number) == [0, 1])
        #expect(abs(heard.turns[0].range.end.seconds(at: .speech) - 4) < 0.02)
        #expect(heard.voices.allSatisfy { abs($0.duration / .seconds(1) - 2) < 0.05 })
        #expect(try #require(heard.voices[0].voiceprint).distance(to: #require(heard.voices[1].voiceprint)) > 0.99)
    }

    @Test func `are one where a model tells one speaker's voice apart`() async throws {
        let heard = try await ClipVoices.listen(to: speech((1, 6)), by: SegmentingEars(isConfused: true))
        #expect(heard.turns == [SpeakerTurn(SampleRange(.zero, count: SampleCount(96_000)), SpeakerLabel(0))])
        #expect(heard.voices.map(\.duration) == [.seconds(6)])
    }

    @Test(arguments: [([(1, 4.0), (2, 4.0)], [0, 1]), ([(1, 3.0), (2, 4.0), (1, 3.0)], [0, 1, 0])])
    func `are those of its windows where a model takes similar voices for one`(_ turns: [(Int, Double)], _ labels: [Int]) async throws {
        let heard = try await ClipVoices.listen(to: speech(turns), by: SegmentingEars(hearsOne: true))
        try #require(heard.turns.map(\.speaker.number) == labels)
        #expect(heard.voices.count == 2 && heard.turns.first?.range.start == .zero)
        #expect(abs(heard.turns[0].range.end.seconds(at: .speech) - turns[0].1) < 0.75)
        #expect(zip(heard.turns, heard.turns.dropFirst()).allSatisfy { $0.range.end == $1.range.start })
        #expect(try #require(heard.voices[0].voiceprint).distance(to: #require(heard.voices[1].voiceprint)) > 0.7)
    }

    @Test func `are told apart by what was said before too, and begin with the clip`() async throws {
        let heard = try await ClipVoices.listen(to: speech([(1, 4), (2, 3)]), lead: SampleCount(51_200), by: SegmentingEars(hearsOne: true))
        try #require(heard.turns.map(\.speaker.number) == [0, 1] && heard.voices.count == 2)
        #expect(heard.turns[0].range.start == .zero && heard.turns[1].range.end == SampleIndex(60_800))
        #expect(abs(heard.turns[0].range.end.seconds(at: .speech) - 0.8) < 0.75)
    }

    @Test func `are one in a clip of one speaker after another`() async throws {
        let heard = try await ClipVoices.listen(to: speech([(2, 4), (1, 4)]), lead: SampleCount(72_000), by: SegmentingEars(hearsOne: true))
        #expect(heard.turns == [SpeakerTurn(SampleRange(.zero, count: SampleCount(56_000)), SpeakerLabel(0))])
        #expect(heard.voices.map(\.duration) == [.milliseconds(3_500)])
    }

    @Test func `are one with somebody of whom too little was heard alone`() async throws {
        let heard = try await ClipVoices.listen(to: speech((1, 3), (2, 0.4)), by: SegmentingEars())
        #expect(heard.turns.count == 1 && heard.voices.map(\.duration) == [.milliseconds(3_400)])
    }
}
