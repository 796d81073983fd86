import Testing

@testable import LocalEngine

@Suite struct `Term search` {
    private func places(_ text: String, _ terms: [String], from first: Int = 0, gap: Float = 0) throws -> [(String, String, Float)] {
        let compiled = try TestTerms.compile(terms), heard = TestTerms.heard(text, from: first)
        return TermSearch(terms: compiled).places(in: heard) { _ in gap }.map { place in
            (heard.text(place.words), compiled.terms[place.term].text, place.distance)
        }
    }

    @Test func `a word that sounds like a term is a place for it`() throws {
        let found = try places("hello nocotic.", ["narcotic"])
        #expect(found.map(\.0) == ["nocotic."])
        // N AA K AA T IH K is heard: one R is missing in eight phones.
        #expect(abs((found.first?.2 ?? 1) - 0.5 / 8) < 1e-4)
    }

    @Test func `several words may stand for one, and one for several`() throws {
        #expect(try places("the nar cotic", ["narcotic"]).map(\.0) == ["nar cotic"])
        #expect(try places("the postmodern is", ["post mortem"]).map(\.0) == ["postmodern"])
    }

    @Test func `a place does not reach over punctuation`() throws {
        #expect(try places("nar, cotic", ["narcotic"]).map(\.0) == ["cotic", "nar,"])
    }

    @Test(arguments: ["narcotic", "Narcotics,", "narcotic's"])
    func `a term that is there already has no place`(text: String) throws {
        #expect(try places("the \(text) is", ["narcotic"]).isEmpty)
    }

    @Test func `a term that cannot follow is left out by its first token`() throws {
        #expect(try places("nocotic", ["narcotic"], gap: -7).count == 1)
        #expect(try places("nocotic", ["narcotic"], gap: -8.1).isEmpty)
    }

    @Test func `words before the first token that may change stay`() throws {
        #expect(try places("nocotic hello", ["narcotic"], from: 1).isEmpty)
    }

    @Test func `of overlapping places for a term only the nearest is kept`() throws {
        #expect(try places("a nocotic a", ["narcotic"]).count == 1)
    }

    @Test(arguments: [
        ("wood-cutters", "woodcutters"), ("chib bick", "Chibbick"), ("Harkenkit", "HarkenKit"), ("harken-kit,", "HarkenKit"),
    ])
    func `hyphens, spaces and inner capitals are written as the term has them`(heard: String, term: String) throws {
        let compiled = try TestTerms.compile([term])
        let found = TermSearch(terms: compiled).places(in: TestTerms.heard("the \(heard) is")) { _ in -100 }
        #expect(found.map(\.isSameLetters) == [true])
        #expect(found.map(\.words) == [1..<1 + heard.split(separator: " ").count])
    }

    @Test(arguments: [("i phone", "iPhone"), ("US", "us"), ("hello", "Hello"), ("hello", "HELLO")])
    func `ordinary words and whole capitals are not rewritten without asking`(heard: String, term: String) throws {
        let found = TermSearch(terms: try TestTerms.compile([term])).places(in: TestTerms.heard("the \(heard) is")) { _ in 0 }
        #expect(!found.contains { $0.isSameLetters })
    }

    @Test func `no more places are tried than the rule allows`() throws {
        let text = (0..<40).map { _ in "nocotic" }.joined(separator: " ")
        #expect(try places(text, ["narcotic"]).count == LookRule().maxTries)
    }
}
