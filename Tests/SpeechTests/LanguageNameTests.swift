import Speech
import Testing

@Suite struct `The name of a language` {
    @Test(arguments: [
        "en", "EN", "pt-BR", "pt_br", "cmn", "cmn_en_ms_ta", "zh-Hant-TW", "es-419", "yue", "haw", "por", "ger", "iw", "jw", "nb", "tlh", "gsw",
    ])
    func `is a code of ISO 639, and stays as it was written`(text: String) {
        #expect(LanguageName(text) == .language(LanguageTag(text)))
        #expect(LanguageName(text)?.tag.rawValue == text && LanguageName(text)?.named != nil)
    }

    @Test(arguments: [
        ("portuguese", "pt"), ("Portuguese", "pt"), ("ENGLISH", "en"), ("haitian creole", "ht"), ("mandarin", "zh"), ("Norwegian", "no"),
        ("Irish", "ga"), ("flemish", "nl"), ("中文", "zh"),
    ])
    func `may be English`(text: String, code: String) {
        #expect(LanguageName(text) == .language(LanguageTag(code)))
    }

    @Test(arguments: ["auto", "AUTO", "detect", "und"]) func `may leave the language to the engine`(text: String) {
        #expect(LanguageName(text) == .detected)
        #expect(LanguageName(text)?.tag == .multi && LanguageName(text)?.named == nil && LanguageName(text)?.ofRecording == nil)
    }

    @Test(arguments: ["multi", "mul"]) func `may say that several are spoken`(text: String) {
        #expect(LanguageName(text) == .several)
        #expect(LanguageName(text)?.ofRecording == .multi && LanguageName(text)?.named == nil)
    }

    @Test(arguments: [
        "", " ", "x", "xx", "xx-YY", "zz", "qqq", "zxx", "mis", "banana", "Language.PT", "en US", " en", "en-", "-", "en--US", "e\u{0}n",
        "en-toolongsubtag", "../etc", "portugais", String(repeating: "x", count: 300),
    ])
    func `is refused when no language has it`(text: String) {
        #expect(LanguageName(text) == nil)
    }

    @Test func `is refused with its parameter and the form that is wanted`() {
        #expect(
            LanguageFault("language", "xx").message
                == "language is \"xx\", which no language is called; it must be a language's code such as en or pt-BR, its English name, or auto.")
        #expect(LanguageFault("language", nil).message.hasPrefix("language is missing; it must be "))
        #expect(LanguageFault("language", String(repeating: "x", count: 300)).message.count < 200)
    }

    @Test func `is known for each language that has an English one`() {
        for code in LanguageTag.withEnglishNames {
            let name = LanguageTag(code).englishName
            #expect(LanguageName(code)?.named != nil && LanguageName(name)?.tag.usual == LanguageTag(code).usual, "\(code) \(name)")
        }
    }
}
