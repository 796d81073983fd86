internal import Conversations
internal import Speakers
internal import Speech

/// A user's voices and people at one time.
struct KnownVoices: Sendable {
    let directory: VoiceDirectory
    /// nil: nothing was read yet.
    let revision: Int64?
    private let names: [ID<Person>: String]

    init() {
        directory = VoiceDirectory()
        revision = nil
        names = [:]
    }

    init(_ voices: [Voice], _ people: [Person], revision: Int64) {
        directory = VoiceDirectory(voices)
        self.revision = revision
        names = Dictionary(people.map { ($0.id, $0.name) }) { first, _ in first }
    }

    /// nil: the voice has no name.
    func suggestion(_ speaker: SpeakerNumber, _ voice: ID<Voice>, segment: ID<Segment>) -> SpeakerSuggestion? {
        switch directory[voice]?.owner {
        case .person(let person)?: SpeakerSuggestion(speaker, .person(person), name: names[person] ?? "", segment: segment)
        case .user?: SpeakerSuggestion(speaker, .user, name: "", segment: segment)
        case .nobody?, nil: nil
        }
    }
}
