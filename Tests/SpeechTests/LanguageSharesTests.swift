import Speech
import Testing

@Suite struct `The main language of speech` {
    private static let english = LanguageTag.english, german = LanguageTag("de"), french = LanguageTag("fr")

    private func main(_ shares: [(LanguageTag, Int64)]) -> LanguageTag? {
        var all = LanguageShares()
        for (language, amount) in shares { all.add(language, amount) }
        return all.main
    }

    @Test func `is the one of most of the speech, wherever that is`() {
        #expect(main([(Self.english, 4), (Self.german, 3), (Self.french, 1), (Self.german, 2)]) == Self.german)
        #expect(main([(Self.french, 1), (Self.english, 2)]) == Self.english)
    }

    @Test func `is the first of two with equally much`() {
        #expect(main([(Self.german, 2), (Self.english, 3), (Self.german, 1)]) == Self.german)
        #expect(main([(Self.english, 0), (Self.german, 0)]) == Self.english)
    }

    @Test func `is known only where there is speech`() {
        #expect(main([]) == nil)
    }
}
