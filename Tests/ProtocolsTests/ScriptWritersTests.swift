import Conversations
import Framing
import HarkenTesting
import Protocols
import Speech
import Testing

/// Every place of the protocols that makes text of words, with sentences of every script.
@Suite struct `A text of words in every script` {
    enum Writer: String, CaseIterable, Sendable, CustomTestStringConvertible {
        case deepgramFinal, deepgramInterim, deepgramUnpunctuated, deepgramRecording, deepgramParagraph, deepgramUtterance, flux
        case assemblyFormatted, assemblyPartial, assemblyUnformatted, assemblyUnformattedPartial, assemblyUtterance
        case assemblyRecording, assemblyUnformattedRecording, assemblySentences, assemblyParagraphs, assemblyUtterances, assemblySRT, assemblyVTT
        case openAIText, openAIVerbose, openAISegments, openAIDiarized, openAISRT, openAIVTT, openAIStream, realtimeDeltas, realtimeCompleted
        case soniox, sonioxRecording, speechmaticsFinal, speechmaticsPartial, speechmaticsItems, speechmaticsAgent, speechmaticsAgentPreview
        case managed, pushToTalk, listen
        case conversationText, conversationMarkdown, conversationJSON, conversationSRT, conversationVTT
        case webhookSegments, webhookConversation

        var testDescription: String { rawValue }

        /// True if the text has no marks and no capitals.
        var isBare: Bool {
            switch self {
            case .deepgramUnpunctuated, .assemblyUnformatted, .assemblyUnformattedPartial, .assemblyUtterance, .assemblyUnformattedRecording: true
            case _: false
            }
        }
    }

