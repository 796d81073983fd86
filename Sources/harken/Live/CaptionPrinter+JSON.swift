import Framing
import Speech

extension CaptionPrinter {
    /// Returns `{"type", "start", "end", "text", "words": [{"text", "start", "end", "confidence"}]}`, with times in seconds since the first sample.
    static func json(_ type: StaticString, _ hypothesis: Hypothesis, _ rate: SampleRate) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("type", literal: type)
        writer.members(of: hypothesis.range, at: rate)
        writer.member("text", hypothesis.text)
        writer.key("words")
        writer.beginArray()
        for word in hypothesis.words {
            writer.beginObject()
            writer.member("text", word.text)
            writer.members(of: word.range, at: rate)
            writer.member("confidence", Double(word.confidence), decimals: 3)
            if let speaker = word.speaker { writer.member("speaker", speaker.number) }
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.text + "\n"
    }

    /// Returns `{"type": "turn_end", "at"}`.
    static func json(turnEnd position: SampleIndex, _ rate: SampleRate) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("type", literal: "turn_end")
        writer.member("at", position.seconds(at: rate), decimals: 3)
        writer.endObject()
        return writer.text + "\n"
    }

    /// Returns `{"type": "end", "error"}`, the last line. The error is null when the stream ended in order.
    static func json(end error: String?) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("type", literal: "end")
        writer.key("error")
        if let error { writer.value(error) } else { writer.null() }
        writer.endObject()
        return writer.text + "\n"
    }
}
