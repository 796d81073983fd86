import Framing
import Protocols
import Speech
import Testing

/// Recordings in which several languages are spoken, and recordings whose language nobody knows.
@Suite struct `Recordings of several languages` {
    private static let german = LanguageTag("de")

    /// Words of one language; nil: they tell none.
    private static func said(_ text: String, _ language: LanguageTag?, from start: Double = 0) -> [Word] {
        words(text, from: start).map { word in
            var word = word
            word.language = language
            return word
        }
    }

    private static func transcript(in language: LanguageTag = german, confidence: Float? = nil, _ channels: [[Word]]) -> Transcript {
        Transcript(
            rate: .speech, length: SampleCount(160_000), language: language, languageConfidence: confidence, model: "m",
            channels: channels.map { .init(words: $0, segments: []) })
    }

    /// German words that tell no language, and English ones. Of the words that both languages have, `mist` is profane in German only.
    private static let mixed = transcript([
        said("Scheiße, mist.", nil) + said("Shit, the mist costs twenty five dollars.", .english, from: 2) + said("Damn mist.", german, from: 8)
    ])

    private func deepgram(_ query: String, _ transcript: Transcript) throws -> Parsed {
        let head = try HTTPRequestHead(.post, "/v1/listen?" + query, headers: ["Content-Type": "audio/wav"])
        let request = try DeepgramPrerecordedRequest.parse(head, LiveConversation.context).get()
        return try Parsed(
            DeepgramPrerecordedAnswer.body(transcript, for: request, requestID: "r", sha256: "ab", created: UnixTime(milliseconds: 0)))
    }

    private func assemblyAI(_ fields: String, _ transcript: Transcript) throws -> JSONValue {
        let request = try AssemblyAIPrerecordedRequest(Array("{\"audio_url\":\"https://a/b.wav\",\(fields)}".utf8))
        return try JSONValue(parsing: AssemblyAIPrerecordedAnswer(id: "t", request: request, state: .completed(transcript)).body)
    }

    private func openAI(_ format: String, _ transcript: Transcript) throws -> Parsed {
        let fields = [("model", "whisper-1"), ("response_format", format)]
        let request = try OpenAITranscriptionRequest.parse(
            fields.map { .init(name: $0.0, value: $0.1) }, hasFile: true, try HTTPRequestHead(.post, "/v1/audio/transcriptions"),
            LiveConversation.context
        ).get()
        return try Parsed(OpenAITranscriptionAnswer(transcript, for: request, requestID: "r").body)
    }

    private func soniox(_ transcript: Transcript) throws -> Parsed {
        let order = Array(#"{"model":"stt-async-v5","audio_url":"https://a/b.mkv","enable_language_identification":true}"#.utf8)
        let request = try SonioxPrerecordedRequest(order)
        return try Parsed(
            SonioxPrerecordedAnswer(id: "t", created: UnixTime(milliseconds: 0), request: request, state: .queued).body(with: transcript))
    }

    @Test(arguments: [
        ("profanity_filter=true", "S******, m***. S***, the mist costs twenty five dollars. Damn m***."),
        ("numerals=true", "Scheiße, mist. Shit, the mist costs 25 dollars. Damn mist."),
        ("smart_format=true", "Scheiße, mist. Shit, the mist costs $25. Damn mist."),
    ])
    func `follow each word's language at Deepgram`(query: String, expected: String) throws {
        let alternative = try deepgram(query + "&punctuate=true&detect_language=true", Self.mixed)["results"]["channels"][0]["alternatives"][0]
        #expect(alternative["transcript"].string == expected)
    }

    @Test func `spell numbers in the parts that are English`() throws {
        let spoken = Self.transcript([Self.said("Haus 7", nil) + Self.said("number 7", .english, from: 2)])
        let alternative = try deepgram("numerals=false&detect_language=true", spoken)["results"]["channels"][0]["alternatives"][0]
        #expect(alternative["transcript"].string == "haus 7 number seven")
    }

    @Test func `follow each word's language at AssemblyAI`() throws {
        let hidden = try assemblyAI(#""language_detection":true,"filter_profanity":true"#, Self.mixed)
        #expect(hidden["text"] == "S******, m***. S***, the mist costs $25. Damn m***.")
        #expect(hidden["language_code"] == "de")
    }

    @Test func `name each channel's language at Deepgram`() throws {
        let spoken = Self.transcript(
            confidence: 0.75, [Self.said("Guten Tag", nil), Self.said("Good day", .english) + Self.said("Tag", nil, from: 2), []])
        let channels = try deepgram("detect_language=true&multichannel=true", spoken)["results"]["channels"]
        #expect((0..<3).map { channels[$0]["detected_language"].string } == ["de", "en", "de"])
        #expect((0..<3).map { channels[$0]["language_confidence"].double } == [0.75, 0.5, 0.75])
    }

    @Test func `name the languages of all words at OpenAI and Soniox`() throws {
        let languages = try openAI("json", Self.mixed)["languages"]
        #expect((0..<languages.count).map { languages[$0]["code"].string } == ["de", "en"])
        let tokens = try soniox(Self.mixed)["tokens"]
        #expect(Set((0..<tokens.count).map { tokens[$0]["language"].string }) == ["de", "en"])
    }

    @Test func `without a known language have no code`() throws {
        var unknown = Self.transcript(in: .undetermined, confidence: 0, [[]])
        unknown.notices = [.unknownLanguage(count: 1, total: .seconds(3), first: .zero), .silentTrack(1)]
        let channel = try deepgram("detect_language=true", unknown)["results"]["channels"][0]
        #expect(!channel["detected_language"].exists && !channel["language_confidence"].exists)
        let warnings = try deepgram("detect_language=true", unknown)["metadata"]["warnings"]
        #expect((0..<warnings.count).map { warnings[$0]["parameter"].string } == ["detect_language", "track"])
        #expect(try deepgram("language=multi", unknown)["metadata"]["warnings"][0]["parameter"].string == "language")
        #expect(try assemblyAI(#""language_detection":true"#, unknown)["language_code"] == .null)
        #expect(try openAI("verbose_json", unknown)["language"].string == "unknown")
        let plain = try openAI("json", unknown)
        #expect(plain["languages"].exists && plain["languages"].count == 0)
        #expect(try soniox(unknown)["tokens"].count == 0)
        let untold = Self.transcript(in: .undetermined, [Self.said("Hm", nil)])
        #expect(try !soniox(untold)["tokens"][0]["language"].exists)
    }
}
