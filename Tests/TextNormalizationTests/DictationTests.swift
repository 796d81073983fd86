import HarkenTesting
import Speech
import Testing
import TextNormalization

@Suite struct `Dictated marks` {
    private func said(_ text: String) -> [Word] {
        text.split(separator: " ").enumerated().map { index, word in
            Word(String(word), SampleRange(SampleIndex(Int64(index) * 10), SampleIndex(Int64(index + 1) * 10)), confidence: 0.5)
        }
    }

    @Test(arguments: [
        ("Dear Jane comma new line how are you question mark", "Dear Jane,\n How are you?"),
        ("stop period. go on exclamation point", "stop. Go on!"),
        ("One, colon two semicolon three full stop", "One: two; three."),
        ("he said open quote no close quote comma and left", "he said “no”, and left"),
        ("new paragraph Then", "new paragraph Then"),
        ("nothing is dictated here", "nothing is dictated here"),
        ("the end new paragraph the start", "the end\n\n The start"),
        ("before open parenthesis", "before ("),
    ])
    func `are marks`(spoken: String, expected: String) throws {
        let marked = try #require(Dictation(.english)).marked(said(spoken))
        #expect(marked.map(\.text).joined(separator: " ") == expected)
        #expect(marked.first?.range.start == SampleIndex(0) && marked.last?.range.end == said(spoken).last?.range.end)
    }

    @Test func `are known in English only`() { #expect(Dictation(LanguageTag("de")) == nil) }
}

@Suite struct `Profane words` {
    @Test(arguments: [
        ("What the fuck, man?", "What the f***, man?"), ("Bullshitting.", "B***********."), ("a classic assassin", "a classic assassin"),
        ("damn it", "d*** it"), ("Scunthorpe", "Scunthorpe"),
    ])
    func `show one letter`(spoken: String, expected: String) throws {
        let words = spoken.split(separator: " ").map { Word(String($0), SampleRange(.zero, .zero), confidence: 1) }
        #expect(try #require(ProfanityFilter(.english)).filtered(words).map(\.text).joined(separator: " ") == expected)
    }

    @Test func `are known in some languages, and the operator may add words`() throws {
        #expect(try #require(ProfanityFilter(LanguageTag("de"))).filtered("Scheiße!") == "S******!")
        #expect(ProfanityFilter(LanguageTag("fi")) == nil)
        let own = try #require(ProfanityFilter(LanguageTag("fi"), own: ["perkele*", "vittu"]))
        #expect(own.filtered("Perkeleen") == "P********" && own.filtered("vittu,") == "v****," && own.filtered("vittua") == "vittua")
    }
}
