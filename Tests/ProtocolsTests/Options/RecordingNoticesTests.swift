import Framing
import Protocols
import Speech
import Testing

/// Sound tracks, and what an answer says about a file, in every protocol for recordings.
@Suite struct `Notices about a recording` {
    private static let notices: [RecordingNotice] = [
        .otherTracks(heard: 1, total: 2, names: ["Mic \u{1F3A4}", "Desktop"]), .cut(at: .seconds(16), of: .seconds(24)),
    ]
    private static let texts = notices.map { $0.text(by: .parameter) }

    private func transcript(_ channels: [Word]..., notices: [RecordingNotice] = notices) -> Transcript {
        var transcript = Transcript(
            rate: .speech, length: SampleCount(160_000), language: .english, model: "m", channels: channels.map { .init(words: $0, segments: []) })
        transcript.notices = notices
        return transcript
    }

    private func openAI(_ fields: [(String, String)]) throws -> OpenAITranscriptionRequest {
        try OpenAITranscriptionRequest.parse(
            ([("model", "whisper-1")] + fields).map { .init(name: $0.0, value: $0.1) }, hasFile: true,
            try HTTPRequestHead(.post, "/v1/audio/transcriptions"), LiveConversation.context
        ).get()
    }

    private func deepgram(_ query: String) throws -> Result<DeepgramPrerecordedRequest, ErrorResponse> {
        DeepgramPrerecordedRequest.parse(
            try HTTPRequestHead(.post, "/v1/listen?" + query, headers: ["Content-Type": "video/mp4"]), LiveConversation.context)
    }

    private func assemblyAI(_ field: String) throws(RequestError) -> AssemblyAIPrerecordedRequest {
        try AssemblyAIPrerecordedRequest(Array("{\"audio_url\":\"https://a/b.mkv\",\(field)}".utf8))
    }

    @Test(arguments: ["json", "verbose_json", "diarized_json", "text", "srt", "vtt"])
    func `are in OpenAI's headers and JSON`(format: String) throws {
        let answer = OpenAITranscriptionAnswer(transcript(words("One two.")), for: try openAI([("response_format", format)]), requestID: "r")
        let headers = answer.headers.values(RecordingNotices.header)
        #expect(headers.count == 2)
        #expect(headers.first?.hasPrefix("The file has 2 sound tracks; track 1 was heard.") == true)
        #expect(headers.allSatisfy { $0.utf8.allSatisfy { (0x20..<0x7F).contains($0) } })
        guard format.hasSuffix("json") else { return }
        let body = try Parsed(answer.body)
        #expect(body["warnings"].strings == Self.texts)
        #expect(body["sound_tracks"].int == 2)
        let quiet = OpenAITranscriptionAnswer(
            transcript(words("One two."), notices: []), for: try openAI([("response_format", format)]), requestID: "r")
        #expect(!String(decoding: quiet.body, as: UTF8.self).contains("warnings"))
        #expect(quiet.headers[RecordingNotices.header] == nil)
    }

    @Test func `have the number of tracks of which one was heard, and that of channels that were mixed`() throws {
        var json = JSONWriter()
        json.beginObject()
        RecordingNotices.write([.mixedChannels(count: 2), .otherTracks(heard: 1, total: 3, names: [])], to: &json)
        json.endObject()
        let body = try Parsed(json.bytes)
        #expect(body["mixed_channels"].int == 2 && body["sound_tracks"].int == 3 && body["warnings"].count == 2)
    }

    @Test func `are in the last event of OpenAI's stream`() throws {
        var stream = OpenAITranscriptStream(for: try openAI([("stream", "true")]))
        let events = String(decoding: stream.finished(transcript(words("One two."))), as: UTF8.self)
        #expect(events.contains(#""sound_tracks":2,"warnings":["The file has 2 sound tracks"#))
    }

    @Test func `are in Deepgram's metadata and headers`() throws {
        let body = DeepgramPrerecordedAnswer.body(
            transcript(words("One two.")), for: try deepgram("model=nova-3").get(), requestID: "r", sha256: "ab", created: UnixTime(milliseconds: 0))
        let warnings = try Parsed(body)["metadata"]["warnings"]
        #expect((0..<warnings.count).map { warnings[$0]["message"].string } == Self.texts)
        #expect(DeepgramPrerecordedAnswer.headers(requestID: "r", notices: Self.notices).values(RecordingNotices.header).count == 2)
    }

