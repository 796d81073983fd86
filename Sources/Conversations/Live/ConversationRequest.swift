package import Speech

/// What a live session asks of the conversation that it becomes part of.
package struct ConversationRequest: Sendable, Equatable {
    package enum Gate: Sendable, Equatable {
        /// As the operator set it.
        case operatorsChoice
        case on
        case off
    }

    /// Silence that ends a conversation.
    package var timeout: Duration
    /// What records: `omi`, `desktop`, …
    package var source: String
    /// The recording device's own name of itself; nil when it gives none.
    package var device: String?
    /// The identity that the client has chosen for the conversation; asked for again, it means the same one.
    package var chosen: ID<Conversation>?
    /// The client's own name of the call that it is.
    package var call: String?
    /// Whether the user is to be known by the profile of their voice.
    package var usesProfile: Bool
    /// Whether suggestions name people to the client.
    package var suggestsPeople: Bool
    /// Whether "my name is Anna" may make a person.
    package var createsPeople: Bool
    package var gate: Gate
    /// The client sends transcripts, and audio for keeping only: no engine is opened.
    package var takesTranscripts: Bool
    /// Whose each channel is, for sessions that tell speakers apart by channel; empty: by voice.
    package var channels: [ChannelRole]
    /// Whether the conversation is over when the client leaves in order, rather than by silence.
    package var endsWithSession: Bool
    /// False: a transcription only, of which nothing is kept as a conversation.
    package var isKept: Bool

    package enum ChannelRole: Sendable, Equatable {
        case user
        case other
    }

    package init(
        timeout: Duration = .seconds(120), source: String = "omi", device: String? = nil, chosen: ID<Conversation>? = nil, call: String? = nil,
        usesProfile: Bool = true,
        suggestsPeople: Bool = false, createsPeople: Bool = true, gate: Gate = .operatorsChoice, takesTranscripts: Bool = false,
        channels: [ChannelRole] = [], endsWithSession: Bool = false, isKept: Bool = true
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
    }
}
