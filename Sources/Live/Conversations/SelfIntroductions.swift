internal import Conversations
internal import Speakers
internal import Speech

/// A name that a speaker says is theirs.
package struct SelfIntroduction: Sendable {
    enum Who: Sendable {
        case known(ID<Person>)
        /// A person is created with the name.
        case new
        /// The name is shown to the client; no person is created.
        case named
    }

    let speaker: SpeakerNumber
    let name: String
    /// The segment in which the name was said.
    let segment: ID<Segment>
    let who: Who
}

/// Finds names with which speakers of a live conversation introduce themselves, each name once.
struct SelfIntroductions {
    private var names: [SpeakerNumber: Set<String>] = [:]

    /// Maximum number of names of one speaker.
    private static let maxNames = 8

    /// Reads segments and returns the new self-introductions.
    ///
    /// - Parameter segments: the present segments of the conversation.
    mutating func read(_ segments: [Segment], known: KnownVoices, mayCreate: Bool) -> [SelfIntroduction] {
        segments.compactMap { segment in
            guard let speaker = segment.speaker, isOpen(segment.identity, known), let name = SpokenName(in: segment.text),
                let who = known.introduced(name, mayCreate: mayCreate), names[speaker, default: []].count < Self.maxNames,
                names[speaker, default: []].insert(name.name).inserted
            else { return nil }
            return SelfIntroduction(speaker: speaker, name: name.name, segment: segment.id, who: who)
        }
    }

    /// Returns true if the speaker is not identified yet.
    private func isOpen(_ identity: SpeakerIdentity, _ known: KnownVoices) -> Bool {
        switch identity.who {
        case .unknown: !identity.isFixed
        case .voice(let voice): known.isNameless(voice)
        case .person, .user: false
        }
    }
}
