package import Conversations
package import Speech

/// A voice as a list shows it: without its voiceprint.
package struct ListedVoice: Sendable, Equatable {
    package var id: ID<Voice>
    /// Number that people see: "Speaker 3".
    package var number: Int
    package var owner: Voice.Owner
    /// Duration of the speech from which the voiceprint was made.
    package var evidence: Duration
    package var created: UnixTime
    /// The decision that gave the voice its owner; nil when a person did, or when the voice has no owner.
    package var adoption: Voice.Adoption?
    /// End of the conversation that was stored last of those in which the voice speaks; nil when it speaks in none.
    package var heard: UnixTime?
    /// True for a voice without an owner that nobody can hear: no audio is kept where it spoke last.
    package var isSilent: Bool

    package init(
        id: ID<Voice>, number: Int, owner: Voice.Owner = .nobody, evidence: Duration, created: UnixTime, adoption: Voice.Adoption? = nil,
        heard: UnixTime? = nil, isSilent: Bool = false
    ) {
        self.id = id
        self.number = number
        self.owner = owner
        self.evidence = evidence
        self.created = created
        self.adoption = adoption
        self.heard = heard
        self.isSilent = isSilent
    }
}

/// The selection of voices without an owner for a page.
package struct VoiceQuery: Sendable, Equatable {
    /// Value of `ListedVoicePage.next` of the previous page; nil to begin with the voice with the most evidence.
    package var cursor: String?
    /// Maximum number of voices on the page: 1…`ConversationLimits.page`. A value outside is replaced by the nearest one inside.
    package var limit: Int
    /// Maximum number of voices of which the page finds out whether they can be heard. It bounds the cost of a page where nearly nobody can be heard.
    package var looks: Int

    /// Value of `looks` for everybody who does not ask for another one.
    package static let standardLooks = 1_000

    package init(cursor: String? = nil, limit: Int = 50, looks: Int = Self.standardLooks) {
        self.cursor = cursor
        self.limit = limit
        self.looks = looks
    }
}

/// A page of voices without an owner that can be heard.
package struct ListedVoicePage: Sendable, Equatable {
    /// Voices of the page: those with the most evidence first, and of equal ones the newest. There may be fewer than the limit, although another page
    /// follows.
    package var voices: [ListedVoice]
    /// Cursor for the next page; nil when this page is the last.
    package var next: String?

    package init(voices: [ListedVoice] = [], next: String? = nil) {
        self.voices = voices
        self.next = next
    }
}
