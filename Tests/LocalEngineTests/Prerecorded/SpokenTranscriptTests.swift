import Speech
import Testing

@testable import LocalEngine
@testable import Speakers

@Suite struct `Spoken transcript` {
    private func range(_ start: Double, _ end: Double) -> SampleRange {
        SampleRange(SampleIndex(seconds: start, at: .speech), SampleIndex(seconds: end, at: .speech))
    }

    private func turn(_ start: Double, _ end: Double, _ speaker: Int) -> SpeakerTurn { SpeakerTurn(range(start, end), SpeakerLabel(speaker)) }

    private func told(_ words: [(Double, Double)], _ turns: [SpeakerTurn], _ overlaps: [SpeakerTurn] = []) -> Transcript.Channel {
        var channel = Transcript.Channel(words: words.map { Word("w", range($0.0, $0.1), confidence: 1) }, segments: [])
        var found = Diarization.Result()
        (found.turns, found.overlaps) = (turns, overlaps)
        channel.tell(found)
        return channel
    }

    @Test func `gives a word to the speaker at its middle, and a segment to each turn`() {
        let channel = told([(0, 1), (1.6, 2.2), (2.4, 3)], [turn(0, 2, 0), turn(2, 4, 1)])
        #expect(channel.words.map(\.speaker?.number) == [0, 0, 1])
        #expect(channel.segments.map(\.words) == [0..<2, 2..<3])
        #expect(channel.segments.map(\.range) == [range(0, 2.2), range(2.2, 4)])
    }

    @Test func `covers speech without words by segments without words`() {
        let channel = told([(0, 1), (6, 7)], [turn(0, 2, 0), turn(3, 5, 1), turn(6, 7, 0)])
        #expect(channel.segments.map(\.words) == [0..<1, 1..<1, 1..<2])
        #expect(channel.segments.map(\.range) == [range(0, 2), range(3, 5), range(6, 7)])
        #expect(channel.segments.map(\.speaker?.number) == [0, 1, 0])
        #expect(told([], [turn(3, 5, 0)]).segments.map(\.range) == [range(3, 5)])
    }

    @Test func `lets segments overlap where two speak at once`() {
        let channel = told([(0, 1), (4, 5)], [turn(0, 3, 0), turn(3, 6, 1)], [turn(1, 1.4, 1), turn(2.7, 3, 1)])
        #expect(channel.segments.map(\.range) == [range(0, 3), range(1, 1.4), range(2.7, 6)])
        #expect(channel.segments.map(\.words) == [0..<1, 1..<1, 1..<2])
    }

    @Test func `does not stretch a turn to a word that is far away`() {
        let channel = told([(0, 1), (8, 9)], [turn(0, 1.5, 0)])
        #expect(channel.segments.map(\.range) == [range(0, 1.5), range(8, 9)])
    }
}