    @Test(arguments: Writer.allCases, ScriptSample.all)
    func `is written as people write it`(_ writer: Writer, _ sample: ScriptSample) throws {
        let texts = try self.texts(writer, sample)
        #expect(!texts.isEmpty)
        for text in texts { #expect(Self.joined(text, as: writer.isBare ? Self.bare(sample.text) : sample.text)) }
    }

    @Test(arguments: Writer.allCases, ["วันนี้ อากาศดี", "我的iPhone丢了", "今日は Harken です", "東京API"])
    func `has the blanks of the engine's own text`(_ writer: Writer, _ text: String) throws {
        let words = WrittenWord.timed(text, in: seconds(0, 4))
        let texts = try self.texts(writer, words, language: LanguageTag("ja"))
        #expect(!texts.isEmpty)
        for written in texts { #expect(Self.joined(written, as: writer.isBare ? Self.bare(text) : text)) }
    }

    /// Returns true if lines are the text that is expected: a line may end where the text has a blank, or between two letters that touch.
    private static func joined(_ lines: String, as expected: String) -> Bool {
        var rest = expected[...]
        for line in lines.split(separator: "\n") {
            rest = rest.drop(while: \.isWhitespace)
            guard rest.hasPrefix(line) else { return false }
            rest = rest.dropFirst(line.count)
        }
        return rest.isEmpty
    }

    /// Returns a sample's text without its marks and capitals.
    private static func bare(_ text: String) -> String { String(text.lowercased().filter { !".,?。、，「」،؟។。।။".contains($0) }) }

    @Test(arguments: ScriptSample.all)
    func `has what Speechmatics says stands between two words`(_ sample: ScriptSample) throws {
        var stream = try SpeechmaticsConversation()
        var client = try Entrance.speechmatics()
        let start = SpeechmaticsConversation.start("").replacing(#""en""#, with: #""\#(sample.language.rawValue)""#)
        stream.machine = try client.begin(start).machine
        stream.raw = []
        _ = stream.run { $0.opened(LiveStart(rate: .speech, model: "m"), now: $1, output: &$2) }
        _ = stream.event(.ready)
        let told = try stream.raw.map { try Parsed($0)["language_pack_info"] }.first { $0.exists }
        let language = sample.language.rawValue
        #expect(told?["word_delimiter"].string == (["en", "ko", "ar", "he", "hi"].contains(language) ? " " : ""))
        #expect(told?["writing_direction"].string == (["ar", "he"].contains(language) ? "right-to-left" : "left-to-right"))
    }

    @Test(arguments: ScriptSample.all)
    func `comes back from Soniox and Speechmatics`(_ sample: ScriptSample) throws {
        var soniox = try `Soniox's two sides`.sides(), speechmatics = try `Speechmatics' two sides`.sides()
        let words = sample.spoken(), end = words.last?.range.end.seconds(at: .speech) ?? 0
        let said = SessionEvent.commit(Commit(channel: .first, range: seconds(0, end), words: words, reason: .endOfTurn, engine: .local))
        soniox.audio(160_000)
        soniox.session(said)
        #expect(Self.finals(soniox.heard) == sample.text)
        speechmatics.audio(160_000)
        speechmatics.session(said)
        #expect(Self.finals(speechmatics.heard) == sample.text)
    }

    /// The text of all finals, whose words count as one list.
    private static func finals(_ events: [EngineEvent]) -> String {
        events.flatMap { event in if case .final(let final, _) = event { final.words } else { [Word]() } }.text
    }

    // MARK: Writers

    private func texts(_ writer: Writer, _ sample: ScriptSample) throws -> [String] {
        try texts(writer, sample.spoken(), language: sample.language)
    }

    private func texts(_ writer: Writer, _ words: [Word], language: LanguageTag) throws -> [String] {
        let end = words.last?.range.end.seconds(at: .speech) ?? 0
        let said = SessionEvent.commit(Commit(channel: .first, range: seconds(0, end), words: words, reason: .endOfTurn, engine: .local))
        let guess = SessionEvent.interim(Hypothesis(range: seconds(0, end), words: words, stableWords: words.count))
        let transcript = Transcript(
            rate: .speech, length: SampleCount(Int(end * 16_000)), language: language, model: "m",
            channels: [.init(words: words, segments: [.init(range: seconds(0, end), words: words.indices)])])
        switch writer {
        case .deepgramFinal: return try deepgram(said)
        case .deepgramInterim: return try deepgram(guess)
        case .deepgramUnpunctuated: return try deepgram(said, query: "encoding=linear16&sample_rate=16000")
        case .deepgramRecording: return try [deepgram(transcript)["channels"][0]["alternatives"][0]["transcript"].string].compactMap(\.self)
        case .deepgramParagraph:
            let paragraphs = try deepgram(transcript)["channels"][0]["alternatives"][0]["paragraphs"]
            let sentences = paragraphs["paragraphs"][0]["sentences"]
            return [paragraphs["transcript"].string.map { String($0.drop { $0 == "\n" }) }].compactMap(\.self)
                + (sentences.count == 1 ? [sentences[0]["text"].string].compactMap(\.self) : [])
        case .deepgramUtterance: return try [deepgram(transcript)["utterances"][0]["transcript"].string].compactMap(\.self)
        case .flux:
            var stream = try `Deepgram's turns`.Conversation()
            _ = stream.event(said)
            return try Self.members("transcript", in: stream.raw)
        case .assemblyFormatted:
            var stream = try AssemblyAIConversation(AssemblyAIConversation.usual + "&format_turns=true")
            _ = stream.event(said)
            return try [Self.members("transcript", in: stream.raw).last].compactMap(\.self)
        case .assemblyPartial:
            var stream = try AssemblyAIConversation("sample_rate=16000&encoding=pcm_s16le&speech_model=universal-3-5-pro")
            _ = stream.event(guess)
            return try Self.members("transcript", in: stream.raw)
        case .assemblyUnformatted:
            var stream = try AssemblyAIConversation()
            _ = stream.event(said)
            return try [Self.members("transcript", in: stream.raw).last].compactMap(\.self)
        case .assemblyUnformattedPartial:
            var stream = try AssemblyAIConversation()
            _ = stream.event(guess)
            return try Self.members("transcript", in: stream.raw)
        case .assemblyUtterance:
            var stream = try AssemblyAIConversation()
            _ = stream.event(said)
            return try Self.members("utterance", in: stream.raw)
        case .assemblyRecording: return try [Parsed(assembly(transcript).body)["text"].string].compactMap(\.self)
        case .assemblyUnformattedRecording:
            return try [Parsed(assembly(transcript, #","punctuate":false,"format_text":false"#).body)["text"].string].compactMap(\.self)
        case .assemblyUtterances:
            return try [Parsed(assembly(transcript, #","speaker_labels":true"#).body)["utterances"][0]["text"].string].compactMap(\.self)
        case .assemblySentences, .assemblyParagraphs:
            let export: AssemblyAIPrerecordedAnswer.Export = writer == .assemblySentences ? .sentences : .paragraphs
            let parts = try Parsed(assembly(transcript).export(export, [:], requestID: "r").body)[export.rawValue]
            return [(0..<parts.count).compactMap { parts[$0]["text"].string }.joined(separator: "\n")]
        case .assemblySRT, .assemblyVTT:
            return try [Self.lines(assembly(transcript).export(writer == .assemblySRT ? .srt : .vtt, [:], requestID: "r").body)]
        case .openAIText: return [try openAI(transcript, "text").filter { $0 != "\n" }]
        case .openAIVerbose: return try [Parsed(openAI(transcript, "verbose_json"))["text"].string].compactMap(\.self)
        case .openAISegments:
            let segments = try Parsed(openAI(transcript, "verbose_json"))["segments"]
            return segments.count == 1 ? [segments[0]["text"].string.map { String($0.dropFirst()) }].compactMap(\.self) : [transcript.text()]
        case .openAISRT, .openAIVTT: return try [Self.lines(Array(openAI(transcript, writer == .openAISRT ? "srt" : "vtt").utf8))]
        case .openAIDiarized: return try [Parsed(openAI(transcript, "diarized_json"))["text"].string].compactMap(\.self)
        case .openAIStream:
            let request = try `OpenAI's transcriptions`.request([("model", "whisper-1"), ("stream", "true")]).get()
            var stream = OpenAITranscriptStream(for: request)
            let events =
                stream.said(Array(words.prefix(2)), rate: .speech) + stream.said(Array(words[2..<3]), rate: .speech)
                + stream.finished(transcript)
            let data = String(decoding: events, as: UTF8.self).split(separator: "\n").filter { $0.hasPrefix("data: {") }.map { $0.dropFirst(6) }
            let parsed = try data.map { try Parsed(String($0)) }
            return [parsed.compactMap { $0["delta"].string }.joined()] + parsed.compactMap { $0["text"].string }
        case .realtimeDeltas, .realtimeCompleted: return try realtime(words, writer)
        case .soniox:
            var stream = try SonioxConversation()
            _ = stream.event(said)
            let tokens = try stream.raw.map { try Parsed($0)["tokens"] }
            return [
                tokens.map { list in (0..<list.count).compactMap { list[$0]["text"].string }.filter { !$0.hasPrefix("<") }.joined() }.joined()
            ]
        case .sonioxRecording:
            let order = try SonioxPrerecordedRequest(Array(#"{"model":"stt-async-v5","audio_url":"https://a/b.wav"}"#.utf8))
            let answer = SonioxPrerecordedAnswer(id: "t", created: UnixTime(milliseconds: 0), request: order, state: .queued)
            let body = try Parsed(answer.body(with: transcript)), tokens = body["tokens"]
            return [body["text"].string ?? "", (0..<tokens.count).compactMap { tokens[$0]["text"].string }.joined()]
        case .speechmaticsAgent, .speechmaticsAgentPreview:
            var stream = try SpeechmaticsAgentConversation()
            stream.raw = []
            _ = stream.event(writer == .speechmaticsAgent ? said : guess)
            return try stream.raw.compactMap { try Parsed($0)["segment"]["transcript"].string }.filter { !$0.isEmpty }
        case .speechmaticsFinal:
            var stream = try SpeechmaticsConversation()
            _ = stream.event(said)
            return try stream.raw.compactMap { try Parsed($0)["metadata"]["transcript"].string }.filter { !$0.isEmpty }.map(\.trimmed)
        case .speechmaticsPartial:
            var stream = try SpeechmaticsConversation()
            _ = stream.event(guess)
            return try stream.raw.compactMap { try Parsed($0)["metadata"]["transcript"].string }.filter { !$0.isEmpty }.map(\.trimmed)
        case .speechmaticsItems:
            let result = words.map { word in
                SpeechmaticsResult(.word, start: 0, end: 1, content: word.text, confidence: 1, blankBefore: word.blankBefore)
            }
            return [SpeechmaticsTranscript(start: 0, end: 1, results: result).text.trimmed]
        case .managed:
            var stream = try ManagedConversation.ready()
            _ = stream.event(said)
            return try Self.members("text", in: stream.raw)
        case .pushToTalk:
            var stream = try ListenConversation(route: .pushToTalk)
            _ = stream.open()
            _ = stream.serve()
            _ = stream.event(said)
            return try stream.raw.filter { $0 != "ping" }.map { try Parsed($0) }.compactMap { $0[0]["text"].string }
        case .listen:
            var stream = try ListenConversation.ready()
            stream.raw = []
            _ = stream.told(.changed(segments(of: words)))
            return try stream.raw.filter { $0 != "ping" }.map { try Parsed($0) }.compactMap { $0[0]["text"].string }
        case .conversationText, .conversationMarkdown, .conversationJSON, .conversationSRT, .conversationVTT, .webhookSegments,
            .webhookConversation:
            return try conversation(segments(of: words), writer)
        }
    }

    /// Returns the lines of captions without numbers and times.
    private static func lines(_ captions: [UInt8]) -> String {
        String(decoding: captions, as: UTF8.self).split(separator: "\n\n").flatMap { cue -> ArraySlice<Substring> in
            let lines = cue.split(separator: "\n")
            guard let time = lines.firstIndex(where: { $0.contains("-->") }) else { return [] }
            return lines[(time + 1)...]
        }.joined(separator: "\n")
    }

    private static func members(_ name: String, in messages: [String]) throws -> [String] {
        try messages.compactMap { try Parsed($0)[name].string }.filter { !$0.isEmpty }
    }

    private func deepgram(
        _ event: SessionEvent, query: String = "encoding=linear16&sample_rate=16000&interim_results=true&punctuate=true"
    ) throws -> [String] {
        var stream = try LiveConversation(query)
        _ = stream.event(event)
        return try stream.raw.compactMap { try Parsed($0)["channel"]["alternatives"][0]["transcript"].string }.filter { !$0.isEmpty }
    }

    private func deepgram(_ transcript: Transcript) throws -> Parsed {
        let head = try HTTPRequestHead(
            .post, "/v1/listen?punctuate=true&utterances=true&paragraphs=true", headers: ["Content-Type": "audio/wav"])
        let request = try DeepgramPrerecordedRequest.parse(head, LiveConversation.context).get()
        let body = DeepgramPrerecordedAnswer.body(transcript, for: request, requestID: "r", sha256: "ab", created: UnixTime(milliseconds: 0))
        return try Parsed(body)["results"]
    }

    /// - Parameter members: members of the request behind the address.
    private func assembly(_ transcript: Transcript, _ members: String = "") throws -> AssemblyAIPrerecordedAnswer {
        let request = try AssemblyAIPrerecordedRequest(Array(#"{"audio_url":"https://a/b.wav"\#(members)}"#.utf8))
        return AssemblyAIPrerecordedAnswer(id: "t", request: request, state: .completed(transcript))
    }

    private func openAI(_ transcript: Transcript, _ format: String) throws -> String {
        let model = "whisper-1"
        let request = try `OpenAI's transcriptions`.request([("model", model), ("response_format", format)]).get()
        return String(decoding: OpenAITranscriptionAnswer(transcript, for: request, requestID: "r").body, as: UTF8.self)
    }

    private func realtime(_ words: [Word], _ writer: Writer) throws -> [String] {
        var stream = try RealtimeConversation.speaking()
        // The same times at the protocol's rate.
        let placed = words.map { word in
            var word = word
            let range = word.range
            word.range = SampleRange(
                range.start.converted(from: .speech, to: Realtime.rate), range.end.converted(from: .speech, to: Realtime.rate))
            return word
        }
        let end = placed.last?.range.end ?? .zero
        let range = SampleRange(.zero, end)
        for count in 1..<placed.count {
            _ = stream.event(.interim(Hypothesis(range: range, words: placed, stableWords: count)))
        }
        _ = stream.event(.commit(Commit(channel: .first, range: range, words: placed, reason: .endOfTurn, engine: .local)))
        let transcription = "conversation.item.input_audio_transcription."
        return switch writer {
        case .realtimeDeltas:
            [stream.events.filter { $0["type"].string == transcription + "delta" }.compactMap { $0["delta"].string }.joined()]
        case _: stream.events.filter { $0["type"].string == transcription + "completed" }.compactMap { $0["transcript"].string }
        }
    }

    private func segments(of words: [Word]) -> [Segment] {
        var maker = SegmentMaker(), made = 0
        let spoken = words.map { word in
            SpokenWord(
                word.text, start: (word.range.start - .zero).duration(at: .speech), end: (word.range.end - .zero).duration(at: .speech),
                blankBefore: word.blankBefore)
        }
        return maker.add(spoken) {
            made += 1
            return ID("\(made)")
        }.changed
    }

    private func conversation(_ segments: [Segment], _ writer: Writer) throws -> [String] {
        let conversation = Conversation(
            id: ID("c"), user: ID("u"), status: .completed, source: "test", started: UnixTime(milliseconds: 0),
            finished: UnixTime(milliseconds: 9_000), segments: segments)
        let document = ConversationDocument(conversation, people: [], voices: [])
        let webhook = WebhookDocument(people: [:], owner: nil)
        func texts(_ list: Parsed) -> [String] { (0..<list.count).compactMap { list[$0]["text"].string } }
        switch writer {
        case .conversationText:
            return String(decoding: document.rendered(as: .text, in: .utc), as: UTF8.self).split(separator: "\n").map {
                String($0.dropFirst("[0:00] ".count))
            }
        case .conversationMarkdown:
            return String(decoding: document.rendered(as: .markdown, in: .utc), as: UTF8.self).split(separator: "\n").suffix(1).map {
                String($0.filter { $0 != "\\" })
            }
        case .conversationSRT: return [Self.lines(document.rendered(as: .srt, in: .utc))]
        case .conversationVTT: return [Self.lines(document.rendered(as: .vtt, in: .utc))]
        case .webhookSegments: return try texts(Parsed(webhook.segments(segments, of: ID("s")))["segments"])
        case .webhookConversation: return try texts(Parsed(webhook.conversation(conversation))["transcript_segments"])
        case _: return try texts(Parsed(document.rendered(as: .json, in: .utc))["segments"])
        }
    }
}
