package import Framing
package import Speech

/// The answer of `POST /v1/audio/transcriptions` in every form but the stream.
package struct OpenAITranscriptionAnswer {
    /// Headers of the answer, with the content type.
    package var headers: HTTPHeaders
    package var body: [UInt8]

    /// The protocol has one channel, so several channels are joined.
    package init(_ transcript: Transcript, for request: OpenAITranscriptionRequest, requestID: String) {
        let transcript = transcript.joined().transcript
        let words = transcript.channels.first?.words ?? []
        let segments = CaptionSplitter.split(words, rate: transcript.rate).map { words[$0] }
        switch request.format {
        case .json: body = Self.json(transcript, request, words)
        case .text: body = Array((transcript.text() + "\n").utf8)
        case .srt: body = Captions.srt(Captions.cues(of: [words], rate: transcript.rate, length: transcript.length))
        case .vtt: body = Captions.vtt(Captions.cues(of: [words], rate: transcript.rate, length: transcript.length))
        case .verboseJSON: body = Self.verbose(transcript, request, words, segments)
        case .diarizedJSON: body = Self.diarized(transcript, segments)
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
        json.key("languages")
        json.beginArray()
        json.beginObject()
        json.member("code", transcript.language.primary)
        json.endObject()
        json.endArray()
        if request.includesLogprobs { OpenAILogprobs.write(words[...], &json) }
        write(usageOf: transcript, &json)
        RecordingNotices.write(transcript.notices, to: &json)
        json.endObject()
        return json.bytes
    }

    private static func verbose(
        _ transcript: Transcript, _ request: OpenAITranscriptionRequest, _ words: [Word], _ segments: [ArraySlice<Word>]
    ) -> [UInt8] {
        var json = JSONWriter(capacity: 65_536)
        json.beginObject()
        json.member("task", literal: "transcribe")
        json.member("language", transcript.language.englishName)
        json.member("duration", transcript.length.seconds(at: transcript.rate), decimals: timeDecimals)
        json.member("text", transcript.text())
        if request.granularities.contains(.word) {
            json.key("words")
            json.beginArray()
            for word in words {
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
            for (id, words) in segments.enumerated() {
                write(segment: words, id: id, temperature: request.temperature, rate: transcript.rate, &json)
            }
            json.endArray()
        }
        write(usageOf: transcript, &json)
        RecordingNotices.write(transcript.notices, to: &json)
        json.endObject()
        return json.bytes
    }

    /// Writes a segment with all of Whisper's fields: typed clients reject a segment that lacks one. Fields that only Whisper's decoder knows have
    /// their neutral values.
    private static func write(segment words: ArraySlice<Word>, id: Int, temperature: Double, rate: SampleRate, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("id", id)
        // Start of Whisper's 30 s window that has the segment, in frames of 10 ms.
        json.member("seek", Int((words.first?.range.start.seconds(at: rate) ?? 0) / 30) * 3_000)
        write(spanOf: words, rate, &json)
        json.member("text", " " + text(of: words))
        json.key("tokens")
        json.beginArray()
        json.endArray()
        json.member("temperature", temperature, decimals: 3)
        json.member("avg_logprob", words.meanLogConfidence, decimals: 4)
        json.member("compression_ratio", 1, decimals: 1)
        json.member("no_speech_prob", 0, decimals: 1)
        json.endObject()
    }

    private static func diarized(_ transcript: Transcript, _ segments: [ArraySlice<Word>]) -> [UInt8] {
        var json = JSONWriter(capacity: 65_536)
        json.beginObject()
        json.member("task", literal: "transcribe")
        json.member("duration", transcript.length.seconds(at: transcript.rate), decimals: timeDecimals)
        json.member("text", transcript.text())
        json.key("segments")
        json.beginArray()
        for (index, words) in segments.enumerated() { write(diarized: words, index: index, rate: transcript.rate, &json) }
        json.endArray()
        write(usageOf: transcript, &json)
        RecordingNotices.write(transcript.notices, to: &json)
        json.endObject()
        return json.bytes
    }

    /// Writes one segment of `diarized_json`, which is also an event of its stream.
    static func write(diarized words: ArraySlice<Word>, index: Int, rate: SampleRate, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("type", literal: "transcript.text.segment")
        json.member("id", "seg_\(index)")
        write(spanOf: words, rate, &json)
        json.member("text", text(of: words))
        // One speaker, as long as nothing distinguishes speakers.
        json.member("speaker", (words.first?.speaker ?? SpeakerLabel(0)).letters)
        json.endObject()
    }

    static func text(of words: ArraySlice<Word>) -> String { words.text }

    private static func write(spanOf words: ArraySlice<Word>, _ rate: SampleRate, _ json: inout JSONWriter) {
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
