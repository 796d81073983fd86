package import Speech

/// The speech of one stretch of a user's day, with its speakers. The first speech begins a conversation, and silence ends it.
package struct Conversation: Sendable, Equatable {
    /// Maximum length of a title, in bytes of UTF-8.
    package static let maxTitle = 1_000

    package enum Status: String, Sendable, CaseIterable {
        /// More segments are still expected.
        case inProgress = "in_progress"
        /// The conversation has ended, and is being completed.
        case processing
        case completed
        /// The conversation has no speech that is worth keeping.
        case discarded
        /// The conversation could not be completed. Its segments remain.
        case failed
    }

    package var id: ID<Conversation>
    package var user: ID<User>
    package var status: Status
    /// The kind of recorder: `omi`, `desktop`, `phone_call`, …
    package var source: String
    /// The recording device's own name; nil when it gives none. Conversations of two devices never mix.
    package var device: String?
    package var language: LanguageTag?
    package var title: String?
    package var summary: String?
    /// Category, action items and appointments; nil until the conversation is completed.
    package var findings: ConversationFindings?
    /// The start of the first speech, from which segments count; before there is speech, the time of creation.
    package var started: UnixTime
    /// The time of the latest speech.
    package var finished: UnixTime
    /// The segments, in order of start.
    package var segments: [Segment]
    /// The reason for the end, if the client gave one: `user_stop`, …
    package var finalizationReason: String?
    /// The client's own name of the call; nil when the conversation was not a call.
    package var call: String?
    /// Silence that ends the conversation; nil: not set.
    package var timeout: Duration?

    package init(
        id: ID<Conversation>, user: ID<User>, status: Status = .inProgress, source: String, device: String? = nil, language: LanguageTag? = nil,
        title: String? = nil, summary: String? = nil, findings: ConversationFindings? = nil, started: UnixTime, finished: UnixTime,
        segments: [Segment] = [], finalizationReason: String? = nil, call: String? = nil, timeout: Duration? = nil
    ) {
        self.id = id
        self.user = user
        self.status = status
        self.source = source
        self.device = device
        self.language = language
        self.title = title
        self.summary = summary
        self.findings = findings
        self.started = started
        self.finished = finished
        self.segments = segments
        self.finalizationReason = finalizationReason
        self.call = call
        self.timeout = timeout
    }
}
