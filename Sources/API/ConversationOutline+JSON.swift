internal import Conversations
internal import Framing
internal import Protocols
internal import Speech

extension ConversationOutline {
    /// Maximum number of turns in an answer: more cannot be told apart on a screen.
    private static let maxTurns = 200

    /// Writes the members `people` and `turns`.
    func writeMembers(to json: inout JSONWriter, _ names: SpeakerNames) {
        json.key("people")
        json.beginArray()
        for speaker in speakers {
            json.beginObject()
            json.member("name", optional: names.name(of: speaker.who) ?? speaker.number.map { "Speaker \($0.number + 1)" })
            json.member("person_id", optional: person(speaker.who)?.rawValue)
            json.member("voice_id", optional: voice(speaker.who)?.rawValue)
            json.member("is_user", speaker.who == .user)
            json.endObject()
        }
        json.endArray()
        json.key("turns")
        json.beginArray()
        for run in runs(limit: Self.maxTurns) {
            json.beginArray()
            json.value(run.start / .seconds(1), decimals: 3)
            json.value(run.end / .seconds(1), decimals: 3)
            json.value(run.speaker)
            json.endArray()
        }
        json.endArray()
    }

    private func person(_ who: SpeakerIdentity.Who) -> ID<Person>? { if case .person(let id) = who { id } else { nil } }

    private func voice(_ who: SpeakerIdentity.Who) -> ID<Voice>? { if case .voice(let id) = who { id } else { nil } }
}
