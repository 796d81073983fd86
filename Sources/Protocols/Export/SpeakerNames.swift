package import Conversations
package import Speech

/// The names of the speakers in a user's conversations.
package struct SpeakerNames: Sendable {
    let people: [ID<Person>: Person]
    private let labels: [ID<Voice>: String]

    package init(people: [Person], voices: [Voice]) {
        self.init(people: people, labels: Dictionary(voices.map { ($0.id, Self.label(of: $0)) }) { first, _ in first })
    }

    /// - Parameter labels: the labels of voices, for those without a name.
    package init(people: [Person], labels: [ID<Voice>: String]) {
        self.people = Dictionary(people.map { ($0.id, $0) }) { first, _ in first }
        self.labels = labels
    }

    /// Returns the speaker's name for people to read: a name, `You` for the owner, `Speaker 3` for a voice without a name; nil when the speaker is
    /// unknown.
    package func name(of who: SpeakerIdentity.Who) -> String? {
        switch who {
        case .user: "You"
        case .person(let id): people[id]?.name
        case .voice(let id): labels[id]
        case .unknown: nil
        }
    }

    /// Returns the label of a voice without a name.
    package static func label(of voice: Voice) -> String { label(of: voice.number) }

    /// Returns the label of a voice without a name, by the voice's number.
    package static func label(of number: Int) -> String { "Speaker \(number)" }
}
