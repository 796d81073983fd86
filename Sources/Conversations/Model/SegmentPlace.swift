package import Speech

/// The place of a segment in its conversation: when it is said, by whom, and how long its text is. It has no words.
package struct SegmentPlace: Sendable, Equatable {
    package var segment: ID<Segment>
    /// Start and end, as times since the conversation's start.
    package var start: Duration
    package var end: Duration
    package var speaker: PlacedSpeaker
    /// Number of characters of the text.
    package var length: Int

    package init(_ segment: ID<Segment>, start: Duration, end: Duration, speaker: PlacedSpeaker, length: Int) {
        self.segment = segment
        self.start = start
        self.end = end
        self.speaker = speaker
        self.length = length
    }
}

/// The speaker of a segment: who it is, and the conversation's number of the speaker.
package struct PlacedSpeaker: Sendable, Hashable {
    package var who: SpeakerIdentity.Who
    /// nil when nobody told the speakers apart.
    package var number: SpeakerNumber?

    package init(_ who: SpeakerIdentity.Who, number: SpeakerNumber?) {
        self.who = who
        self.number = number
    }

    /// State of the speaker's identity: the value of `speaker_identity_state` in answers.
    package var state: String {
        switch who {
        case .unknown: number == nil ? "unknown" : "unassigned"
        case .voice: "unassigned"
        case .person: "identified"
        case .user: "user"
        }
    }
}
