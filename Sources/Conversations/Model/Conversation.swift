package import Speech

/// What was said by whom in one stretch of a user's day: begun by the first speech, ended by silence.
package struct Conversation: Sendable, Equatable {
    package enum Status: String, Sendable, CaseIterable {
        /// Segments still come.
        case inProgress = "in_progress"
        /// It is over, and is being completed.
        case processing
        case completed
        /// Nothing worth keeping was said.
        case discarded
        /// It could not be completed. Its segments stand.
        case failed
    }

    package var id: ID<Conversation>
    package var user: ID<User>
    package var status: Status
    /// What recorded it: `omi`, `desktop`, `phone_call`, …
    package var source: String
    /// The recording device's own name of itself; nil when it gives none. Conversations of two devices never mix.
    package var device: String?
    package var language: LanguageTag?
    package var title: String?
    package var summary: String?
    /// When its first speech began; segments count from here. Until there is speech, when it was made.
    package var started: UnixTime
    /// When something was last said in it.
    package var finished: UnixTime
    /// In order of start.
    package var segments: [Segment]
    /// Why it ended, if its client said so: `user_stop`, …
    package var finalizationReason: String?
    /// The client's own name of the call that it was; nil when it was none.
    package var call: String?
    /// Silence that ends it; nil: nobody has said.
    package var timeout: Duration?

    package init(
        id: ID<Conversation>, user: ID<User>, status: Status = .inProgress, source: String, device: String? = nil, language: LanguageTag? = nil,
        title: String? = nil, summary: String? = nil, started: UnixTime, finished: UnixTime, segments: [Segment] = [],
        finalizationReason: String? = nil, call: String? = nil, timeout: Duration? = nil
    ) {
        self.id = id
        self.user = user
        self.status = status
        self.source = source
        self.device = device
        self.language = language
        self.title = title
        self.summary = summary
        self.started = started
        self.finished = finished
        self.segments = segments
        self.finalizationReason = finalizationReason
        self.call = call
        self.timeout = timeout
    }
}
