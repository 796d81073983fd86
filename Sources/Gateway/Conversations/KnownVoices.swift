internal import Conversations
internal import Speech

/// A user's voices and people at one time.
struct KnownVoices: Sendable {
    let voices: [Voice]
    /// nil: nothing was read yet.
    let revision: Int64?
    private let owners: [ID<Voice>: Voice.Owner]
    private let names: [ID<Person>: String]

    init() {
        voices = []
        revision = nil
        owners = [:]
        names = [:]
    }

    init(_ voices: [Voice], _ people: [Person], revision: Int64) {
        self.voices = voices
        self.revision = revision
        owners = Dictionary(voices.map { ($0.id, $0.owner) }) { first, _ in first }
        names = Dictionary(people.map { ($0.id, $0.name) }) { first, _ in first }
    }

    /// The event with voices shown as whose they are.
    func named(_ event: ConversationEvent) -> ConversationEvent {
        guard case .changed(let segments) = event else { return event }
        return .changed(
            segments.map { segment in
                guard let voice = segment.identity.voice else { return segment }
                var segment = segment
                switch owners[voice] {
                case .person(let person)?: segment.identity.who = .person(person)
                case .user?: segment.identity.who = .user
                case .nobody?, nil: break
                }
                return segment
            })
    }

    /// nil: the voice has no name.
    func suggestion(_ speaker: SpeakerNumber, _ voice: ID<Voice>, segment: ID<Segment>) -> SpeakerSuggestion? {
        switch owners[voice] {
        case .person(let person)?: SpeakerSuggestion(speaker, .person(person), name: names[person] ?? "", segment: segment)
        case .user?: SpeakerSuggestion(speaker, .user, name: "", segment: segment)
        case .nobody?, nil: nil
        }
    }
}
