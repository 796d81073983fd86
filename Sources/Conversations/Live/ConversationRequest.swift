package import Speech

/// A live session's request for the conversation that it becomes part of.
package struct ConversationRequest: Sendable, Equatable {
    package enum Gate: Sendable, Equatable {
        /// The operator's setting applies.
        case operatorsChoice
        case on
        case off
    }

    /// Silence that ends a conversation.
    package var timeout: Duration
    /// The kind of recorder: `omi`, `desktop`, …
    package var source: String
    /// The recording device's own name; nil when it gives none.
    package var device: String?
    /// The id that the client has chosen for the conversation. The same id in a later session means the same conversation.
    package var chosen: ID<Conversation>?
    /// The client's own name of the call; nil when the session is not a call.
    package var call: String?
    /// True if the user is recognized by the profile of their voice.
    package var usesProfile: Bool
    /// True if suggestions name people to the client.
    package var suggestsPeople: Bool
    /// True if "my name is Anna" may create a person.
    package var createsPeople: Bool
    package var gate: Gate
    /// True if the client sends transcripts, and audio only for keeping: no engine is opened.
    package var takesTranscripts: Bool
    /// The owner of each channel, for sessions that tell speakers apart by channel; empty: speakers are told apart by voice.
    package var channels: [ChannelRole]
    /// True if the conversation ends when the client closes the session properly; false: only silence ends it.
    package var endsWithSession: Bool
    /// False: the session is a transcription only, and nothing is kept as a conversation.
    package var isKept: Bool
    /// The time at which the session's first sample was recorded, as the client says; nil: audio comes as it is recorded.
    package var started: UnixTime?
    /// The title that a person gives the session's first conversation; nil: the title is made of the words.
    package var title: String?

    package enum ChannelRole: Sendable, Equatable {
        case user
        case other
    }

    package init(
        timeout: Duration = .seconds(120), source: String = "omi", device: String? = nil, chosen: ID<Conversation>? = nil, call: String? = nil,
        usesProfile: Bool = true,
        suggestsPeople: Bool = false, createsPeople: Bool = true, gate: Gate = .operatorsChoice, takesTranscripts: Bool = false,
        channels: [ChannelRole] = [], endsWithSession: Bool = false, isKept: Bool = true, started: UnixTime? = nil,
        title: String? = nil
    ) {
        self.timeout = timeout
        self.source = source
        self.device = device
        self.chosen = chosen
        self.call = call
        self.usesProfile = usesProfile
        self.suggestsPeople = suggestsPeople
        self.createsPeople = createsPeople
        self.gate = gate
        self.takesTranscripts = takesTranscripts
        self.channels = channels
        self.endsWithSession = endsWithSession
        self.isKept = isKept
        self.started = started
        self.title = title
    }
}
