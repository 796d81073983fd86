package import Framing

/// A piece of a channel's transcript on the live socket.
///
/// Source: Deepgram "Live Audio" reference, message `Results`.
package struct DeepgramResults: Sendable, Equatable {
    package var channel: Int
    package var channels: Int
    /// The window that the message accounts for, in seconds since the first sample.
    package var start: Double
    package var duration: Double
    package var isFinal: Bool
    /// The speaker came to an end.
    package var speechFinal: Bool
    /// Answers a `Finalize`.
    package var fromFinalize: Bool
    package var transcript: String
    /// 0…1.
    package var confidence: Double
    package var words: [DeepgramWord]
    /// Only with `language=multi`.
    package var languages: [String]

    package init(
        channel: Int = 0, channels: Int = 1, start: Double, duration: Double, isFinal: Bool, speechFinal: Bool = false, fromFinalize: Bool = false,
        words: [DeepgramWord] = [], languages: [String] = []
    ) {
        self.channel = channel
        self.channels = channels
        self.start = start
        self.duration = duration
        self.isFinal = isFinal
        self.speechFinal = speechFinal
        self.fromFinalize = fromFinalize
        transcript = words.transcript
        confidence = words.confidence
        self.words = words
        self.languages = languages
    }

    /// - Parameter metadata: the value of the member of that name, written already: the same in all messages of a stream.
    package func write(to json: inout JSONWriter, metadata: [UInt8]) {
        json.beginObject()
        json.member("type", literal: "Results")
        json.key("channel_index")
        json.beginArray()
        json.value(channel)
        json.value(channels)
        json.endArray()
        json.member("duration", duration, decimals: DeepgramWord.timeDecimals)
        json.member("start", start, decimals: DeepgramWord.timeDecimals)
        json.member("is_final", isFinal)
        json.member("speech_final", speechFinal)
        json.member("from_finalize", fromFinalize)
        json.key("channel")
        json.beginObject()
        json.key("alternatives")
        json.beginArray()
        json.beginObject()
        json.member("transcript", transcript)
        json.member("confidence", confidence, decimals: DeepgramWord.confidenceDecimals)
        json.key("words")
        json.beginArray()
        for word in words { word.write(to: &json) }
        json.endArray()
        if !languages.isEmpty {
            json.key("languages")
            json.beginArray()
            for language in languages { json.value(language) }
            json.endArray()
        }
        json.endObject()
        json.endArray()
        json.endObject()
        json.key("metadata")
        json.value(raw: metadata)
        json.endObject()
    }

    /// nil when something is missing that the message cannot do without. Words that are not words are left out.
    package init?(parsing view: JSONView) {
        let alternative = view["channel"]["alternatives"][0]
        guard let start = view["start"].double, let duration = view["duration"].double, let isFinal = view["is_final"].bool, alternative.isObject
        else { return nil }
        self.init(start: start, duration: duration, isFinal: isFinal)
        channel = view["channel_index"][0].int ?? 0
        channels = view["channel_index"][1].int ?? 1
        speechFinal = view["speech_final"].bool ?? false
        fromFinalize = view["from_finalize"].bool ?? false
        transcript = alternative["transcript"].string ?? ""
        confidence = alternative["confidence"].double ?? 0
        let list = alternative["words"]
        words.reserveCapacity(list.count)
        for index in 0..<list.count {
            if let word = DeepgramWord(parsing: list[index]) { words.append(word) }
        }
        let tags = alternative["languages"]
        for index in 0..<tags.count {
            if let tag = tags[index].string { languages.append(tag) }
        }
    }
}
