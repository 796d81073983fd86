package import Conversations
package import Speech

/// A fact of a running session that the session's watchers are told.
package enum WatchedEvent: Sendable {
    /// The session as it is now. The first event, and told again when the client is lost or returns.
    case state(OpenSession)
    case interim(Hypothesis)
    /// Committed words, on the session's timeline.
    case commit(Commit)
    /// Words that the client itself has brought, on the session's timeline. The conversation's segments come apart.
    case brought([SuggestedSegment])
    /// The conversation to which the segments belong that are told from here on. Their times count from its start.
    case conversation(ID<Conversation>)
    /// New or changed segments of the session's conversation.
    case segments([Segment])
    /// Segments that are now part of others.
    case removed([ID<Segment>])
    /// The label under which the voice of a speaker without a name is kept.
    case labeled(SpeakerNumber, String)
    /// Audio that no engine recognized, with the kind of the error.
    case gap(ChannelIndex, SampleRange, String)
    /// The client's stream is not whole, or has more sound tracks than are heard. Places are times of the session.
    case notice(RecordingNotice)
    /// Final words come late, because recognition is behind the audio; false: they come in time again.
    case late(Bool)
    /// An engine begins to serve the session.
    case engine(EngineName)
    /// The last event.
    case ended(SessionEnd)
}
