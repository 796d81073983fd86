package import Speech

/// Who speaks a segment, and how that is known.
package struct SpeakerIdentity: Sendable, Equatable {
    package enum Who: Sendable, Equatable {
        /// Nobody knows.
        case unknown
        /// A voice that was told apart and has no name yet: "Speaker 3" today and tomorrow.
        case voice(ID<Voice>)
        case person(ID<Person>)
        /// The owner of the conversation.
        case user
    }

    package enum Source: String, Sendable {
        /// By comparing voiceprints.
        case voiceprint
        /// By an engine's label for whom it heard in the user's speech profile.
        case profile
        /// By the channel that it came in.
        case channel
        /// By what was said: "my name is Anna".
        case spokenName = "spoken_name"
        /// By a person's hand. Never changed by anything else.
        case manual
    }

    package var who: Who
    package var source: Source?
    /// 0…1; nil when there is nothing to measure.
    package var confidence: Float?

    package init(_ who: Who, by source: Source?, confidence: Float? = nil) {
        self.who = who
        self.source = source
        self.confidence = confidence
    }

    package static let unknown = SpeakerIdentity(.unknown, by: nil)

    package var isUser: Bool { who == .user }

    package var person: ID<Person>? { if case .person(let id) = who { id } else { nil } }

    package var voice: ID<Voice>? { if case .voice(let id) = who { id } else { nil } }

    /// Whether automation may change it.
    package var isFixed: Bool { source == .manual }
}
