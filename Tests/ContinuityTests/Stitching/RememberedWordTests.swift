import Speech
import Testing

@testable import Continuity

@Suite struct `Remembered words` {
    private func word(_ text: String) -> RememberedWord { RememberedWord(Word(text, SampleRange(.zero, SampleIndex(100)), confidence: 1)) }

    @Test func `keep their spoken form in another place`() {
        let moved = word("25%,").placed(at: SampleRange(SampleIndex(-50), .zero))
        #expect(moved.word.range.start == SampleIndex(-50))
        #expect(moved.word.text == "25%,")
        #expect(moved.spoken.map(\.string) == ["twenty", "five", "per", "cent"])
    }

    @Test(arguments: [
        ("Okay.", ["okay"]), ("ok", ["okay"]), ("vs", ["versus"]), ("&", ["and"]), ("Alright", ["all", "right"]), ("percent", ["per", "cent"]),
        ("€3rd", ["third"]), ("€3", ["three", "euros"]), ("21st", ["twenty", "first"]), ("café", ["café"]), ("anything", ["any", "thing"]),
    ]) func `have the spoken form of their texts`(text: String, spoken: [String]) {
        #expect(word(text).spoken.map(\.string) == spoken)
    }
}
