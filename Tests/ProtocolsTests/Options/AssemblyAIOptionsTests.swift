import Foundation
import Framing
import Protocols
import Speech
import Testing

@Suite struct `Options of AssemblyAI's protocols, with AssemblyAI's engine` {
    private static let table = AssemblyAIOptions.table
    private static let usual = "sample_rate=16000&encoding=pcm_s16le"

    private func live(_ query: String, change: (inout StreamOptions) -> Void = { _ in }) throws -> URLQuery {
        var options = try VendorRequests.liveOptions("/v3/ws?\(Self.usual)&\(query)")
        change(&options)
        return try VendorRequests.liveQuery(options, to: "assemblyai")
    }

    private func recorded(_ members: String, change: (inout RecognitionOptions) -> Void = { _ in }) throws -> JSONValue {
        var options = try VendorRequests.assemblyAIRecorded(members)
        change(&options)
        return try VendorRequests.recordedBody(options, by: "assemblyai")
    }

    @Test(arguments: VendorRequests.passed(table, .live))
    func `reach a live stream as they are`(name: String) throws {
        let example = try #require(Self.table.entry(name, .live)).example
        #expect(try live("\(name)=\(PercentCoding.encode(example))").all(name) == [example])
    }

    @Test(arguments: VendorRequests.passed(table, .recorded))
    func `reach a recording's request as they are`(name: String) throws {
        let example = try #require(Self.table.entry(name, .recorded)).example
        var options = try VendorRequests.assemblyAIRecorded("\"\(name)\":\(example)")
        options.isUrgent = false
        let request = try VendorRequests.recorded(options, by: "assemblyai")
        guard case .json(let bytes) = request.body else { throw VendorRequests.Unexpected(step: "no JSON") }
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains("\"\(name)\":\(example)"), "\(text)")
        #expect(text.components(separatedBy: "\"\(name)\":").count == 2, "\(text)")
    }

    @Test func `are decided by Harken where it must`() {
        let decided = Self.table.options.filter { $0.handling == .gateway || $0.handling == .refused }.map(\.name)
        #expect(
            decided == [
                "sample_rate", "encoding", "format_turns", "inactivity_timeout", "session_heartbeat", "acknowledge_silence", "audio_url",
                "webhook_url",
                "webhook_auth_header_name", "webhook_auth_header_value", "redact_pii_audio",
            ])
    }

    @Test func `are those of LiveKit's and Pipecat's services`() throws {
        #expect(
            try live("speech_model=universal-3-6-pro&min_turn_silence=100&max_turn_silence=100&language_detection=true").encoded
                == """
                sample_rate=16000&encoding=pcm_s16le&speech_model=universal-3-6-pro&min_turn_silence=100&max_turn_silence=100&language_detection=true
                """)
        let pipecat = try live(
            "speech_model=universal-3-6-pro&formatted_finals=true&min_turn_silence=100&max_turn_silence=100&format_turns=true&continuous_partials=true"
        )
        #expect(pipecat.all("formatted_finals") == ["true"] && pipecat.all("continuous_partials") == ["true"])
    }

    @Test func `give way to what the session changes`() throws {
        let sent = try live(#"keyterms_prompt=%5B%22Harken%22%5D&min_turn_silence=100&prompt=a"#) { options in
            options.apply(StreamChange(turn: TurnRule(minimumSilence: .milliseconds(900)), keyterms: ["word"]))
        }
        #expect(sent.all("keyterms_prompt") == [#"["word"]"#] && sent.all("min_turn_silence") == ["900"] && sent.all("prompt") == ["a"])
    }

    @Test func `do not make the vendor's own webhooks where an operator redacts`() throws {
        let query = "webhook_url=https://example.org/x&prompt=a"
        #expect(try live(query).all("webhook_url") == ["https://example.org/x"])
        let sent = try live(query) { $0.vendorOptions?.allowsAnswers = false }
        #expect(sent.all("webhook_url") == [] && sent.all("prompt") == ["a"])
    }

    @Test func `hide what the client and the operator want hidden`() throws {
        let fields = #""redact_pii":true,"redact_pii_policies":["person_name"],"redact_pii_sub":"hash""#
        let body = try recorded(fields) { $0.redaction = RedactionRule.joined($0.redaction, RedactionRule([.phoneNumber])) }
        #expect(body["redact_pii_policies"] == ["person_name", "phone_number"] && body["redact_pii_sub"] == "hash")
        let own = try recorded(fields)
        #expect(own["redact_pii_policies"] == ["person_name"])
    }

    @Test func `are rejected when they need an engine that may not serve`() throws {
        for name in Self.table.options.filter({ $0.handling == .demanded }).map(\.name) {
            let body = Array(#"{"audio_url":"https://a/b.wav","\#(name)":true}"#.utf8)
            #expect(throws: RequestError.self) { try AssemblyAIPrerecordedRequest(body) }
            #expect(try AssemblyAIPrerecordedRequest(body, isNative: true).demands == [name])
        }
        let audio = Array(#"{"audio_url":"https://a/b.wav","redact_pii":true,"redact_pii_audio":true}"#.utf8)
        #expect(throws: RequestError.self) { try AssemblyAIPrerecordedRequest(audio, isNative: true) }
    }

    @Test func `of several vendors reach AssemblyAI in its words`() throws {
        var options = RecognitionOptions(language: .english, diarize: true)
        options.shared = SharedOptions(fillerWords: true, prompt: "a parcel", minSpeakers: 2, maxSpeakers: 2, temperature: 0.25)
        let body = try VendorRequests.recordedBody(options, by: "assemblyai")
        #expect(body["disfluencies"] == true && body["prompt"] == "a parcel" && body["speakers_expected"] == 2 && body["temperature"] == 0.25)
        let fillers = try VendorRequests.deepgramRecorded("filler_words=true")
        #expect(try VendorRequests.recordedBody(fillers, by: "assemblyai")["disfluencies"] == true)
        let disfluencies = try VendorRequests.assemblyAIRecorded(#""disfluencies":true,"unknown_one":[1]"#)
        let query = try VendorRequests.recordedQuery(disfluencies, by: "deepgram")
        #expect(query.all("filler_words") == ["true"] && query.all("unknown_one") == [])
    }
}
