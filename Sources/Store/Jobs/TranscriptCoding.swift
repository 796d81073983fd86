import Framing
import Speech

/// A transcript as the database keeps it: JSON of positions in samples, each word an array of
/// `[text, start, length, confidence in thousandths, speaker, language]` without the nulls at its end.
enum TranscriptCoding {
    static func encode(_ transcript: Transcript) -> String {
        var json = JSONWriter(capacity: 65_536)
        json.beginObject()
        json.member("rate", transcript.rate.hertz)
        json.member("length", Int(transcript.length.samples))
        json.member("language", transcript.language.rawValue)
        if let confidence = transcript.languageConfidence { json.member("language_confidence", Double(confidence), decimals: 4) }
        json.member("model", transcript.model)
        json.key("channels")
        json.beginArray()
        for channel in transcript.channels {
            json.beginObject()
            json.key("words")
            json.beginArray()
            for word in channel.words { write(word, &json) }
            json.endArray()
            json.key("segments")
            json.beginArray()
            for segment in channel.segments {
                json.beginArray()
                json.value(Int(segment.range.start.samples))
                json.value(Int(segment.range.count.samples))
                json.value(segment.words.lowerBound)
                json.value(segment.words.count)
                json.endArray()
            }
            json.endArray()
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.text
    }

    private static func write(_ word: Word, _ json: inout JSONWriter) {
        json.beginArray()
        json.value(word.text)
        json.value(Int(word.range.start.samples))
        json.value(Int(word.range.count.samples))
        json.value(Int((word.confidence * 1_000).rounded()))
        if let speaker = word.speaker { json.value(speaker.number) } else if word.language != nil { json.null() }
        if let language = word.language { json.value(language.rawValue) }
        json.endArray()
    }

    /// nil when it is not one.
    static func decode(_ text: String) -> Transcript? {
        guard let document = try? JSONDocument(parsing: Array(text.utf8), sizeLimit: 1 << 30) else { return nil }
        let root = document.root
        guard let hertz = root["rate"].int, hertz > 0, let length = root["length"].int else { return nil }
        var channels: [Transcript.Channel] = []
        let list = root["channels"]
        for index in 0..<list.count {
            let words = self.words(list[index]["words"])
            channels.append(Transcript.Channel(words: words, segments: segments(list[index]["segments"], of: words.count)))
        }
        return Transcript(
            rate: SampleRate(hertz: hertz), length: SampleCount(length), language: LanguageTag(root["language"].string ?? "en"),
            languageConfidence: root["language_confidence"].double.map { Float($0) }, model: root["model"].string ?? "", channels: channels)
    }

    private static func words(_ list: borrowing JSONView) -> [Word] {
        (0..<list.count).compactMap { index in
            let word = list[index]
            guard let text = word[0].string, let start = word[1].int, let count = word[2].int else { return nil }
            return Word(
                text, SampleRange(SampleIndex(start), count: SampleCount(count)), confidence: Float(word[3].int ?? 0) / 1_000,
                speaker: word[4].int.map { SpeakerLabel($0) }, language: word[5].string.map { LanguageTag($0) })
        }
    }

    private static func segments(_ list: borrowing JSONView, of words: Int) -> [Transcript.Segment] {
        (0..<list.count).compactMap { index in
            let segment = list[index]
            guard let start = segment[0].int, let count = segment[1].int, let first = segment[2].int, let length = segment[3].int,
                first >= 0, length >= 0, length <= words, first <= words - length
            else { return nil }
            return Transcript.Segment(range: SampleRange(SampleIndex(start), count: SampleCount(count)), words: first..<first + length)
        }
    }
}
