import Framing
import Protocols
import Speech
import Testing

@Suite struct `AssemblyAI's recordings` {
    private func request(_ fields: String) throws -> AssemblyAIPrerecordedRequest {
        try AssemblyAIPrerecordedRequest(Array("{\"audio_url\":\"https://a/b.wav\"\(fields.isEmpty ? "" : "," + fields)}".utf8))
    }

    private static let words = [
        ("Mr.", 0, 400, 1), ("Smith", 400, 900, 1), ("came.", 900, 1_500, 1), ("Did", 5_000, 5_400, 0), ("he?", 5_400, 5_900, 0),
    ].map { text, start, end, speaker in
        Word(
            text, SampleRange(SampleIndex(milliseconds: Int64(start), at: .speech), SampleIndex(milliseconds: Int64(end), at: .speech)),
            confidence: 0.5, speaker: SpeakerLabel(speaker))
    }

    private static func transcript(_ channels: [[Word]] = [words]) -> Transcript {
        Transcript(
            rate: .speech, length: SampleCount(101_600), language: .english, model: "base",
            channels: channels.map { .init(words: $0, segments: []) })
    }

    private func answer(_ fields: String = "", _ state: AssemblyAIPrerecordedAnswer.State = .completed(transcript())) throws
        -> AssemblyAIPrerecordedAnswer
    {
        AssemblyAIPrerecordedAnswer(id: "t1", request: try request(fields), state: state)
    }

    private func json(_ answer: AssemblyAIPrerecordedAnswer) throws -> JSONValue { try JSONValue(parsing: answer.body) }

    @Test func `are ordered with what the client wants`() throws {
        let request = try request(
            #""language_code":"en_uk","speaker_labels":true,"multichannel":true,"keyterms_prompt":["Harken"],"speech_models":["universal-2"],"unknown":{}"#
        )
        #expect(request.options.language == LanguageTag("en-GB") && request.options.diarize && request.options.separateChannels)
        #expect(request.options.keyterms == ["Harken"] && request.options.model == "universal-2")
        #expect(try self.request("").options.language == .english)
        #expect(try self.request(#""language_detection":true"#).options.language == nil)
    }

    @Test(arguments: [
        #""speaker_labels":"yes""#, #""language_code":7"#, #""audio_end_at":1.5"#, #""audio_start_from":5,"audio_end_at":5"#,
        #""summarization":true"#,
        #""redact_pii":true,"redact_pii_policies":["drug"]"#, #""redact_pii":true,"redact_pii_audio":true"#,
        #""speech_model":"nova-3""#, #""prompt":"a","keyterms_prompt":["b"]"#, #""webhook_url":"ftp://x""#,
        #""webhook_url":"https://x","webhook_auth_header_name":"X""#, #""custom_spelling":[{"from":1,"to":"a"}]"#, #""speech_threshold":2"#,
        #""speaker_options":{"min_speakers_expected":3,"max_speakers_expected":2}"#, #""speaker_options":[]"#, #""word_boost":"a""#,
        #""webhook_url":"https://x","webhook_auth_header_name":"A B","webhook_auth_header_value":"v""#,
    ])
    func `are rejected with a reason when a field cannot be used`(field: String) throws {
        do {
            _ = try request(field)
            Issue.record("it was taken")
        } catch let cause as RequestError {
            guard case .badRequest(let reason) = cause else { throw cause }
            #expect(reason.count > 10)
        }
    }

