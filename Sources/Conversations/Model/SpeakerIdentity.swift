package import Speech

/// The identity of a segment's speaker, and the source of this knowledge.
package struct SpeakerIdentity: Sendable, Equatable {
    package enum Who: Sendable, Hashable {
        /// The speaker is not known.
        case unknown
        /// A voice that was told apart from others and has no name yet: "Speaker 3" in all conversations.
        case voice(ID<Voice>)
        case person(ID<Person>)
        /// The user: the owner of the conversations.
        case user
    }

    package enum Source: String, Sendable {
        /// A comparison of voiceprints.
        case voiceprint
        /// An engine's label for the speaker whom it heard in the user's speech profile.
        case profile
        /// The channel of the audio.
        case channel
        /// The spoken words: "my name is Anna".
        case spokenName = "spoken_name"
        /// A person's choice by hand. Nothing else changes such an identity.
        case manual
    }

    package var who: Who
    package var source: Source?
    /// Confidence, 0…1; nil when there is nothing to measure.
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

    /// True if automatic identification must not change the identity.
    package var isFixed: Bool { source == .manual }
}
