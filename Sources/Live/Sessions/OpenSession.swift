package import Speech

/// The description of a live session for its user.
package struct OpenSession: Sendable, Equatable {
    package enum State: String, Sendable {
        case open
        /// The client has lost its connection and may return.
        case waiting
    }

    package var id: ID<Session>
    package var state: State
    package var started: UnixTime
    /// Audio that the session has received.
    package var duration: Duration
    /// The engine that serves the session, or will serve it first.
    package var engine: EngineName
    /// The language that the client asked for; nil when the engine finds it out.
    package var language: LanguageTag?
    /// Name of the client's protocol.
    package var source: String
    /// Sample rate of the session's timeline.
    package var rate: SampleRate
    /// True if the session's words become segments of a conversation.
    package var hasConversation: Bool
}
