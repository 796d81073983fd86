internal import Conversations
internal import Framing
internal import Speech

/// The findings of a conversation as a JSON text in the database: `{"category", "emoji", "items": [text], "events": [[title, description, start, length]]}`,
/// with times in milliseconds.
extension ConversationFindings {
    var stored: String {
        var json = JSONWriter()
        json.beginObject()
        json.member("category", category.rawValue)
        json.member("emoji", emoji)
        json.key("items")
        json.beginArray()
        for item in actionItems { json.value(item.description) }
        json.endArray()
        json.key("events")
        json.beginArray()
        for event in events {
            json.beginArray()
            json.value(event.title)
            json.value(event.description)
            json.value(Int(event.start.milliseconds))
            json.value(Int(event.duration / .milliseconds(1)))
            json.endArray()
        }
        json.endArray()
        json.endObject()
        return json.text
    }

    /// Returns nil when the text cannot be read.
    init?(stored text: String) {
        guard let document = try? JSONDocument(parsing: Array(text.utf8).span.bytes) else { return nil }
        let items = document.root["items"], events = document.root["events"]
        self.init(
            category: document.root["category"].string.flatMap(ConversationCategory.init(rawValue:)) ?? .other, emoji: document.root["emoji"].string,
            actionItems: (0..<items.count).compactMap { items[$0].string.map { ActionItem($0) } },
            events: (0..<events.count).compactMap { index in
                let event = events[index]
                guard let title = event[0].string, let start = event[2].int else { return nil }
                return Event(
                    title: title, description: event[1].string ?? "", start: UnixTime(milliseconds: Int64(start)),
                    duration: .milliseconds(Int64(event[3].int ?? 0)))
            })
    }
}
