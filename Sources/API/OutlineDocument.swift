internal import Conversations
internal import Framing
internal import Protocols
internal import Speech

/// A conversation without its words: who speaks, and where each segment is. A page that shows a part of a long conversation needs no more.
struct OutlineDocument: Sendable {
    private let conversation: Conversation
    private let places: [SegmentPlace]
    private let names: SpeakerNames

    /// - Parameter places: places of all segments, in order of start.
    init(_ conversation: Conversation, _ places: [SegmentPlace], _ names: SpeakerNames) {
        self.conversation = conversation
        self.places = places
        self.names = names
    }

    func write(to json: inout JSONWriter) {
        json.beginObject()
        ConversationDocument.writeMembers(of: conversation, to: &json)
        json.member("duration", (places.map(\.end).max() ?? .zero) / .seconds(1), decimals: 3)
        var indices: [PlacedSpeaker: Int] = [:]
        json.key("speakers")
        json.beginArray()
        for place in places where indices[place.speaker] == nil {
            indices[place.speaker] = indices.count
            write(place.speaker, to: &json)
        }
        json.endArray()
        json.key("segments")
        json.beginArray()
        for place in places {
            json.beginArray()
            json.value(place.start / .seconds(1), decimals: 3)
            json.value(place.end / .seconds(1), decimals: 3)
            json.value(indices[place.speaker] ?? 0)
            json.value(place.length)
            json.endArray()
        }
        json.endArray()
        json.endObject()
    }

    /// Returns the label of a voice without a name; nil for others.
    private func label(of who: SpeakerIdentity.Who) -> String? { if case .voice = who { names.name(of: who) } else { nil } }

    private func write(_ speaker: PlacedSpeaker, to json: inout JSONWriter) {
        let person: ID<Person>? = if case .person(let id) = speaker.who { id } else { nil }
        json.beginObject()
        json.member("name", optional: person.flatMap { _ in names.name(of: speaker.who) })
        json.member("label", optional: label(of: speaker.who))
        json.member("person_id", optional: person?.rawValue)
        json.member("is_user", speaker.who == .user)
        json.member("speaker_id", speaker.number?.number ?? 0)
        json.member("speaker_identity_state", speaker.state)
        json.endObject()
    }
}
