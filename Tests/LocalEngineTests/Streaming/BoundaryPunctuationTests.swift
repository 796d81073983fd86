import Speech
import Testing

@testable import LocalEngine

@Suite struct `Boundary punctuation` {
    private func word(_ text: String, language: LanguageTag? = nil) -> Word {
        Word(text, SampleRange(.zero, SampleIndex(1)), confidence: 1, language: language)
    }

    private func goesOn(_ text: String) -> Word {
        var words = [word("so"), word(text)]
        BoundaryPunctuation.goesOn(&words)
        return words[1]
    }

    @Test(arguments: [("eunuch.", LateMarks.Mark.stop), ("eunuch?", .question), ("eunuch!", .exclamation)])
    func `a sentence that goes on has no mark of an end, and keeps it for a text that ends there`(text: String, end: LateMarks.Mark) {
        #expect(goesOn(text).text == "eunuch")
        #expect(goesOn(text).lateMarks == LateMarks(end: end))
    }

    @Test(arguments: ["eunuch,", "eunuch", "U.S.", "Mr."]) func `other marks and abbreviations stay`(text: String) {
        #expect(goesOn(text) == word(text))
    }

    @Test func `a word behind a stop has a capital, whatever the recogniser thinks`() {
        var punctuation = BoundaryPunctuation()
        punctuation.sent([word("eunuch.")])
        let next = punctuation.opened(word("who"), .comma)
        #expect(next.text == "Who")
        #expect(next.lateMarks == LateMarks(before: .comma))
        #expect(punctuation.opened(word("who"), nil).text == "Who")
    }

    @Test(arguments: [
        ("Who", LateMarks.Mark.stop, "who"), ("It's", .stop, "it's"), ("I", .stop, "I"), ("I'm", .stop, "I'm"), ("Paris", .stop, "Paris"),
        ("Will", .comma, "Will"), ("who", .comma, "who"),
    ])
    func `a sentence that goes on has capitals in names alone`(text: String, opening: LateMarks.Mark, shown: String) {
        var punctuation = BoundaryPunctuation()
        punctuation.sent([word("eunuch,")])
        #expect(punctuation.opened(word(text), opening).text == shown)
    }

    @Test func `a word of another language keeps its capital`() {
        var punctuation = BoundaryPunctuation()
        punctuation.sent([word("und", language: LanguageTag("de"))])
        #expect(punctuation.opened(word("So", language: LanguageTag("de")), nil).text == "So")
    }

    @Test func `a new turn begins as the recogniser writes it`() {
        var punctuation = BoundaryPunctuation()
        #expect(punctuation.opened(word("Who"), nil).text == "Who")
        punctuation.sent([word("eunuch")])
        punctuation.turnEnded()
        #expect(punctuation.opened(word("Who"), nil).text == "Who")
    }
}
