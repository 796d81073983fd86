package import Conversations
package import Speech

/// An event of a conversation that a server of `/listen` reports to its client.
package enum ListenEvent: Sendable, Equatable {
    /// Starts a conversation: all events that follow belong to it. Times and speaker numbers begin again.
    case conversation(ID<Conversation>)
    /// New or changed segments, each complete, but without the times of words.
    case changed([Segment])
    /// Segments that were merged into other segments.
    case removed([ID<Segment>])
    case suggested(SpeakerSuggestion)
    /// The voice of a speaker without a name is kept under this label.
    case labeled(SpeakerNumber, String)
    /// The conversation is over and is being completed.
    case processing(ID<Conversation>)
    case completed(ID<Conversation>)
}
