import Framing
import Protocols
import Speech
import Testing

/// The client's own words go to its protocol's vendor. They must not ask for languages that the key or the user does not allow.
@Suite struct `A vendor's own words for languages` {
    private func list(_ codes: String...) -> AllowedLanguages { AllowedLanguages(key: codes.map { LanguageTag($0) }) }

    /// Returns the fields about languages with which OpenAI is asked for a recording.
    private func openAIFields(_ languages: [String], _ allowed: AllowedLanguages) throws -> [String] {
        let request = try `OpenAI's transcriptions`.request([("model", "whisper-1")] + languages.map { ("languages[]", $0) }).get()
        var options = request.options
        try allowed.limit(&options)
        guard case .form(let fields, _) = try VendorRequests.recorded(options, by: "openai").body else { throw CancellationError() }
        return fields.filter { $0.name.hasPrefix("language") }.map { "\($0.name)=\($0.value)" }
    }

    private func deepgramQuery(_ query: String, _ allowed: AllowedLanguages) throws -> URLQuery {
        var options = try VendorRequests.deepgramRecorded(query)
        try allowed.limit(&options)
        return try VendorRequests.recordedQuery(options, by: "deepgram")
    }

    // MARK: Recordings

    @Test(arguments: [
        #""language_detection":true"#, #""language_codes":["pt","fr"]"#, #""language_detection":true,"language_confidence_threshold":0.5"#,
        #""language_detection":true,"language_detection_options":{"expected_languages":["pt","fr"]}"#,
        #""language_code":"pt","language_detection":true"#, #""language_code":"pt","language_codes":["fr"]"#,
    ])
    func `give way to the only language at AssemblyAI`(members: String) throws {
        var options = try VendorRequests.assemblyAIRecorded(members)
        try list("pt").limit(&options)
        let body = try VendorRequests.recordedBody(options, by: "assemblyai")
        #expect(body["language_code"] == "pt", "\(body)")
        for name in ["language_detection", "language_codes", "language_detection_options", "language_confidence_threshold"] {
            #expect(body[name] == nil, "\(name): \(body)")
        }
    }

    @Test(arguments: ["detect_language=true", "detect_language=pt&detect_language=fr", "language=multi"])
    func `give way to the only language at Deepgram`(query: String) throws {
        let sent = try deepgramQuery(query, list("pt"))
        #expect(sent.all("language") == ["pt"] && sent.all("detect_language").isEmpty, "\(sent.encoded)")
    }

    @Test func `give way to the only language at OpenAI`() throws {
        #expect(try openAIFields(["pt", "fr"], list("pt")) == ["language=pt"])
    }

