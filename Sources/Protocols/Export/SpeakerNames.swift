package import Conversations
import Speech

/// The names of the speakers in a user's conversations.
package struct SpeakerNames: Sendable {
    let people: [ID<Person>: Person]
    private let voices: [ID<Voice>: Voice]

    package init(people: [Person], voices: [Voice]) {
        self.people = Dictionary(people.map { ($0.id, $0) }) { first, _ in first }
        self.voices = Dictionary(voices.map { ($0.id, $0) }) { first, _ in first }
    }

    /// Returns the speaker's name for people to read: a name, `You` for the owner, `Speaker 3` for a voice without a name; nil when the speaker is
    /// unknown.
    package func name(of who: SpeakerIdentity.Who) -> String? {
        switch who {
        case .user: "You"
        case .person(let id): people[id]?.name
        case .voice(let id): voices[id].map(Self.label)
        case .unknown: nil
        }
    }

    /// Returns the label of a voice without a name.
    package static func label(of voice: Voice) -> String { "Speaker \(voice.number)" }
}
