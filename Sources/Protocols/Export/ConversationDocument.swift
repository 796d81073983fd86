package import Conversations
package import Framing
package import Speech

/// A conversation with its speakers' names, and its forms for export.
package struct ConversationDocument: Sendable {
    package let conversation: Conversation
    private let names: SpeakerNames

    package init(_ conversation: Conversation, people: [Person], voices: [Voice]) {
        self.init(conversation, SpeakerNames(people: people, voices: voices))
    }

    package init(_ conversation: Conversation, _ names: SpeakerNames) {
        self.conversation = conversation
        self.names = names
    }

    /// Returns the speaker's name for people to read; nil when the speaker is unknown.
    package func name(of segment: Segment) -> String? {
        names.name(of: segment.identity.who) ?? segment.speaker.map { "Speaker \($0.number + 1)" }
    }

    package var duration: Duration { conversation.segments.map(\.end).max() ?? .zero }

    // MARK: JSON

    /// Writes the members that lists show: everything but segments and people.
    package static func writeMembers(of conversation: Conversation, to json: inout JSONWriter) {
        json.member("id", conversation.id.rawValue)
        json.member("status", conversation.status.rawValue)
        json.member("source", conversation.source)
        json.member("language", optional: conversation.language?.rawValue)
        json.member("title", optional: conversation.title)
        json.member("summary", optional: conversation.summary)
        json.member("started_at", conversation.started.rfc3339)
        json.member("finished_at", conversation.finished.rfc3339)
        json.member("call_id", optional: conversation.call)
    }

    /// Writes the conversation as one object, with positions in seconds.
    package func write(to json: inout JSONWriter) {
        write(to: &json) { index, json in conversation.segments[index].write(to: &json, withWords: true) }
    }

    /// Writes the conversation as one object, with segments and additional members of another form.
    ///
    /// - Parameters:
    ///   - segment: writes the segment at an index.
    ///   - additional: writes members at the end of the object.
    package func write(
        to json: inout JSONWriter, segment: (Int, inout JSONWriter) -> Void, additional: (inout JSONWriter) -> Void = { _ in }
    ) {
        json.beginObject()
        Self.writeMembers(of: conversation, to: &json)
        json.member("duration", duration / .seconds(1), decimals: 3)
        (conversation.findings ?? ConversationFindings(category: .other, emoji: "")).writeMembers(to: &json)
        json.key("segments")
        json.beginArray()
        for index in conversation.segments.indices { segment(index, &json) }
        json.endArray()
        json.key("people")
        json.beginArray()
        for person in speakers { Self.write(person, to: &json) }
        json.endArray()
        additional(&json)
        json.endObject()
    }

    /// The people who speak in the conversation, sorted by name.
    private var speakers: [Person] {
        let ids = Set(conversation.segments.compactMap(\.identity.person))
        return ids.compactMap { names.people[$0] }.sorted { ($0.name, $0.id.rawValue) < ($1.name, $1.id.rawValue) }
    }

    /// - Parameter namesake: another person of the same name; nil: none, or not asked for.
    package static func write(_ person: Person, namesake: ID<Person>? = nil, to json: inout JSONWriter) {
        json.beginObject()
        json.member("id", person.id.rawValue)
        json.member("name", person.name)
        json.member("created_at", person.created.rfc3339)
        if let namesake { json.member("same_name_as", namesake.rawValue) }
        json.endObject()
    }
}
