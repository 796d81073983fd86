import Speech
import Testing

@Suite struct `A language with several codes` {
    @Test(arguments: [
        ("cmn", "zh"), ("CMN", "zh"), ("cmn-Hant-TW", "zh-Hant-TW"), ("cmn_en", "zh"), ("cmn_en_ms_ta", "zh"), ("nb", "no"), ("nb-NO", "no-NO"),
        ("fil", "tl"), ("fil-PH", "tl-PH"), ("iw", "he"), ("jv", "jw"), ("en-US", "en-US"), ("en_ms", "en-MS"), ("yue", "yue"), ("multi", "multi"),
        ("PT", "pt"), ("pt_br", "pt-BR"), ("por", "pt"), ("ger-AT", "de-AT"), ("zh-hant-tw", "zh-Hant-TW"), ("es-419", "es-419"), ("nob", "no"),
    ])
    func `has the code that models know`(code: String, usual: String) {
        #expect(LanguageTag(code).usual.rawValue == usual)
    }

    @Test(arguments: ["cmn", "cmn_en_ms_ta", "nb-NO", "fil"])
    func `is one that an engine has, and comes to the engine by the usual code`(code: String) throws {
        let known = Capabilities.Languages.only(["zh", "no", "tl"])
        #expect(known.contains(LanguageTag(code)))
        let stream = try #require(StreamOptions(rate: .speech, language: LanguageTag(code)).language)
        #expect(stream == LanguageTag(code).usual)
        #expect(RecognitionOptions(language: LanguageTag(code)).language == LanguageTag(code).usual)
        var changed = StreamOptions(rate: .speech, language: .english)
        changed.apply(StreamChange(language: LanguageTag(code)))
        #expect(changed.language?.rawValue == LanguageTag(code).usual.rawValue, "a change while audio flows is one like the opening")
        #expect(StreamChange(language: LanguageTag(code)).language?.rawValue == LanguageTag(code).usual.rawValue)
        #expect(!Capabilities.Languages.only(["en"]).contains(LanguageTag(code)))
    }
}
