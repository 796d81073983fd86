import Conversations
import Framing
import Protocols
import Speech

extension SegmentPrinter {
    /// Returns one JSON object in a line, of type `segments`, `removed`, `speaker`, `label` or `conversation`. Times are in seconds since the conversation's
    /// start.
    static func json(_ events: ListenEvent) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        switch events {
        case .changed(let segments):
            writer.member("type", literal: "segments")
            writer.key("segments")
            writer.beginArray()
            for segment in segments { write(segment, &writer) }
            writer.endArray()
        case .removed(let ids):
            writer.member("type", literal: "removed")
            writer.key("ids")
            writer.array(ids.map(\.rawValue))
        case .suggested(let suggestion):
            writer.member("type", literal: "speaker")
            writer.member("speaker", suggestion.speaker.number)
            writer.member("name", suggestion.name)
            writer.member("is_user", suggestion.who == .user)
            writer.key("person_id")
            if case .person(let id) = suggestion.who { writer.value(id.rawValue) } else { writer.null() }
            writer.member("segment", suggestion.segment.rawValue)
        case .labeled(let speaker, let label):
            writer.member("type", literal: "label")
            writer.member("speaker", speaker.number)
            writer.member("label", label)
        case .conversation(let id): write(id, "in_progress", &writer)
        case .processing(let id): write(id, "processing", &writer)
        case .completed(let id): write(id, "completed", &writer)
        }
        writer.endObject()
        return writer.text + "\n"
    }

    private static func write(_ conversation: ID<Conversation>, _ status: StaticString, _ writer: inout JSONWriter) {
        writer.member("type", literal: "conversation")
        writer.member("id", conversation.rawValue)
        writer.member("status", literal: status)
    }

    /// Writes `{"id", "speaker", "is_user", "person_id", "start", "end", "text"}`. Speakers are numbered from 0; null when the speaker is not known.
    private static func write(_ segment: Segment, _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("id", segment.id.rawValue)
        writer.key("speaker")
        if let speaker = segment.speaker { writer.value(speaker.number) } else { writer.null() }
        writer.member("is_user", segment.identity.isUser)
        writer.key("person_id")
        if let person = segment.identity.person { writer.value(person.rawValue) } else { writer.null() }
        writer.member("start", segment.start / .seconds(1), decimals: 3)
        writer.member("end", segment.end / .seconds(1), decimals: 3)
        writer.member("text", segment.text)
        writer.endObject()
    }
}
