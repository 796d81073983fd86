import Framing
import HarkenTesting
import Protocols
import Speech
import Testing

/// Every place of the protocols that takes a vendor's text and words, with sentences of every script.
@Suite struct `A vendor's text in every script` {
    enum Reader: String, CaseIterable, Sendable, CustomTestStringConvertible {
        case deepgramFinal, deepgramInterim, deepgramRecording, fluxFinal, fluxInterim
        case assemblyFinal, assemblyInterim, assemblyRecording, assemblyUtterances
        case openAIRecording, openAISegments, openAIText, realtimeFinal, realtimeDeltas
        case sonioxFinal, sonioxRecording, speechmaticsFinal, speechmaticsRecording
        case managedFinal, managedInterim, managedText

        var testDescription: String { rawValue }

        /// True if the vendor's words come with the blanks before them, or without; false if the vendor tells by language alone.
        var tellsBlanks: Bool { self != .speechmaticsFinal && self != .speechmaticsRecording }
    }

    @Test(arguments: Reader.allCases, ScriptSample.all)
    func `is heard as the vendor wrote it`(_ reader: Reader, _ sample: ScriptSample) throws {
        let text = reader.tellsBlanks ? sample.text : sample.words.joined(separator: sample.language.wordDelimiter)
        #expect(try heard(reader, sample.words, text, sample.language) == text)
    }

    @Test(arguments: Reader.allCases.filter(\.tellsBlanks), ScriptSample.all)
    func `keeps blanks that the script would not have`(_ reader: Reader, _ sample: ScriptSample) throws {
        let text = sample.words.joined(separator: " ")
        #expect(try heard(reader, sample.words, text, sample.language) == text)
    }

    @Test(arguments: [
        ("¿Cómo estás?", ["¿", "Cómo", "estás", "?"]), ("Sí, ¿cómo?", ["Sí", ",", "¿", "cómo", "?"]), ("と「はい」", ["と", "「", "はい", "」"]),
    ])
    func `has marks of the next word before it`(text: String, items: [String]) throws {
        let results = items.enumerated().map { index, item in
            let isMark = "¿?,「」".contains(item), attachment = "¿「".contains(item) ? #""attaches_to":"next","# : #""attaches_to":"previous","#
            return """
                {"type":"\(isMark ? "punctuation" : "word")",\(isMark ? attachment : "")"start_time":\(index),"end_time":\(index + 1),\
                "alternatives":[{"content":"\(item)","confidence":1}]}
                """
        }
        #expect(try speechmatics(results, delimiter: text.contains("と") ? "" : " ") == text)
        #expect(try recorded("speechmatics", Self.job(results, delimiter: text.contains("と") ? "" : " "), .english) == text)
    }

    // MARK: Readers

