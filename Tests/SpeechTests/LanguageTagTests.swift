import Speech
import Testing

@Suite struct `A language with several codes` {
    @Test(arguments: [
        ("cmn", "zh"), ("CMN", "zh"), ("cmn-Hant-TW", "zh-Hant-TW"), ("cmn_en", "zh"), ("cmn_en_ms_ta", "zh"), ("nb", "no"), ("nb-NO", "no-NO"),
        ("fil", "tl"), ("fil-PH", "tl-PH"), ("iw", "he"), ("jv", "jw"), ("en-US", "en-US"), ("en_ms", "en_ms"), ("yue", "yue"), ("multi", "multi"),
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
        #expect(!Capabilities.Languages.only(["en"]).contains(LanguageTag(code)))
    }
}