    @Test(arguments: ["", "[]", "{", #"{"audio_url":null}"#, #"{"audio_url":"/etc/passwd"}"#, #"{"audio_url":7}"#])
    func `need an address`(body: String) {
        #expect(throws: RequestError.self) { try AssemblyAIPrerecordedRequest(Array(body.utf8)) }
    }

    @Test func `take fields that are null for absent, and features that are off`() throws {
        let request = try request(#""language_code":null,"speaker_labels":null,"redact_pii":false,"auto_chapters":null,"speech_understanding":{}"#)
        #expect(request.languageCode == nil && !request.speakerLabels)
    }

    @Test func `ask for redaction by policies, in the form of a substitution`() throws {
        let plain = try request(#""redact_pii":true"#)
        #expect(plain.options.redaction == RedactionRule(.personal, form: .hashes))
        let named = try request(#""redact_pii":true,"redact_pii_policies":["person_name","credit_card_number"],"redact_pii_sub":"entity_name""#)
        #expect(named.options.redaction?.kinds == [.personName, .cardNumber])
        #expect(try request(#""redact_pii_policies":["person_name"]"#).options.redaction == nil)
    }

    @Test func `are shown with what the client requires in every state`() throws {
        for (state, status) in [(AssemblyAIPrerecordedAnswer.State.queued, "queued"), (.processing, "processing"), (.failed("why"), "error")] {
            let body = try json(answer("", state))
            #expect(body["status"] == .string(status) && body["audio_url"] == "https://a/b.wav" && body["words"] == .null && body["text"] == .null)
        }
        let done = try json(answer())
        #expect(done["status"] == "completed" && done["text"] == "Mr. Smith came. Did he?" && done["audio_duration"] == 6)
        guard case .array(let words)? = done["words"] else { return #expect(Bool(false)) }
        #expect(words[1]["start"] == 400 && words[1]["end"] == 900 && words[1]["speaker"] == .null)
        #expect(
            done["utterances"] == .null && done["speech_model"] == .null && done["speech_model_used"] == "base" && done["language_code"] == "en_us")
        let gone = try json(answer("", .deleted))
        #expect(gone["text"] == "Deleted by user." && gone["words"] == .null)
    }

    @Test func `name speakers by letters in order of appearance`() throws {
        let done = try json(answer(#""speaker_labels":true"#))
        guard case .array(let utterances)? = done["utterances"] else { return #expect(Bool(false)) }
        #expect(utterances.map { $0["speaker"] } == ["A", "B"] && utterances.map { $0["text"] } == ["Mr. Smith came.", "Did he?"])
        #expect(utterances[1]["start"] == 5_000 && utterances[1]["end"] == 5_900)
        var untold = Self.transcript([Self.words.map { Word($0.text, $0.range, confidence: 1) }])
        untold.notices = [.untoldSpeakers]
        let warned = try json(answer(#""speaker_labels":true"#, .completed(untold)))
        guard case .array(let words)? = warned["words"] else { return #expect(Bool(false)) }
        #expect(words.allSatisfy { $0["speaker"] == "A" } && warned["metadata"]?["warning"] != nil)
    }

    /// What is said on a second channel while the first one's first sentence is spoken.
    private static let meanwhile = [
        Word("Yes.", SampleRange(SampleIndex(milliseconds: 500, at: .speech), SampleIndex(milliseconds: 800, at: .speech)), confidence: 1)
    ]

    @Test(arguments: ["multichannel", "dual_channel"])
    func `keep channels apart, by time, with the channel as the speaker`(member: String) throws {
        let done = try json(answer(#""\#(member)":true"#, .completed(Self.transcript([Self.words, Self.meanwhile]))))
        #expect(done["audio_channels"] == 2 && done["text"] == "Mr. Smith came. Yes. Did he?")
        guard case .array(let utterances)? = done["utterances"], case .array(let words)? = done["words"] else { return #expect(Bool(false)) }
        #expect(utterances.map { $0["channel"] } == ["1", "2", "1"] && utterances.map { $0["speaker"] } == ["1", "2", "1"])
        #expect(words.map { $0["text"] } == ["Mr.", "Smith", "Yes.", "came.", "Did", "he?"])
        #expect(words.map { $0["speaker"] } == ["1", "1", "2", "1", "1", "1"])
    }

    @Test func `name the speakers of each channel from the first on`() throws {
        let both = Self.transcript([
            Self.words,
            Self.meanwhile.map { word in
                var word = word
                word.speaker = SpeakerLabel(0)
                return word
            },
        ])
        let done = try json(answer(#""multichannel":true,"speaker_labels":true"#, .completed(both)))
        guard case .array(let words)? = done["words"] else { return #expect(Bool(false)) }
        #expect(words.map { $0["speaker"] } == ["1A", "1A", "2A", "1A", "1B", "1B"])
    }

    @Test(arguments: [AssemblyAIPrerecordedAnswer.Export.sentences, .paragraphs])
    func `are exported in parts of one channel each`(kind: AssemblyAIPrerecordedAnswer.Export) throws {
        let answer = try answer(#""multichannel":true"#, .completed(Self.transcript([Self.words, Self.meanwhile])))
        let parts = try JSONValue(parsing: answer.export(kind, [:], requestID: "r").body)[kind.rawValue]
        guard case .array(let list)? = parts else { return #expect(Bool(false)) }
        #expect(list.first?["text"] == "Mr. Smith came." && list.first?["speaker"] == "1" && list.first?["channel"] == "1")
        #expect(list.dropFirst().first?["text"] == "Yes." && list.dropFirst().first?["speaker"] == "2")
        let found = try JSONValue(parsing: answer.export(.wordSearch, ["words": "smith came,yes came"], requestID: "r").body)
        #expect(found["total_count"] == 1, "a phrase is of one channel, though another speaks meanwhile")
    }

    @Test func `show the part, the spelling and the form that were asked for`() throws {
        #expect(try json(answer(#""audio_start_from":900,"audio_end_at":5500"#))["text"] == "came. Did")
        #expect(try json(answer(#""custom_spelling":[{"from":["smith"],"to":"Smythe"}]"#))["text"] == "Mr. Smythe came. Did he?")
        #expect(try json(answer(#""punctuate":false,"format_text":false"#))["text"] == "mr smith came did he")
    }

    @Test func `find and replace phrases where no blanks are written, however the engine divides them`() throws {
        let spoken = ["明日", "は", "東京", "で", "会議", "です。"].enumerated().map { index, text in
            Word(text, SampleRange(SampleIndex(Int64(index) * 8_000), SampleIndex(Int64(index + 1) * 8_000)), confidence: 0.5)
        }
        func answered(_ fields: String) throws -> AssemblyAIPrerecordedAnswer { try answer(fields, .completed(Self.transcript([spoken]))) }
        for (from, to, text) in [("明日は", "あすは", "あすは東京で会議です。"), ("です", "だ", "明日は東京で会議だ。"), ("京で", "x", "明日は東京で会議です。")] {
            #expect(try json(answered(#""custom_spelling":[{"from":["\#(from)"],"to":"\#(to)"}]"#))["text"] == .string(text))
        }
        let found = try JSONValue(parsing: answered("").export(.wordSearch, ["words": "東京で,会議,明日東京"], requestID: "r").body)
        #expect(
            found["matches"] == [
                ["text": "東京で", "count": 1, "timestamps": [[1_000, 2_000]], "indexes": [2]],
                ["text": "会議", "count": 1, "timestamps": [[2_000, 2_500]], "indexes": [4]],
            ])
    }

    @Test func `have written forms, unless the text is not to be formatted`() throws {
        let spoken = ["It", "costs", "ninety", "nine", "dollars."].enumerated().map { index, text in
            Word(text, SampleRange(SampleIndex(Int64(index) * 8_000), SampleIndex(Int64(index + 1) * 8_000)), confidence: 0.5)
        }
        func text(_ fields: String) throws -> JSONValue? { try json(answer(fields, .completed(Self.transcript([spoken]))))["text"] }
        #expect(try text("") == "It costs $99.")
        #expect(try text(#""format_text":false"#) == "it costs ninety nine dollars.")
    }

    @Test func `hide profane words where that was asked for`() throws {
        let spoken = ["Well,", "shit!"].enumerated().map { index, text in
            Word(text, SampleRange(SampleIndex(Int64(index) * 8_000), SampleIndex(Int64(index + 1) * 8_000)), confidence: 0.5)
        }
        let shown = try json(answer(#""filter_profanity":true"#, .completed(Self.transcript([spoken]))))
        #expect(shown["text"] == "Well, s***!" && shown["filter_profanity"] == true)
        #expect(try json(answer("", .completed(Self.transcript([spoken]))))["text"] == "Well, shit!")
    }

    @Test func `keep the labels of hidden words`() throws {
        let spoken = ["Jane", "[PERSON_NAME],", "[DATE_OF_BIRTH]."].enumerated().map { index, text in
            Word(text, SampleRange(SampleIndex(Int64(index) * 8_000), SampleIndex(Int64(index + 1) * 8_000)), confidence: 0.5)
        }
        #expect(try json(answer(#""punctuate":false"#, .completed(Self.transcript([spoken]))))["text"] == "Jane [PERSON_NAME] [DATE_OF_BIRTH]")
    }

    private func export(_ kind: AssemblyAIPrerecordedAnswer.Export, _ query: URLQuery = [:], _ fields: String = "") throws -> String {
        String(decoding: try answer(fields).export(kind, query, requestID: "r").body, as: UTF8.self)
    }

    @Test func `are exported as sentences, paragraphs and subtitles`() throws {
        let sentences = try JSONValue(parsing: Array(export(.sentences).utf8))
        guard case .array(let list)? = sentences["sentences"] else { return #expect(Bool(false)) }
        #expect(list.map { $0["text"] } == ["Mr. Smith came.", "Did he?"] && sentences["audio_duration"] == 6 && sentences["confidence"] == 0.5)
        #expect(try export(.paragraphs).contains(#""paragraphs":[{"text":"Mr. Smith came.""#))
        #expect(try export(.srt).hasPrefix("1\n00:00:00,000 --> 00:00:01,500\nMr. Smith came.\n\n2\n"))
        #expect(try export(.vtt).hasPrefix("WEBVTT\n\n00:00:00.000 --> "))
        #expect(
            try export(.srt, ["chars_per_caption": "9"]).contains("\nMr. Smith\n\n")
                || export(.srt, ["chars_per_caption": "9"]).contains("\nSmith\n\n"))
        #expect(throws: RequestError.self) { try export(.srt, ["chars_per_caption": "0"]) }
        #expect(throws: RequestError.self) { try answer("", .processing).export(.srt, [:], requestID: "r") }
        #expect(throws: RequestError.self) { try answer("", .deleted).export(.sentences, [:], requestID: "r") }
    }

    @Test func `are searched for words and phrases, whatever their case and punctuation`() throws {
        let found = try JSONValue(parsing: Array(export(.wordSearch, ["words": "SMITH CAME,did,nothing"]).utf8))
        #expect(found["total_count"] == 2)
        #expect(
            found["matches"] == [
                ["text": "smith came", "count": 1, "timestamps": [[400, 1_500]], "indexes": [1]],
                ["text": "did", "count": 1, "timestamps": [[5_000, 5_400]], "indexes": [3]],
            ])
        #expect(throws: RequestError.self) { try export(.wordSearch) }
        #expect(throws: RequestError.self) { try export(.wordSearch, ["words": "a b c d e f"]) }
    }

    @Test func `are listed with addresses of the pages beside`() throws {
        let list = try AssemblyAIPrerecordedList(["limit": "2", "status": "completed", "created_on": "2026-01-31"])
        let item = AssemblyAIPrerecordedList.Item(
            id: "t9", status: .completed, created: UnixTime(milliseconds: 1_769_860_800_000), completed: nil, audioURL: "https://a", error: nil)
        let body = try JSONValue(parsing: list.body([item], base: "http://h", hasOlder: true, hasNewer: false))
        #expect(body["page_details"]?["prev_url"] == "http://h/v2/transcript?limit=2&status=completed&created_on=2026-01-31&before_id=t9")
        #expect(body["page_details"]?["next_url"] == .null && body["page_details"]?["result_count"] == 1)
        guard case .array(let items)? = body["transcripts"] else { return #expect(Bool(false)) }
        #expect(items[0]["created"] == "2026-01-31T12:00:00.000000" && items[0]["resource_url"] == "http://h/v2/transcript/t9")
    }

    @Test(
        arguments: [["limit": "0"], ["limit": "201"], ["limit": "x"], ["status": "done"], ["created_on": "31.1.2026"], ["created_on": "2026-02-30"]]
            as [URLQuery])
    func `are not listed by what makes no sense`(query: URLQuery) {
        #expect(throws: RequestError.self) { try AssemblyAIPrerecordedList(query) }
    }
}