    private func heard(_ reader: Reader, _ words: [String], _ text: String, _ language: LanguageTag) throws -> String {
        switch reader {
        case .deepgramFinal, .deepgramInterim:
            let alternative = #"{"transcript":\#(Self.quoted(text)),"confidence":1,"words":\#(Self.deepgram(words))}"#
            return try live(
                DeepgramLiveClient(StreamOptions(rate: .speech, language: language, interims: true), credential: Credential("k")),
                """
                {"type":"Results","channel_index":[0,1],"start":0,"duration":4,"is_final":\(reader == .deepgramFinal),"speech_final":true,\
                "channel":{"alternatives":[\(alternative)]}}
                """)
        case .deepgramRecording:
            let alternative = #"{"transcript":\#(Self.quoted(text)),"confidence":1,"words":\#(Self.deepgram(words))}"#
            return try recorded("deepgram", #"{"metadata":{"duration":4},"results":{"channels":[{"alternatives":[\#(alternative)]}]}}"#, language)
        case .fluxFinal, .fluxInterim:
            var client = VendorConversation(
                DeepgramFluxClient(StreamOptions(rate: .speech, language: language, interims: true), credential: Credential("k")))
            _ = client.opened()
            client.sent(8)
            _ = client.text(#"{"type":"Connected","request_id":"r","sequence_id":0}"#)
            func turn(_ event: String) -> String {
                """
                {"type":"TurnInfo","request_id":"r","event":"\(event)","turn_index":0,"audio_window_start":0,"audio_window_end":4,\
                "transcript":\(Self.quoted(text)),"words":\(Self.deepgram(words)),"end_of_turn_confidence":0.9}
                """
            }
            let started = client.text(turn("StartOfTurn"))
            return Self.text(reader == .fluxInterim ? started : client.text(turn("EndOfTurn")))
        case .assemblyFinal, .assemblyInterim:
            let list = Self.timed(words, "text", scale: 1_000, #","word_is_final":true"#)
            return try live(
                AssemblyAILiveClient(StreamOptions(rate: .speech, language: language, interims: true, formatted: true), credential: Credential("k")),
                """
                {"type":"Turn","turn_order":0,"turn_is_formatted":true,"end_of_turn":\(reader == .assemblyFinal),\
                "transcript":\(Self.quoted(text)),"end_of_turn_confidence":0.9,"words":\(list)}
                """, after: [#"{"type":"Begin","id":"x","expires_at":1}"#])
        case .assemblyRecording:
            let list = Self.timed(words, "text", scale: 1_000)
            let answer = #"{"id":"1","status":"completed","audio_duration":4,"text":\#(Self.quoted(text)),"words":\#(list)}"#
            return try recorded("assemblyai", answer, language)
        case .assemblyUtterances:
            let list = #"[{"text":\#(Self.quoted(text)),"start":0,"end":4000,"confidence":1,"speaker":"A"}]"#
            return try recorded("assemblyai", #"{"id":"1","status":"completed","audio_duration":4,"words":[],"utterances":\#(list)}"#, language)
        case .openAIRecording:
            let list = Self.timed(words, "word")
            return try recorded("openai", #"{"text":\#(Self.quoted(text)),"duration":4,"words":\#(list)}"#, language)
        case .openAISegments:
            let list = #"[{"id":0,"start":0,"end":4,"text":\#(Self.quoted(" " + text))}]"#
            return try recorded("openai", #"{"text":\#(Self.quoted(text)),"duration":4,"segments":\#(list)}"#, language)
        case .openAIText: return try recorded("openai", #"{"text":\#(Self.quoted(text)),"duration":4}"#, language)
        case .realtimeFinal, .realtimeDeltas: return realtime(reader, text, language)
        case .sonioxFinal:
            return try live(
                SonioxLiveClient(StreamOptions(rate: .speech, language: language), credential: Credential("k")),
                #"{"tokens":\#(Self.tokens(words, text, #","is_final":true"#)),"final_audio_proc_ms":4000,"total_audio_proc_ms":4000}"#)
        case .sonioxRecording: return try recorded("soniox", #"{"id":"1","text":"","tokens":\#(Self.tokens(words, text, ""))}"#, language)
        case .speechmaticsFinal: return try speechmatics(Self.items(words), delimiter: language.wordDelimiter, language)
        case .speechmaticsRecording:
            return try recorded("speechmatics", Self.job(Self.items(words), delimiter: language.wordDelimiter), language)
        case .managedFinal, .managedInterim:
            let list = Self.timed(words, "word")
            return try managed(#""is_final":\#(reader == .managedFinal),"start":0,"end":4,"words":\#(list)"#, text)
        case .managedText: return try managed(#""is_final":true,"start":0,"end":4"#, text)
        }
    }

    /// Returns the text that a vendor's message becomes in a stream.
    private func live(_ client: some LiveClientMachine, _ message: String, after opening: [String] = []) throws -> String {
        var stream = VendorConversation(client)
        _ = stream.opened()
        for message in opening { _ = stream.text(message) }
        stream.sent(8)
        var actions = stream.text(message)
        // Some vendors' last word is final with the next message.
        actions += stream.command(.finish)
        actions += stream.text(#"{"tokens":[{"text":"<end>","is_final":true}],"final_audio_proc_ms":4000,"total_audio_proc_ms":4000}"#)
        return Self.text(actions)
    }

    private func managed(_ members: String, _ text: String) throws -> String {
        let client = ManagedLiveClient(StreamOptions(rate: .speech), credential: Credential("k"))
        return try live(client, #"{"type":"transcript","text":\#(Self.quoted(text)),\#(members)}"#, after: [#"{"type":"ready"}"#])
    }

    private func realtime(_ reader: Reader, _ text: String, _ language: LanguageTag) -> String {
        let options = StreamOptions(rate: .speech, language: language, interims: true)
        var stream = VendorConversation(OpenAILiveClient(options, credential: Credential("k")))
        _ = stream.opened()
        _ = stream.text(#"{"type":"session.updated","session":{}}"#)
        stream.sent(4)
        let type = "conversation.item.input_audio_transcription."
        if reader == .realtimeDeltas {
            // A delta ends within a word.
            let half = text.index(text.startIndex, offsetBy: text.count / 2)
            let deltas = [text[..<half], text[half...]].map { #"{"type":"\#(type)delta","item_id":"a","delta":\#(Self.quoted(String($0)))}"# }
            return Self.text(deltas.flatMap { stream.text($0) }.suffix(1))
        }
        _ = stream.command(.finalize)
        _ = stream.text(#"{"type":"input_audio_buffer.committed","item_id":"a"}"#)
        return Self.text(stream.text(#"{"type":"\#(type)completed","item_id":"a","transcript":\#(Self.quoted(text))}"#))
    }

    private func speechmatics(_ results: [String], delimiter: String, _ language: LanguageTag = .english) throws -> String {
        var stream = VendorConversation(SpeechmaticsLiveClient(StreamOptions(rate: .speech, language: language), credential: Credential("k")))
        _ = stream.opened()
        let pack = #"{"word_delimiter":"\#(delimiter)","writing_direction":"left-to-right"}"#
        _ = stream.text(#"{"message":"RecognitionStarted","id":"1","language_pack_info":\#(pack)}"#)
        stream.sent(30)
        let list = results.joined(separator: ",")
        return Self.text(
            stream.text(#"{"message":"AddTranscript","metadata":{"start_time":0,"end_time":30,"transcript":""},"results":[\#(list)]}"#)
                + stream.text(#"{"message":"EndOfUtterance","metadata":{"start_time":30,"end_time":30}}"#))
    }

    /// Returns the text that the last answer of a job becomes.
    private func recorded(_ vendor: String, _ answer: String, _ language: LanguageTag) throws -> String {
        let service = try #require(Catalogue.vendors.first { $0.name.rawValue == vendor }?.prerecorded)
        let order = PrerecordedOrder(RecognitionOptions(language: language), format: .container, credential: Credential("k"), model: nil)
        var machine = service.recognize(order)
        _ = machine.start()
        let before: [String] =
            switch vendor {
            case "assemblyai": [#"{"upload_url":"https://cdn.example/u/1"}"#, #"{"id":"1","status":"queued"}"#]
            case "soniox": [#"{"id":"f"}"#, #"{"id":"1","status":"queued"}"#, #"{"id":"1","status":"completed"}"#]
            case "speechmatics": [#"{"id":"1"}"#, #"{"job":{"id":"1","status":"done"}}"#]
            case _: []
            }
        for answer in before { _ = machine.answered(VendorAnswer(status: 200, body: Array(answer.utf8))) }
        guard case .done(let transcript) = machine.answered(VendorAnswer(status: 200, body: Array(answer.utf8))) else { return "no transcript" }
        return transcript.text()
    }

    // MARK: Messages

    private static func quoted(_ text: String) -> String {
        var json = JSONWriter()
        json.value(text)
        return json.text
    }

    /// Returns a list of words of a quarter of a second each.
    ///
    /// - Parameters:
    ///   - scale: the units of time in a second.
    ///   - members: members behind those of each word.
    private static func timed(_ words: [String], _ name: String, scale: Double = 1, _ members: String = "") -> String {
        let list = words.enumerated().map { index, word in
            let start = Double(index) * 0.25 * scale
            return #"{"\#(name)":\#(quoted(word)),"start":\#(start),"end":\#(start + 0.25 * scale),"confidence":1\#(members)}"#
        }
        return "[" + list.joined(separator: ",") + "]"
    }

    private static func deepgram(_ words: [String]) -> String {
        let list = words.enumerated().map { index, word in
            let start = Double(index) * 0.25
            let bare = quoted(Word(word, SampleRange(.zero, .zero), confidence: 1).bare)
            return #"{"word":\#(bare),"start":\#(start),"end":\#(start + 0.25),"confidence":1,"punctuated_word":\#(quoted(word))}"#
        }
        return "[" + list.joined(separator: ",") + "]"
    }

    /// Returns the words as tokens, each with the blank that the text has before it.
    private static func tokens(_ words: [String], _ text: String, _ members: String) -> String {
        var rest = text[...]
        let list = words.enumerated().map { index, word in
            let blank = rest.first == " " ? " " : ""
            rest = rest.drop { $0 == " " }.dropFirst(word.count)
            return #"{"text":\#(quoted(blank + word)),"start_ms":\#(index * 250),"end_ms":\#(index * 250 + 250),"confidence":1\#(members)}"#
        }
        return "[" + list.joined(separator: ",") + "]"
    }

    private static func items(_ words: [String]) -> [String] {
        words.enumerated().map { index, word in
            let start = Double(index) * 0.25
            return """
                {"type":"word","start_time":\(start),"end_time":\(start + 0.25),"alternatives":[{"content":\(quoted(word)),"confidence":1}]}
                """
        }
    }

    private static func job(_ results: [String], delimiter: String) -> String {
        let list = results.joined(separator: ",")
        return
            #"{"job":{"duration":30},"metadata":{"language_pack_info":{"word_delimiter":"\#(delimiter)"}},"results":[\#(list)]}"#
    }

    /// Returns the text of what was heard: of all finals, else of the last interim.
    private static func text(_ actions: some Sequence<ClientAction>) -> String {
        var finals: [Word] = [], interim = ""
        for case .event(let event) in actions {
            switch event {
            case .final(let hypothesis, _): finals += hypothesis.words
            case .interim(let hypothesis): interim = hypothesis.words.isEmpty ? interim : hypothesis.text
            case _: break
            }
        }
        return finals.isEmpty ? interim : finals.text
    }
}
