import Conversations
import Speech
import Testing

@testable import Speakers

/// Directions that a few voices' windows scatter around, always the same.
private struct Voices {
    private var state: UInt64 = 7

    /// Between −1 and 1.
    private mutating func noise() -> Float {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Float(Int64(bitPattern: state) >> 40) / Float(1 << 23)
    }

    mutating func window(of voice: Int, scatter: Float = 0.35) -> Voiceprint {
        var direction = (0..<32).map { _ in noise() * scatter }
        direction[voice] += 1
        return Voiceprint(direction, model: "m")!
    }
}

private func range(_ start: Double, _ end: Double) -> SampleRange {
    SampleRange(SampleIndex(seconds: start, at: .speech), SampleIndex(seconds: end, at: .speech))
}

/// Passages of speech, each with who says its first part, and until when.
private func result(_ passages: [(start: Double, end: Double, speaks: (Double) -> Int)], rule: DiarizationRule = DiarizationRule())
    -> Diarization.Result
{
    var voices = Voices()
    var diarization = Diarization(rule: rule)
    for passage in passages {
        let whole = range(passage.start, passage.end)
        let heard = Diarization.windows(whole, within: range(0, 10_000), rule: rule).map { window in
            Diarization.WindowVoice(
                window, voices.window(of: passage.speaks((window.start.seconds(at: .speech) + window.end.seconds(at: .speech)) / 2)))
        }
        diarization.add(whole, heard)
    }
    return diarization.result()
}

@Suite("Diarisation") struct DiarizationTests {
    @Test func `tells two speakers apart, by turns, and knows the first one again`() {
        let found = result([(0, 6, { _ in 3 }), (7, 12, { _ in 5 }), (14, 20, { _ in 3 })])
        #expect(found.turns.map(\.speaker.number) == [0, 1, 0])
        #expect(found.turns.map(\.range) == [range(0, 6), range(7, 12), range(14, 20)])
        #expect(found.voices.map(\.duration) == [.seconds(12), .seconds(5)])
    }

    @Test func `finds a change within speech without a pause, to within half a window`() throws {
        let found = result([(0, 10, { $0 < 5 ? 1 : 2 })])
        try #require(found.turns.count == 2)
        #expect(abs(found.turns[0].range.end.seconds(at: .speech) - 5) < 0.75)
        #expect(found.turns[0].range.end == found.turns[1].range.start)
    }

    @Test func `turns of one speaker are one over a short pause, and two over a long one or another's words`() {
        let found = result([(0, 4, { _ in 1 }), (5, 8, { _ in 1 }), (10, 14, { _ in 1 }), (14.2, 18, { _ in 2 }), (18.2, 22, { _ in 1 })])
        #expect(found.turns.map(\.range) == [range(0, 8), range(10, 14), range(14.2, 18), range(18.2, 22)])
    }

    @Test func `a noise is no speaker of its own`() {
        let found = result([(0, 20, { _ in 1 }), (21, 21.6, { _ in 9 }), (23, 40, { _ in 1 })])
        #expect(Set(found.turns.map(\.speaker.number)) == [0])
    }

    @Test func `what is too short to be heard goes with what is nearest`() {
        let found = result([(0, 6, { _ in 1 }), (8, 14, { _ in 2 }), (15.6, 15.8, { _ in 1 })])
        #expect(found.turns.map(\.speaker.number) == [0, 1, 1])
    }

    @Test func `of silence there is nothing to tell, and of one short word one turn`() {
        #expect(Diarization().result() == Diarization.Result())
        #expect(result([(1, 1.5, { _ in 1 })]).turns == [SpeakerTurn(range(1, 1.5), SpeakerLabel(0))])
    }

    @Test func `turns never overlap, whatever the passages`() {
        let found = result([(0, 3, { _ in 1 }), (2.5, 6, { _ in 2 }), (5.9, 9, { _ in 1 })])
        #expect(zip(found.turns, found.turns.dropFirst()).allSatisfy { $0.range.end <= $1.range.start })
    }
}

@Suite struct `Passages and windows` {
    @Test func `speech is widened, and joined where it meets then`() {
        let passages = Diarization.passages([range(0.1, 1), range(1.4, 2), range(4, 5)])
        #expect(passages == [range(0, 2.25), range(3.75, 5.25)])
    }

    @Test func `windows cover a passage from end to end`() {
        let windows = Diarization.windows(range(10, 14), within: range(10, 14))
        #expect(windows.first?.start == range(10, 14).start && windows.last?.end == range(10, 14).end)
        #expect(zip(windows, windows.dropFirst()).allSatisfy { $1.start - $0.start <= DiarizationRule().step })
        #expect(windows.allSatisfy { $0.count == DiarizationRule().window })
    }

    @Test func `a short passage has one window, inside the audio; one that is too short has none`() {
        #expect(Diarization.windows(range(10, 11), within: range(10, 30)) == [range(10, 11.5)])
        #expect(Diarization.windows(range(10, 11), within: range(9, 11)) == [range(9.5, 11)])
        #expect(Diarization.windows(range(10, 10.3), within: range(9, 11)) == [])
        #expect(Diarization.windows(range(10, 11), within: range(20, 30)) == [])
    }
}

@Suite struct `Speaker turns` {
    private let turns = [
        SpeakerTurn(range(0, 2), SpeakerLabel(0)), SpeakerTurn(range(2, 3), SpeakerLabel(1)), SpeakerTurn(range(6, 7), SpeakerLabel(0)),
    ]

    @Test func `a word is of the turn that most of it falls into, else of the nearest`() {
        #expect(turns.turn(of: range(1.5, 2.1)) == 0)
        #expect(turns.turn(of: range(1.9, 2.5)) == 1)
        #expect(turns.turn(of: range(3.2, 3.4)) == 1)
        #expect(turns.turn(of: range(5.2, 5.4)) == 2)
        #expect([SpeakerTurn]().turn(of: range(0, 1)) == nil)
    }
}

@Suite struct `Voice clusters` {
    @Test(arguments: [512, 16])
    func `are the same, however many are compared at once`(block: Int) {
        var voices = Voices()
        let voiceprints = (0..<60).map { voices.window(of: $0 % 3) }
        let groups = VoiceClusters(voiceprints, distance: 0.77, block: block).groups
        #expect(groups == (0..<3).map { voice in (0..<60).filter { $0 % 3 == voice } })
    }
}
