import Conversations
import Framing
import Speech

extension Conversation {
    /// Writes the conversation in the form for clients, which call it a memory.
    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("id", id.rawValue)
        json.member("created_at", started.rfc3339)
        json.member("started_at", started.rfc3339)
        json.member("finished_at", finished.rfc3339)
        json.member("source", source)
        json.member("language", optional: language?.rawValue)
        json.member("status", status.rawValue)
        json.member("discarded", status == .discarded)
        json.key("structured")
        json.beginObject()
        json.member("title", title ?? "")
        json.member("overview", summary ?? "")
        json.member("emoji", literal: "")
        json.member("category", literal: "other")
        for name in ["action_items", "events"] as [StaticString] {
            json.key(name)
            json.beginArray()
            json.endArray()
        }
        json.endObject()
        json.key("transcript_segments")
        json.beginArray()
        for segment in segments { segment.write(to: &json) }
        json.endArray()
        json.member("finalization_reason", optional: finalizationReason)
        json.endObject()
    }
}
