package import Speech

/// A person whom the user knows by name.
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

/// A voice in a user's recordings, told apart from others by its voiceprint. It has a name once it belongs to a person, or to the user.
///
/// Segments refer to the voice, so that naming the voice names it in all segments, also in earlier ones.
package struct Voice: Sendable, Equatable {
    package enum Owner: Sendable, Equatable {
        case nobody
        case person(ID<Person>)
        /// The user: the owner of the conversations.
        case user
    }

    /// The automatic decision that a voice without a name is the voice of somebody who was enrolled.
    package struct Adoption: Sendable, Equatable {
        package var time: UnixTime
        /// Distance of the voice from the nearest voice that its owner had then.
        package var distance: Float

        package init(_ time: UnixTime, distance: Float) {
            self.time = time
            self.distance = distance
        }
    }

    package var id: ID<Voice>
    /// Number that people see: "Speaker 3". Counted from 1 among a user's voices, and never reused.
    package var number: Int
    package var owner: Owner
    package var voiceprint: Voiceprint
    /// Duration of the speech from which the voiceprint was made.
    package var evidence: Duration
    package var created: UnixTime
    /// The decision that gave the voice its owner; nil when a person did, or when the voice has no owner.
    package var adoption: Adoption?

    package init(
        id: ID<Voice>, number: Int, owner: Owner = .nobody, voiceprint: Voiceprint, evidence: Duration, created: UnixTime,
        adoption: Adoption? = nil
    ) {
        self.id = id
        self.number = number
        self.owner = owner
        self.voiceprint = voiceprint
        self.evidence = evidence
        self.adoption = adoption
        self.created = created
    }
}