    @Test func `keep the languages that are allowed, where there are several`() throws {
        let both = list("pt", "en")
        #expect(try deepgramQuery("detect_language=pt-BR&detect_language=fr&detect_language=en", both).all("detect_language") == ["pt-BR", "en"])
        #expect(try openAIFields(["pt", "fr", "en"], both) == ["languages[]=pt", "languages[]=en"])
        var options = try VendorRequests.assemblyAIRecorded(#""language_codes":["pt","fr","en"]"#)
        try both.limit(&options)
        #expect(try VendorRequests.recordedBody(options, by: "assemblyai")["language_codes"] == ["pt", "en"])
        let expected = #""language_detection_options":{"expected_languages":["pt","fr","en"],"fallback_language":"auto"}"#
        options = try VendorRequests.assemblyAIRecorded(#""language_detection":true,"# + expected)
        try both.limit(&options)
        let left: JSONValue = ["expected_languages": ["pt", "en"], "fallback_language": "auto"]
        #expect(try VendorRequests.recordedBody(options, by: "assemblyai")["language_detection_options"] == left)
    }

    @Test func `stay as they are where every language is allowed`() throws {
        var options = try VendorRequests.assemblyAIRecorded(#""language_code":"pt","language_detection":true,"language_codes":["pt","fr"]"#)
        let before = options.vendorOptions
        try AllowedLanguages.all.limit(&options)
        #expect(options.vendorOptions == before && before?.options.count == 3)
        #expect(try openAIFields(["pt", "fr"], .all) == ["languages[]=pt", "languages[]=fr"])
        #expect(try deepgramQuery("detect_language=pt&detect_language=fr", .all).all("detect_language") == ["pt", "fr"])
    }

    // MARK: Changes

    /// Returns the last of the changes that `UpdateConfiguration` messages with these `language_codes` make.
    private func change(_ lists: String...) throws -> StreamChange {
        var conversation = try AssemblyAIConversation()
        var last: StreamChange?
        for codes in lists {
            for case .update(let change) in conversation.commands(#"{"type":"UpdateConfiguration","language_codes":\#(codes)}"#) { last = change }
        }
        return try #require(last)
    }

    private static let names: Set<String> = ["language_codes", "language_code"]

    @Test func `of a change give way to the only language`() throws {
        var change = try change(#"["pt","fr"]"#)
        try list("pt").limit(&change, of: LanguageTag("pt"), SharedOptions())
        #expect(change.language == LanguageTag("pt") && change.shared?.languages == [LanguageTag("pt")])
        #expect(change.vendor == VendorChange([], replacing: Self.names), "the former words do not hold either")
        var options = try VendorRequests.liveOptions("/v3/ws?sample_rate=16000&speech_model=universal-3-6-pro&language_codes=%5B%22pt%22%5D")
        options.apply(change)
        #expect(try VendorRequests.liveQuery(options, to: "assemblyai").first("language_codes") == #"["pt"]"#)
    }

    @Test func `of a change from several languages to several others are limited too`() throws {
        let several = try change(#"["pt","en"]"#, #"["pt","fr"]"#)
        #expect(several.language == nil, "it was and is multi")
        var change = several
        try list("pt", "en").limit(&change, of: .multi, SharedOptions())
        #expect(change.language == LanguageTag("pt") && change.vendor == VendorChange([], replacing: Self.names))
        change = several
        try list("pt").limit(&change, of: LanguageTag("pt"), SharedOptions())
        #expect(change.language == nil && change.vendor == VendorChange([], replacing: Self.names), "no new stream is needed")
        change = try self.change(#"["pt","en"]"#, #"["pt","de","fr"]"#)
        try list("pt", "en", "de").limit(&change, of: .multi, SharedOptions())
        #expect(change.language == nil && change.vendor?.options.map(\.value) == [.json(#"["pt","de"]"#)])
        #expect(change.shared?.languages == [LanguageTag("pt"), LanguageTag("de")])
        change = try self.change(#"["pt","fr"]"#, "[]")
        try list("pt", "en").limit(&change, of: LanguageTag("pt"), SharedOptions())
        #expect(change.language == .multi && change.shared?.languages == [LanguageTag("pt"), .english])
        change = several
        #expect(throws: DisallowedLanguage.self) { try list("de").limit(&change, of: LanguageTag("de"), SharedOptions()) }
    }

    @Test func `of a change that says the same language again stay`() throws {
        var change = try change(#"["pt"]"#, #"["pt"]"#)
        let before = change
        try list("pt", "en").limit(&change, of: LanguageTag("pt"), SharedOptions())
        #expect(change == before)
    }

    @Test func `of a change stay as they are where every language is allowed`() throws {
        var change = try change(#"["pt","en"]"#, #"["pt","fr"]"#)
        let before = change
        try AllowedLanguages.all.limit(&change, of: .multi, SharedOptions())
        #expect(change == before)
    }

    @Test func `of a list take the place of hints, and leave no other language possible`() throws {
        var options = RecognitionOptions(language: .multi)
        options.shared.expect([LanguageTag("pt"), LanguageTag("fr"), .english], isStrict: false)
        try AllowedLanguages.all.limit(&options)
        #expect(!options.shared.keepsToLanguages)
        try list("pt", "fr").limit(&options)
        #expect(options.shared.languages == [LanguageTag("pt"), LanguageTag("fr")] && options.shared.keepsToLanguages)
    }

    @Test func `of a change at Flux give way to the only language`() throws {
        var options = try VendorRequests.liveOptions(
            "/v2/listen?encoding=linear16&sample_rate=16000&model=flux-general-multi&language_hint=pt")
        var change = StreamChange(language: .multi)
        change.vendor = VendorChange(
            ["pt", "fr"].map { VendorOptions.Option("language_hint", .text($0), aspect: .language) }, replacing: ["language_hint"])
        try list("pt").limit(&change, of: LanguageTag("pt"), SharedOptions())
        options.apply(change)
        #expect(try VendorRequests.liveQuery(options, to: "deepgram").all("language_hint") == ["pt"])
    }
}
