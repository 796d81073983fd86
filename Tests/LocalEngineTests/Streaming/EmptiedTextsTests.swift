import Speech
import Testing

@testable import LocalEngine

@Suite struct `A text that was emptied` {
    private func range(_ seconds: ClosedRange<Int>) -> SampleRange {
        SampleRange(SampleIndex(seconds.lowerBound * 16_000), SampleIndex(seconds.upperBound * 16_000))
    }

    private func final(_ seconds: ClosedRange<Int>, words: Bool = false) -> Hypothesis {
        let range = range(seconds)
        return Hypothesis(range: range, words: words ? [Word("yes", range, confidence: 1)] : [])
    }

    private var second: SampleIndex { SampleIndex(16_000) }

    @Test(arguments: [(false, 1...2, false), (true, 1...2, true), (true, 2...4, false)])
    func `makes a gap of a final without words over its audio`(isEmptied: Bool, audio: ClosedRange<Int>, isGap: Bool) {
        var emptied = EmptiedTexts()
        emptied.read(range(audio), isEmptied ? .emptied : nil, window: second)
        let first = emptied.gap(final(0...2))
        #expect(first == (isGap ? .emptied : nil))
        let again = emptied.gap(final(0...2))
        #expect(again == nil, "a gap is told once")
    }

    @Test func `makes no gap of a final with words`() {
        var emptied = EmptiedTexts()
        emptied.read(range(1...2), .emptied, window: second)
        let gap = emptied.gap(final(0...3, words: true))
        #expect(gap == nil)
    }

    /// The words of an earlier reading become final up to a pause, and the rest behind the pause is read alone.
    @Test(arguments: [false, true]) func `is a gap behind earlier words only if the rest is emptied too`(isEmptied: Bool) {
        var emptied = EmptiedTexts()
        emptied.read(range(1...7), .emptied, window: second)
        emptied.read(range(5...7), isEmptied ? .emptied : nil, window: second)
        let before = emptied.gap(final(0...4, words: true))
        let behind = emptied.gap(final(4...8))
        #expect(before == nil && behind == (isEmptied ? .emptied : nil))
    }

    @Test func `is one gap where the part behind a cut is read as silence`() {
        var emptied = EmptiedTexts()
        emptied.read(range(1...14), .emptied, window: second)
        emptied.read(range(10...14), nil, window: second)
        let before = emptied.gap(final(0...10))
        let behind = emptied.gap(final(10...15))
        #expect(before == .emptied && behind == nil)
    }

    @Test func `counts no more when its window is read again, and counts when a part of the window is`() {
        var emptied = EmptiedTexts()
        emptied.read(range(1...3), .unknownLanguage, window: second)
        emptied.read(range(2...3), nil, window: second)
        var other = emptied
        other.read(range(1...4), nil, window: second)
        let gap = (part: emptied.gap(final(0...4)), whole: other.gap(final(0...4)))
        #expect(gap.part == .unknownLanguage)
        #expect(gap.whole == nil)
    }
}
