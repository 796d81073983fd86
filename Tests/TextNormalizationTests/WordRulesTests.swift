import Speech
import Testing
import TextNormalization

@Suite struct `Rules for words of several languages` {
    private static func said(_ text: String, _ language: String?) -> [Word] {
        text.split(separator: " ").map {
            Word(String($0), SampleRange(.zero, .zero), confidence: 1, language: language.map { LanguageTag($0) })
        }
    }

    private static func text(_ words: [Word]) -> String { words.map(\.text).joined(separator: " ") }

    @Test(
        arguments: [
            ("de", "en", "twenty five comma mist", "25, mist"), ("de", nil, "twenty five comma mist", "twenty five comma m***"),
            ("en", nil, "twenty five comma mist", "25, mist"), ("en-US", "en-GB", "twenty five comma mist", "25, mist"),
            ("en", "de", "twenty five comma mist", "twenty five comma m***"), ("und", nil, "twenty five comma mist", "twenty five comma mist"),
            ("und", "en", "damn mist", "d*** mist"), ("multi", "de", "damn mist", "damn m***"),
            // No list has Italian words: those of the main language stay hidden.
            ("en", "it", "damn mist", "d*** mist"),
        ] as [(String, String?, String, String)])
    func `are those of the words' own language`(main: String, own: String?, spoken: String, expected: String) {
        let rules = WordRules(writtenForms: .readable, dictates: true, hidesProfanity: true)
        #expect(Self.text(rules.applied(to: Self.said(spoken, own), in: LanguageTag(main))) == expected)
    }

    @Test func `hide words of further languages everywhere`() {
        let rules = WordRules(hidesProfanity: true, profanityLanguages: [.english])
        let spoken = Self.said("damn mist", "de") + Self.said("damn", "nl")
        #expect(Self.text(rules.applied(to: spoken, in: LanguageTag("de"))) == "d*** m*** d***")
    }

    @Test func `make no form of words of two languages`() {
        let rules = WordRules(writtenForms: .readable)
        #expect(Self.text(rules.applied(to: Self.said("twenty", "en") + Self.said("five", "de"), in: .english)) == "20 five")
        #expect(Self.text(rules.applied(to: Self.said("twenty", "en") + Self.said("five", nil), in: .english)) == "25")
    }

    @Test func `hide the operator's words in every language, also when they change`() {
        var rules = WordRules(hidesProfanity: true, profanity: ["perkele*"])
        let spoken = Self.said("Perkeleen", "fi") + Self.said("perkele vittu", "en")
        #expect(Self.text(rules.applied(to: spoken, in: .english)) == "P******** p****** vittu")
        rules.profanity = ["vittu"]
        #expect(Self.text(rules.applied(to: spoken, in: .english)) == "Perkeleen perkele v****")
    }

    @Test func `hide what any language has in texts without languages`() throws {
        let rules = WordRules(hidesProfanity: true)
        let filter = try #require(rules.filter(ofTextsIn: [LanguageTag("de"), .english]))
        #expect(filter.filtered("Damn") == "D***" && filter.filtered("Mist") == "M***" && filter.filtered("merde") == "merde")
        #expect(rules.filter(ofTextsIn: []) == nil && WordRules().filter(ofTextsIn: [.english]) == nil)
    }

    @Test func `do not limit redaction, which looks at the words of all languages`() {
        let words = Self.said("Meine Karte ist", nil) + Self.said("my card number is 4242 4242 4242 4242 okay", "en")
        let transcript = Transcript(
            rate: .speech, length: SampleCount(16_000), language: LanguageTag("de"), model: "m", channels: [.init(words: words, segments: [])])
        let hidden = transcript.redacted(RedactionRule([.cardNumber], form: .hashes)).text()
        #expect(hidden.hasPrefix("Meine Karte ist my card number is #") && hidden.hasSuffix(" okay") && !hidden.contains("4242"))
    }
}
