import Framing
import Protocols
import Speech
import Testing

/// The languages that the speech of a recording may be in, as its client names them.
@Suite struct `The languages to choose from` {
    private func tags(_ codes: [String]) -> [LanguageTag] { codes.map { LanguageTag($0) } }

    @Test(arguments: [
        ("detect_language=true", []), ("detect_language=false", []), ("language=multi", []), ("detect_language=de", ["de"]),
        ("detect_language=de&detect_language=pt-BR", ["de", "pt-BR"]), ("detect_language=german&detect_language=auto", []),
    ])
    func `are those of Deepgram's detect_language`(query: String, codes: [String]) throws {
        let options = try VendorRequests.deepgramRecorded(query)
        #expect(options.shared.languages == tags(codes))
        #expect((options.language == nil) == (query.hasPrefix("detect_language") && !query.hasSuffix("false")))
    }

    @Test(
        arguments: [
            (#","language_codes":["de","en"]"#, nil, ["de", "en"]), (#","language_codes":["de"]"#, nil, ["de"]),
            (#","language_codes":["de","auto"]"#, nil, []), (#","language_codes":[]"#, "en", []),
            (#","language_code":"fr","language_codes":["de","en"]"#, "fr", []),
            (#","language_detection":true,"language_detection_options":{"expected_languages":["es","it"]}"#, nil, ["es", "it"]),
            (#","language_detection_options":{"expected_languages":["es","it"]}"#, "en", []), ("", "en", []),
        ] as [(String, String?, [String])])
    func `are those of AssemblyAI's list, where no language is named`(members: String, language: String?, codes: [String]) throws {
        let request = try AssemblyAIPrerecordedRequest(Array(#"{"audio_url":"https://a/b.wav"\#(members)}"#.utf8))
        #expect(request.options.shared.languages == tags(codes))
        #expect(request.options.language?.primary == language)
        #expect(request.detectsLanguage == (language == nil))
    }
}
