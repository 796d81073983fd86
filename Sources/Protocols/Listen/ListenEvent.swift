package import Conversations
package import Speech

/// What a server of `/listen` tells its client besides that the stream goes on.
package enum ListenEvent: Sendable, Equatable {
    /// What follows belongs to this conversation; its times and its speakers' numbers begin anew.
    case conversation(ID<Conversation>)
    /// New or changed segments, each whole, without its words' own times.
    case changed([Segment])
    /// Segments that are part of others now.
    case removed([ID<Segment>])
    case suggested(SpeakerSuggestion)
    /// The conversation is over and is being completed.
    case processing(ID<Conversation>)
    case completed(ID<Conversation>)
}
