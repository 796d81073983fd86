import Framing
import Speech

/// The encoding of transcripts in the database: JSON with positions in samples.
enum TranscriptCoding {
    static func encode(_ transcript: Transcript) -> String {
        var json = JSONWriter(capacity: 65_536)
        json.beginObject()
        json.member("rate", transcript.rate.hertz)
        json.member("length", Int(transcript.length.samples))
        json.member("language", transcript.language.rawValue)
        if let confidence = transcript.languageConfidence { json.member("language_confidence", Double(confidence), decimals: 4) }
        json.member("model", transcript.model)
        if transcript.isNative { json.member("native", true) }
        if let fields = transcript.vendorFields {
            json.key("vendor_fields")
            json.value(raw: fields)
        }
        if !transcript.ignoredOptions.isEmpty {
            json.key("ignored")
            json.array(transcript.ignoredOptions)
        }
        if !transcript.notices.isEmpty {
            json.key("notices")
            json.array(transcript.notices.map(\.line))
        }
        json.key("channels")
        json.beginArray()
        for channel in transcript.channels {
            json.beginObject()
            json.key("words")
            Word.write(channel.words, to: &json)
            json.key("segments")
            json.beginArray()
            for segment in channel.segments {
                json.beginArray()
                json.value(Int(segment.range.start.samples))
                json.value(Int(segment.range.count.samples))
                json.value(segment.words.lowerBound)
                json.value(segment.words.count)
                if let speaker = segment.speaker { json.value(speaker.number) }
                json.endArray()
            }
            json.endArray()
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.text
    }

    /// Returns the transcript; nil when `text` is not a transcript.
    static func decode(_ text: String) -> Transcript? {
        guard let document = try? JSONDocument(parsing: Array(text.utf8), sizeLimit: 1 << 30) else { return nil }
        return decode(document.root)
    }

    static func decode(_ root: borrowing JSONView) -> Transcript? {
        guard let hertz = root["rate"].int, hertz > 0, let length = root["length"].int else { return nil }
        var channels: [Transcript.Channel] = []
        let list = root["channels"]
        for index in 0..<list.count {
            let words = Word.read(list[index]["words"])
            channels.append(Transcript.Channel(words: words, segments: segments(list[index]["segments"], of: words.count)))
        }
        var transcript = Transcript(
            rate: SampleRate(hertz: hertz), length: SampleCount(length), language: LanguageTag(root["language"].string ?? "en"),
            languageConfidence: root["language_confidence"].double.map { Float($0) }, model: root["model"].string ?? "", channels: channels)
        transcript.isNative = root["native"].bool == true
        if root["vendor_fields"].isObject {
            var json = JSONWriter()
            json.value(JSONValue(root["vendor_fields"]))
            transcript.vendorFields = json.bytes
        }
        let ignored = root["ignored"]
        transcript.ignoredOptions = (0..<ignored.count).compactMap { ignored[$0].string }
        let notices = root["notices"]
        transcript.notices = (0..<notices.count).compactMap { notices[$0].string.flatMap { RecordingNotice(line: $0) } }
        return transcript
    }

    private static func segments(_ list: borrowing JSONView, of words: Int) -> [Transcript.Segment] {
        (0..<list.count).compactMap { index in
            let segment = list[index]
            guard let start = segment[0].int, let count = segment[1].int, let first = segment[2].int, let length = segment[3].int,
                first >= 0, length >= 0, length <= words, first <= words - length
            else { return nil }
            var read = Transcript.Segment(range: SampleRange(SampleIndex(start), count: SampleCount(count)), words: first..<first + length)
            read.speaker = segment[4].int.map { SpeakerLabel($0) }
            return read
        }
    }
}
