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
        // A conversation that is not completed has no findings yet.
        (findings ?? ConversationFindings(category: .other, emoji: "")).writeMembers(to: &json)
        json.endObject()
        json.key("transcript_segments")
        json.beginArray()
        for segment in segments { segment.write(to: &json) }
        json.endArray()
        json.member("finalization_reason", optional: finalizationReason)
        json.endObject()
    }
}
