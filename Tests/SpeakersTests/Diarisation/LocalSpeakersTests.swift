import Conversations
import Speech
import Testing

@testable import Speakers

private func range(_ start: Double, _ end: Double) -> SampleRange {
    SampleRange(SampleIndex(seconds: start, at: .speech), SampleIndex(seconds: end, at: .speech))
}

private func turn(_ start: Double, _ end: Double, _ speaker: Int) -> SpeakerTurn { SpeakerTurn(range(start, end), SpeakerLabel(speaker)) }

/// A stretch from the beginning of the recording, in which the model's speakers speak at the given times, in seconds.
private func stretch(_ speech: [(start: Double, end: Double, speaker: Int)]) -> LocalSpeakers {
    var probabilities = [Float](repeating: 0.01, count: LocalSpeakers.frames * LocalSpeakers.count)
    for (start, end, speaker) in speech {
        for frame in Int(start * 16_000 / 270)..<min(LocalSpeakers.frames, Int(end * 16_000 / 270)) {
            probabilities[frame * LocalSpeakers.count + speaker] = 0.95
        }
    }
    return LocalSpeakers(start: .zero, probabilities: probabilities)!
}

/// The result for passages with the voices of their speakers, and stretches.
private func result(_ passages: [(start: Double, end: Double, voice: [Float])], _ stretches: [LocalSpeakers]) -> Diarization.Result {
    var diarization = Diarization()
    for passage in passages {
        let whole = range(passage.start, passage.end)
        let heard = Diarization.windows(whole, within: range(0, 100)).map { Diarization.WindowVoice($0, Voiceprint(passage.voice, model: "m")!) }
        diarization.add(whole, heard)
    }
    for stretch in stretches { diarization.add(stretch) }
    return diarization.result()
}

@Suite struct `Local speakers` {
    @Test func `need the probabilities of a whole stretch`() {
        #expect(LocalSpeakers(start: .zero, probabilities: [0.5]) == nil)
    }

    @Test func `move the edges of turns to the speech that the model hears`() {
        let found = result([(1, 5, [1, 0])], [stretch([(1.6, 4, 2)])])
        #expect(found.turns.count == 1)
        #expect(abs(found.turns[0].range.start.seconds(at: .speech) - 1.4) < 0.02)
        #expect(abs(found.turns[0].range.end.seconds(at: .speech) - 4.1) < 0.03)
    }

    @Test func `keep the turns when the model hears nobody`() {
        #expect(result([(1, 5, [1, 0])], [stretch([])]).turns == [turn(1, 5, 0)])
    }

    @Test func `find a second speaker where two speak at once`() throws {
        let found = result(
            [(0, 4, [1, 0]), (4, 9, [0, 1])], [stretch([(0, 4, 1), (2, 3, 0), (4, 9, 0)])])
        #expect(found.turns.map(\.speaker.number) == [0, 1])
        let second = try #require(found.overlaps.first)
        #expect(found.overlaps.count == 1 && second.speaker.number == 1)
        #expect(abs(second.range.start.seconds(at: .speech) - 2) < 0.02 && abs(second.range.end.seconds(at: .speech) - 3) < 0.03)
    }

    @Test func `find no second speaker where only one speaker is known`() {
        #expect(result([(0, 4, [1, 0])], [stretch([(0, 4, 1), (2, 3, 0)])]).overlaps == [])
    }

    @Test func `keep two alike voices apart that one stretch gives to two speakers`() {
        // Their distance is 0.70: one voice without hints, two with them.
        let one: [Float] = [1, 0], other: [Float] = [0.3, 0.9539]
        let passages: [(Double, Double, [Float])] = [(0, 4, one), (4.5, 9, other)]
        #expect(Set(result(passages, []).turns.map(\.speaker.number)) == [0])
        #expect(result(passages, [stretch([(0, 4, 0), (4.5, 9, 1)])]).turns.map(\.speaker.number) == [0, 1])
        #expect(Set(result(passages, [stretch([(0, 4, 0), (4.5, 9, 0)])]).turns.map(\.speaker.number)) == [0])
    }

    @Test func `say in hints how much of two clips one speaker said`() {
        let spoken = [Bool](repeating: true, count: 700)
        let stretch = stretch([(0, 3, 0), (3, 6, 1)])
        let hints = SpeakerHints(
            [range(3.5, 5), range(0, 1.5), range(1.2, 2.7), range(7, 8.5)], in: [stretch], isSpoken: spoken, rule: DiarizationRule())
        #expect(hints.amounts.count == 3)
        #expect(abs((hints.amounts[.init(1, 0)] ?? 0) - 0.2) < 1e-4)
        #expect(abs((hints.amounts[.init(2, 1)] ?? 0) + 0.1) < 1e-4)
    }

    @Test func `leave clips with a change of speakers, or with two at once, out of the groups`() {
        let stretch = stretch([(0, 3, 0), (3, 9, 1), (6, 8, 2)])
        let clips = [range(0.5, 2), range(2.2, 3.7), range(4, 5.5), range(6.2, 7.7), range(1.8, 3.3)]
        let hints = SpeakerHints(clips, in: [stretch], isSpoken: Array(repeating: true, count: 700), rule: DiarizationRule())
        #expect(hints.mixed == [1, 3])
    }
}