    @Test func `are in AssemblyAI's metadata`() throws {
        let answer = AssemblyAIPrerecordedAnswer(
            id: "t", request: try assemblyAI(#""punctuate":true"#), state: .completed(transcript(words("One two."))))
        let metadata = try Parsed(answer.body)["metadata"]
        #expect(metadata["warning"].string == Self.texts[0])
        #expect((0..<2).map { metadata["warnings"][$0]["message"].string } == Self.texts)
        #expect(answer.notices == Self.notices)
    }

    private func soniox(_ member: String) throws(SonioxAPIError) -> SonioxPrerecordedRequest {
        try SonioxPrerecordedRequest(Array("{\"model\":\"stt-async-v5\",\"audio_url\":\"https://a/b.mkv\",\(member)}".utf8))
    }

    @Test(arguments: [("2", TrackChoice.number(2)), ("all", .all)])
    func `go with a choice of tracks in every protocol`(text: String, choice: TrackChoice) throws {
        #expect(try openAI([("track", text)]).options.tracks == choice)
        #expect(try deepgram("track=\(text)").get().options.tracks == choice)
        #expect(try assemblyAI("\"track\":\"\(text)\"").options.tracks == choice)
        #expect(try soniox("\"track\":\"\(text)\"").options.tracks == choice)
        #expect(try soniox(#""track":null"#).options.tracks == .usual)
        #expect(try soniox(#""track":3"#).options.tracks == .number(3))
        #expect(try openAI([]).options.tracks == .usual)
        #expect(try deepgram("model=nova-3").get().options.tracks == .usual)
        #expect(try assemblyAI(#""track":null"#).options.tracks == .usual)
        #expect(try assemblyAI(#""track":3"#).options.tracks == .number(3))
        // The choice is Harken's own: no vendor is sent it.
        #expect(try deepgram("track=\(text)").get().vendorOptions.options.isEmpty)
        #expect(try openAI([("track", text)]).vendorOptions.options.allSatisfy { $0.name != "track" })
        #expect(try assemblyAI("\"track\":\"\(text)\"").vendorOptions.options.allSatisfy { $0.name != "track" })
        #expect(try soniox("\"track\":\"\(text)\"").vendorOptions.options.allSatisfy { $0.name != "track" })
    }

    @Test(arguments: ["0", "-1", "65", "first", "1.5"])
    func `do not go with other choices`(text: String) throws {
        #expect(throws: ErrorResponse.self) { try openAI([("track", text)]) }
        guard case .failure = try deepgram("track=\(text)") else {
            Issue.record("taken")
            return
        }
        #expect(throws: RequestError.self) { try assemblyAI("\"track\":\"\(text)\"") }
        let fault = #expect(throws: SonioxAPIError.self) { try soniox("\"track\":\"\(text)\"") }
        #expect(fault?.fields.map(\.location) == ["body.payload.track"])
    }

    @Test func `tracks that are heard as channels become one text for protocols with one channel`() throws {
        let heard = transcript(words("Good morning."), words("And you?", from: 4), words("Fine.", from: 2), notices: [])
        let (joined, sources) = heard.joined()
        #expect(joined.channels.count == 1)
        #expect(joined.text() == "Good morning. Fine. And you?")
        #expect(sources.map(\.channel.number) == [0, 2, 1])
        #expect(joined.channels[0].words.map { $0.speaker?.number } == [0, 0, 1, 2, 2])
        #expect(joined.channels[0].segments.map(\.words) == [0..<2, 2..<3, 3..<5])
        #expect(transcript(words("Alone.")).joined().sources.isEmpty)
        let order = try soniox(#""track":"all","enable_speaker_diarization":true"#)
        let tokens = try Parsed(
            SonioxPrerecordedAnswer(id: "t", created: UnixTime(milliseconds: 0), request: order, state: .queued).body(with: heard))
        #expect(tokens["text"].string == "Good morning. Fine. And you?")
        #expect(Set((0..<tokens["tokens"].count).compactMap { tokens["tokens"][$0]["speaker"].string }) == ["1", "2", "3"])
        let answer = OpenAITranscriptionAnswer(heard, for: try openAI([("track", "all"), ("response_format", "diarized_json")]), requestID: "r")
        let segments = try Parsed(answer.body)["segments"]
        #expect((0..<3).map { segments[$0]["speaker"].string } == ["A", "B", "C"])
    }
}
