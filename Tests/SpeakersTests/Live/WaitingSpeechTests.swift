import Speech
import Testing

@testable import Speakers

@Suite("Waiting speech") struct WaitingSpeechTests {
    private let start = Instant.now
    private var waiting = WaitingSpeech(rate: .speech)

    private func word(_ text: String, _ start: Double, _ end: Double, by label: Int? = nil) -> Word {
        Word(
            text, SampleRange(SampleIndex(seconds: start, at: .speech), SampleIndex(seconds: end, at: .speech)), confidence: 1,
            speaker: label.map { SpeakerLabel($0) })
    }

    private func turn(_ start: Double, _ end: Double, _ speaker: Int) -> SpeakerTurn {
        SpeakerTurn(SampleRange(SampleIndex(seconds: start, at: .speech), SampleIndex(seconds: end, at: .speech)), SpeakerLabel(speaker))
    }

    /// The numbers of the words' clips.
    private mutating func add(_ words: [Word], expects: Bool = true) -> [Int] {
        let clips = waiting.add(words, rate: .speech, until: start + .seconds(2))
        if expects { for clip in clips { waiting.expect(clip.number) } }
        return clips.map(\.number)
    }

    private mutating func told(after: Duration = .zero, isLast: Bool = false) -> [[Int?]] {
        waiting.release(now: start + after, isLast: isLast).map { $0.map { $0.speaker?.number } }
    }

    @Test mutating func `goes on in order, as soon as it is known who says it`() {
        let first = add([word("a", 0, 1)]), second = add([word("b", 2, 3)])
        waiting.told(second[0], [turn(2, 3, 0)], labels: [8])
        #expect(told() == [])
        waiting.told(first[0], [turn(0, 1, 0)], labels: [7])
        #expect(told() == [[7], [8]])
        #expect(waiting.isEmpty && waiting.deadline == nil)
    }

    @Test mutating func `goes on with an engine's labels at once`() {
        _ = add([word("a", 0, 1, by: 3), word("b", 1, 2, by: 4)], expects: false)
        #expect(told() == [[3, 4]])
    }

    @Test mutating func `waits no longer than it may, and goes with who spoke before then`() {
        let first = add([word("a", 0, 1)])
        waiting.told(first[0], [turn(0, 1, 0)], labels: [7])
        #expect(told() == [[7]])
        _ = add([word("b", 2, 3)])
        #expect(told(after: .milliseconds(1_999)) == [])
        #expect(told(after: .seconds(2)) == [[7]])
    }

    @Test mutating func `is parted where its speaker changes, each word whole`() {
        let clip = add([word("a", 0, 1), word("b", 1, 2.2), word("c", 2.2, 3), word("d", 3, 4)])
        waiting.told(clip[0], [turn(0, 2, 0), turn(2, 4, 1)], labels: [7, 8])
        #expect(told() == [[7, 7, 8, 8]])
    }

    @Test mutating func `goes with what is nearest when it is too short to tell, also with what comes after`() {
        let first = add([word("a", 0, 2)])
        waiting.told(first[0], [turn(0, 2, 0)], labels: [7])
        #expect(told() == [[7]])
        let short = add([word("His", 3, 3.6)])
        waiting.told(short[0], [turn(3, 3.6, 0)], labels: [nil])
        // What comes next may lie nearer.
        #expect(told() == [])
        let next = add([word("father", 3.8, 6)])
        #expect(told() == [])
        waiting.told(next[0], [turn(3.8, 6, 0)], labels: [8])
        #expect(told() == [[8], [8]])
    }

    @Test mutating func `goes with who spoke just before when it is too short to tell, and waits for nothing`() {
        let first = add([word("a", 0, 2)])
        waiting.told(first[0], [turn(0, 2, 0)], labels: [7])
        _ = told()
        let short = add([word("b", 2.1, 2.4)])
        waiting.give(up: short[0])
        #expect(told() == [[7]])
    }

    @Test mutating func `waits for nothing at the end`() {
        let short = add([word("a", 0, 0.4)])
        waiting.give(up: short[0])
        #expect(told() == [])
        #expect(told(isLast: true) == [[nil]])
    }
}
