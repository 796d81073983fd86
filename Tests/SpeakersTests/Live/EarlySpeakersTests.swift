import Conversations
import Speech
import Testing

@testable import Speakers

@Suite("Early speakers") struct EarlySpeakersTests {
    private var early = EarlySpeakers(rate: .speech, evidence: .seconds(2))

    /// Words of half a second, one after the other.
    private func words(_ start: Double, _ end: Double) -> [Word] {
        stride(from: start, to: end, by: 0.5).map { at in
            Word("w", SampleRange(SampleIndex(seconds: at, at: .speech), SampleIndex(seconds: at + 0.5, at: .speech)), confidence: 1)
        }
    }

    /// Gives the words their speakers, and returns those and what is listened to.
    private mutating func label(_ words: [Word]) -> (speakers: [Int?], looks: [EarlySpeakers.Look]) {
        var words = words
        let looks = early.label(&words)
        return (words.map { $0.speaker?.number }, looks)
    }

    @Test mutating func `are listened to once they have spoken for long enough, and told from then on`() {
        #expect(label(words(1, 2)).looks.isEmpty)
        let (speakers, looks) = label(words(1, 2.5))
        #expect(speakers == [nil, nil, nil])
        #expect(looks.map(\.range) == [SampleRange(SampleIndex(16_000), SampleIndex(40_000))])
        #expect(label(words(1, 2.5)).looks.isEmpty, "they are being listened to")
        early.told(looks[0].number, label: 5)
        let later = label(words(1.1, 6))
        #expect(later.speakers == Array(repeating: 5, count: 10) && later.looks.isEmpty)
    }

    @Test mutating func `are listened to again at 2, 3 and 4 s when they were not clear`() {
        let first = label(words(1, 2.5)).looks.map(\.number)
        for (end, again) in [(3.0, true), (3.5, false), (4.0, true), (4.5, false), (5.5, true), (9.0, false)] {
            let looks = label(words(1, end)).looks
            #expect(looks.map(\.number) == (again ? first : []))
            let heard = SampleRange(SampleIndex(16_000), min(SampleIndex(seconds: end, at: .speech), SampleIndex(80_000)))
            #expect(looks.allSatisfy { $0.range == heard })
        }
    }

    @Test mutating func `are listened to by the next interim where nothing was listened to`() {
        var said = words(1, 4)
        #expect(early.label(&said, mayListen: false).isEmpty)
        #expect(label(words(1, 4.5)).looks.map(\.range) == [SampleRange(SampleIndex(16_000), SampleIndex(72_000))])
    }

    @Test mutating func `are each by themselves where there is a pause between them`() {
        let looks = label(words(0, 2) + words(3, 5)).looks
        #expect(looks.count == 2)
        early.told(looks[1].number, label: 2)
        #expect(label(words(0, 2) + words(3, 5)).speakers == [nil, nil, nil, nil, 2, 2, 2, 2])
    }

    @Test mutating func `go on where the final words ended, unless there is a pause`() {
        early.committed([Word("a", SampleRange(.zero, SampleIndex(16_000)), confidence: 1, speaker: SpeakerLabel(4))])
        #expect(label(words(1, 2)).speakers == [4, 4])
        #expect(label(words(2, 3)).speakers == [nil, nil])
    }

    @Test mutating func `keep an engine's labels`() {
        var said = words(1, 4)
        for index in said.indices { said[index].speaker = SpeakerLabel(1) }
        let (speakers, looks) = label(said)
        #expect(speakers == Array(repeating: 1, count: 6) && looks.isEmpty)
    }
}
