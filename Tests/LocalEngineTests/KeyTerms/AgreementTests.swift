import Speech
import Testing

@testable import LocalEngine

@Suite struct `Agreement with key terms` {
    private func words(_ text: String) -> [SegmentResult.Word] {
        text.split(separator: " ").enumerated().map { index, word in
            SegmentResult.Word(
                text: String(word), confidence: 1, tokens: [Token(Int32(index) + 10)],
                range: SampleRange(SampleIndex(index * 100), count: SampleCount(100)))
        }
    }

    private func agreement(_ text: String) -> Agreement {
        var agreement = Agreement()
        for _ in 0..<2 { _ = agreement.add(words(text + " x y z"), heardThrough: .zero) }
        return agreement
    }

    /// "one Termword Term four five": two words in the place of "two three".
    private var mended: [SegmentResult.Word] {
        var mended = words("One Termword Term four, five")
        mended[1].mark = TermMark(heard: "two three", wordCount: 2)
        mended[2].mark = TermMark(heard: "two three", wordCount: 0)
        return mended
    }

    @Test func `terms take the place of stable words, which stay otherwise`() {
        let agreement = agreement("one two three four five")
        #expect(agreement.stable.count == 5)
        #expect(agreement.holdSpoken(mended).map(\.text) == ["One", "Termword", "Term", "four,", "five"])
        #expect(agreement.hold(mended).map(\.text) == ["one", "Termword", "Term", "four", "five"])
    }

    @Test func `stable words behind a term are held at their own places`() {
        var result = mended
        result[3].text = "for"
        #expect(agreement("one two three four five").holdSpoken(result).map(\.text) == ["One", "Termword", "Term", "four", "five"])
    }

    @Test func `heard words are counted, not those that stand for them`() {
        #expect(Agreement.heardCount(of: mended) == 5)
        #expect(Agreement.heardCount(of: mended.prefix(2)) == 3)
        #expect(agreement("one two three four five").split(atWord: 3).behind.stable.map(\.text) == ["four", "five"])
    }

    @Test func `a text with too few words is the stable one, with the new punctuation`() {
        #expect(agreement("one two three").holdSpoken(words("One, too")).map(\.text) == ["One,", "two", "three"])
    }
}
