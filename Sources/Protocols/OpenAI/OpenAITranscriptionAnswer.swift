package import Framing
package import Speech

/// The answer of `POST /v1/audio/transcriptions` in every form but the stream.
package struct OpenAITranscriptionAnswer {
    /// Headers of the answer, with the content type.
    package var headers: HTTPHeaders
    package var body: [UInt8]

    /// The protocol has one channel, so several channels are joined; captions of channels that speak at once overlap.
    package init(_ recognized: Transcript, for request: OpenAITranscriptionRequest, requestID: String) {
        let transcript = recognized.joined().transcript
        let channel = transcript.channels.first ?? Transcript.Channel(words: [], segments: []), words = channel.words
        switch request.format {
        case .json: body = Self.json(transcript, request, words)
        case .text: body = Array((transcript.text() + "\n").utf8)
        case .srt: body = Captions.srt(Captions.cues(of: recognized))
        case .vtt: body = Captions.vtt(Captions.cues(of: recognized))
        case .verboseJSON: body = Self.verbose(transcript, request, channel)
        case .diarizedJSON: body = Self.diarized(transcript, request, channel)
        }
        let type =
            switch request.format {
            case .json, .verboseJSON, .diarizedJSON: "application/json"
            case .text, .srt, .vtt: "text/plain; charset=utf-8"
            }
        headers = ["Content-Type": type, "x-request-id": requestID]
        RecordingNotices.add(transcript.notices, to: &headers)
    }

    private static func json(_ transcript: Transcript, _ request: OpenAITranscriptionRequest, _ words: [Word]) -> [UInt8] {
        var json = JSONWriter(capacity: 4_096)
        json.beginObject()
        json.member("text", transcript.text())
        write(languagesOf: transcript, &json)
        if request.includesLogprobs { OpenAILogprobs.write(words[...], &json) }
        write(usageOf: transcript, &json)
        RecordingNotices.write(transcript.notices, to: &json)
        json.endObject()
        return json.bytes
    }

    private static func verbose(
        _ transcript: Transcript, _ request: OpenAITranscriptionRequest, _ channel: Transcript.Channel
    ) -> [UInt8] {
        var json = JSONWriter(capacity: 65_536)
        json.beginObject()
        json.member("task", literal: "transcribe")
        json.member("language", transcript.language == .undetermined ? "unknown" : transcript.language.englishName)
        json.member("duration", transcript.length.seconds(at: transcript.rate), decimals: timeDecimals)
        json.member("text", transcript.text())
        if request.granularities.contains(.word) {
            json.key("words")
            json.beginArray()
            for word in channel.words {
                json.beginObject()
                json.member("word", word.unpunctuated)
                write(spanOf: [word], transcript.rate, &json)
                json.endObject()
            }
            json.endArray()
        }
        if request.granularities.contains(.segment) {
            json.key("segments")
            json.beginArray()
            // An option that had no effect is not repeated.
            let temperature = transcript.ignoredOptions.contains("temperature") ? 0 : request.temperature
            for (id, range) in segments(of: channel, rate: transcript.rate).enumerated() {
                OpenAIVerboseSegment(range, of: channel, rate: transcript.rate, temperature: temperature).write(id: id, &json)
            }
            json.endArray()
        }
        write(usageOf: transcript, &json)
        RecordingNotices.write(transcript.notices, to: &json)
        json.endObject()
        return json.bytes
    }

    /// Returns the segments of `verbose_json`: the engine's own where it has some, elsewhere those of captions.
    private static func segments(of channel: Transcript.Channel, rate: SampleRate) -> [Range<Int>] {
        var segments: [Range<Int>] = []
        var next = 0
        func addCaptions(until end: Int) {
            segments += CaptionSplitter.split(Array(channel.words[next..<end]), rate: rate).map { $0.lowerBound + next..<$0.upperBound + next }
        }
        for stretch in channel.stretches where stretch.isSegment {
            let own = stretch.words.clamped(to: next..<max(next, channel.words.count))
            guard !own.isEmpty else { continue }
            addCaptions(until: own.lowerBound)
            segments.append(own)
            next = own.upperBound
        }
        addCaptions(until: channel.words.count)
        return segments
    }

    private static func diarized(
        _ transcript: Transcript, _ request: OpenAITranscriptionRequest, _ channel: Transcript.Channel
    ) -> [UInt8] {
        var json = JSONWriter(capacity: 65_536)
        json.beginObject()
        write(taskOf: transcript, &json)
        json.member("text", transcript.text())
        json.key("segments")
        json.beginArray()
        for (index, range) in CaptionSplitter.split(channel.words, rate: transcript.rate).enumerated() {
            write(diarized: channel.words[range], index: index, rate: transcript.rate, names: channel.speakerNames, &json)
        }
        json.endArray()
        if request.includesLogprobs { OpenAILogprobs.write(channel.words[...], &json) }
        write(usageOf: transcript, &json)
        RecordingNotices.write(transcript.notices, to: &json)
        json.endObject()
        return json.bytes
    }

    /// Writes one segment of `diarized_json`, which is also an event of its stream.
    ///
    /// - Parameter names: the names of speakers whose voices are those of the client's references.
    static func write(
        diarized words: ArraySlice<Word>, index: Int, rate: SampleRate, names: [SpeakerLabel: String], _ json: inout JSONWriter
    ) {
        json.beginObject()
        json.member("type", literal: "transcript.text.segment")
        json.member("id", "seg_\(index)")
        write(spanOf: words, rate, &json)
        json.member("text", words.text)
        // One speaker, as long as nothing distinguishes speakers.
        let speaker = words.first?.speaker ?? SpeakerLabel(0)
        json.member("speaker", names[speaker] ?? speaker.letters)
        json.endObject()
    }

    /// Writes the members `task` and `duration`.
    static func write(taskOf transcript: Transcript, _ json: inout JSONWriter) {
        json.member("task", literal: "transcribe")
        json.member("duration", transcript.length.seconds(at: transcript.rate), decimals: timeDecimals)
    }

    /// Writes the member `languages`; an empty list says that no language is known.
    static func write(languagesOf transcript: Transcript, _ json: inout JSONWriter) {
        json.key("languages")
        json.beginArray()
        for language in transcript.languages {
            json.beginObject()
            json.member("code", language.primary)
            json.endObject()
        }
        json.endArray()
    }

    static func write(spanOf words: ArraySlice<Word>, _ rate: SampleRate, _ json: inout JSONWriter) {
        json.member("start", words.first?.range.start.seconds(at: rate) ?? 0, decimals: timeDecimals)
        json.member("end", words.last?.range.end.seconds(at: rate) ?? 0, decimals: timeDecimals)
    }

    /// Writes the duration in seconds, rounded up as at the vendor.
    private static func write(usageOf transcript: Transcript, _ json: inout JSONWriter) {
        json.key("usage")
        json.beginObject()
        json.member("type", literal: "duration")
        json.member("seconds", Int(transcript.length.seconds(at: transcript.rate).rounded(.up)))
        json.endObject()
    }

    private static let timeDecimals = 3
}
