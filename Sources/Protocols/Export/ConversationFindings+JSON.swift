package import Conversations
package import Framing
internal import Speech

extension ConversationFindings {
    /// Writes the members by which applications of Omi know what a conversation is about: `emoji`, `category`, `action_items`, `events`. The length of an
    /// appointment is in minutes.
    package func writeMembers(to json: inout JSONWriter) {
        json.member("emoji", emoji)
        json.member("category", category.rawValue)
        json.key("action_items")
        json.beginArray()
        for item in actionItems {
            json.beginObject()
            json.member("description", item.description)
            json.member("completed", false)
            json.endObject()
        }
        json.endArray()
        json.key("events")
        json.beginArray()
        for event in events {
            json.beginObject()
            json.member("title", event.title)
            json.member("description", event.description)
            json.member("start", event.start.rfc3339)
            json.member("duration", Int(event.duration / .seconds(60)))
            json.member("created", false)
            json.endObject()
        }
        json.endArray()
    }
}
