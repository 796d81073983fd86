package import Conversations
internal import Framing
package import Speech

/// Bodies of the requests to users' webhooks, in the form that applications of Omi receive.
package struct WebhookDocument: Sendable {
    private let people: [ID<Person>: String]
    /// The user's own name.
    private let owner: String

    /// The name of a user who has not told their own name.
    private static let you = "You"

    /// - Parameter owner: the user's own name; nil when the user has not told it.
    package init(people: [ID<Person>: String], owner: String?) {
        self.people = people
        self.owner = owner ?? Self.you
    }

    /// Returns the body for a completed conversation.
    package func conversation(_ conversation: Conversation) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("id", conversation.id.rawValue)
        json.member("created_at", conversation.started.rfc3339)
        json.member("started_at", conversation.started.rfc3339)
        json.member("finished_at", conversation.finished.rfc3339)
        json.member("source", conversation.source)
        json.member("language", optional: conversation.language?.rawValue)
        json.member("status", conversation.status.rawValue)
        json.member("discarded", conversation.status == .discarded)
        json.key("structured")
        json.beginObject()
        json.member("title", conversation.title ?? "")
        json.member("overview", conversation.summary ?? "")
        (conversation.findings ?? ConversationFindings(category: .other, emoji: "")).writeMembers(to: &json)
        json.endObject()
        json.key("transcript_segments")
        write(conversation.segments, to: &json)
        for name: StaticString in ["apps_results", "plugins_results", "photos"] {
            json.key(name)
            json.array([])
        }
        json.member("folder_id", optional: nil)
        json.member("folder_name", optional: nil)
        json.endObject()
        return json.bytes
    }

    /// Returns the body for segments of a live session that have come or changed.
    package func segments(_ segments: [Segment], of session: ID<Session>) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key("segments")
        write(segments, to: &json)
        json.member("session_id", session.rawValue)
        json.endObject()
        return json.bytes
    }

    /// Fields of a segment that tell how the words and the speaker were found stay here.
    private static let names: Set<String> = ["id", "text", "speaker", "speaker_id", "is_user", "person_id", "start", "end"]
    private static let fields = SegmentField.all.filter { field in field.name.map { names.contains($0.description) } ?? false }

    private func write(_ segments: [Segment], to json: inout JSONWriter) {
        json.beginArray()
        for segment in segments {
            json.beginObject()
            for field in Self.fields { field.write(of: segment, to: &json) }
            json.member("speaker_name", name(of: segment))
            json.endObject()
        }
        json.endArray()
    }

    private func name(of segment: Segment) -> String {
        switch segment.identity.who {
        case .user: owner
        case .person(let id): people[id] ?? number(of: segment)
        case .voice, .unknown: number(of: segment)
        }
    }

    private func number(of segment: Segment) -> String { "Speaker \(segment.speaker?.number ?? 0)" }
}
