package import Conversations
import Speech

/// What those are called who speak in a user's conversations.
package struct SpeakerNames: Sendable {
    let people: [ID<Person>: Person]
    private let voices: [ID<Voice>: Voice]

    package init(people: [Person], voices: [Voice]) {
        self.people = Dictionary(people.map { ($0.id, $0) }) { first, _ in first }
        self.voices = Dictionary(voices.map { ($0.id, $0) }) { first, _ in first }
    }

    /// Who speaks, as people read it: a name, `You` for the owner, `Speaker 3` for a voice without a name; nil when nobody knows.
    package func name(of who: SpeakerIdentity.Who) -> String? {
        switch who {
        case .user: "You"
        case .person(let id): people[id]?.name
        case .voice(let id): voices[id].map(Self.label)
        case .unknown: nil
        }
    }

    /// Of a voice without a name.
    package static func label(of voice: Voice) -> String { "Speaker \(voice.number)" }
}
