package import Speech

/// Someone whom the user knows by name.
package struct Person: Sendable, Equatable {
    package var id: ID<Person>
    package var name: String
    package var created: UnixTime

    package init(id: ID<Person>, name: String, created: UnixTime) {
        self.id = id
        self.name = name
        self.created = created
    }
}

/// One voice that a user's recordings hold, told apart from others by its voiceprint: with a name once it belongs to a person, or is the user's own.
///
/// Segments refer to the voice, so naming it once names it everywhere, in the past too.
package struct Voice: Sendable, Equatable {
    package enum Owner: Sendable, Equatable {
        case nobody
        case person(ID<Person>)
        /// The owner of the conversations.
        case user
    }

    package var id: ID<Voice>
    /// For people: "Speaker 3". Counted from 1 among a user's voices, and never given again.
    package var number: Int
    package var owner: Owner
    package var voiceprint: Voiceprint
    /// Speech that the voiceprint was made of.
    package var evidence: Duration
    package var created: UnixTime

    package init(id: ID<Voice>, number: Int, owner: Owner = .nobody, voiceprint: Voiceprint, evidence: Duration, created: UnixTime) {
        self.id = id
        self.number = number
        self.owner = owner
        self.voiceprint = voiceprint
        self.evidence = evidence
        self.created = created
    }
}
