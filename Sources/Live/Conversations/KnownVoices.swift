package import Conversations
internal import Protocols
package import Speakers
package import Speech

/// A user's voices and people at one time.
package struct KnownVoices: Sendable {
    package let directory: VoiceDirectory
    /// Revision of the voices and people; nil when they were not read yet.
    package let revision: Int64?
    private let names: [ID<Person>: String]
    private let people: [NameKey: [ID<Person>]]
    /// The user's own name, if the user has said it.
    private let owner: String?

    package init() {
        directory = VoiceDirectory()
        revision = nil
        names = [:]
        people = [:]
        owner = nil
    }

    package init(_ voices: [Voice], _ people: [Person], owner: String?, revision: Int64) {
        self.owner = owner
        directory = VoiceDirectory(voices)
        self.revision = revision
        names = Dictionary(people.map { ($0.id, $0.name) }) { first, _ in first }
        self.people = Dictionary(grouping: people) { NameKey($0.name) }.mapValues { $0.map(\.id) }
    }

    /// Returns the effect of a speaker's self-introduction with a name; nil when it has no effect.
    func introduced(_ name: SpokenName, mayCreate: Bool) -> SelfIntroduction.Who? {
        let found = people[name.key] ?? []
        return switch name.consequence(isKnown: !found.isEmpty, owner: owner, mayCreate: mayCreate) {
        // Only a person can say which of several people of one name speaks.
        case .known: found.count == 1 ? .known(found[0]) : .named
        case .create: .new
        case .suggest: .named
        case .nothing: nil
        }
    }

    /// The names for bodies of webhooks.
    var document: WebhookDocument { WebhookDocument(people: names, owner: owner) }

    package func has(_ person: ID<Person>) -> Bool { names[person] != nil }

    package func isNameless(_ voice: ID<Voice>) -> Bool { directory[voice].map { $0.owner == .nobody } ?? true }

    /// Returns the suggestion that a voice makes for a speaker; nil when the voice has no name.
    package func suggestion(_ speaker: SpeakerNumber, _ voice: ID<Voice>, segment: ID<Segment>) -> SpeakerSuggestion? {
        switch directory[voice]?.owner {
        case .person(let person)?: SpeakerSuggestion(speaker, .person(person), name: names[person] ?? "", segment: segment)
        case .user?: SpeakerSuggestion(speaker, .user, name: "", segment: segment)
        case .nobody?, nil: nil
        }
    }
}
