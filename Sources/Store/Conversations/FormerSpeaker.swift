package import Conversations
package import Speech

/// The speaker that a segment had before an assignment by hand: enough to take the assignment back.
package struct FormerSpeaker: Sendable, Equatable {
    package var segment: ID<Segment>
    /// The person, or the user, whom the segment itself named; `nobody` when only its voice told who spoke.
    package var named: Voice.Owner
    /// The voice in which the segment is said; nil when nobody knew.
    package var voice: ID<Voice>?
    /// Source of the identity; nil when nothing was known.
    package var source: SpeakerIdentity.Source?
    /// Confidence, 0…1; nil when there was nothing to measure.
    package var confidence: Float?

    package init(
        _ segment: ID<Segment>, named: Voice.Owner, voice: ID<Voice>?, by source: SpeakerIdentity.Source?, confidence: Float? = nil
    ) {
        self.segment = segment
        self.named = named
        self.voice = voice
        self.source = source
        self.confidence = confidence
    }
}
