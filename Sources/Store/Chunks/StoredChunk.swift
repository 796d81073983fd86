package import Speech

/// A chunk of a recording as the database has it.
package struct StoredChunk: Sendable, Equatable {
    package var id: String
    package var hash: String
    package var start: Duration
    package var duration: Duration
    package var run: ID<UsageRecord>?
    /// The recognised words, in the format of the part that recognised the chunk; nil while the chunk is being recognised.
    package var record: String?

    package init(id: String, hash: String, start: Duration, duration: Duration, run: ID<UsageRecord>? = nil, record: String? = nil) {
        self.id = id
        self.hash = hash
        self.start = start
        self.duration = duration
        self.run = run
        self.record = record
    }
}

/// A recording that comes in chunks.
package struct StoredRecording: Sendable, Equatable {
    /// Time for which a finished recording is kept, because clients may send a chunk again.
    package static let retention: Duration = .seconds(7 * 86_400)

    package var user: ID<User>
    package var conversation: String
    /// State of the recording: one of `RecordingState`.
    package var state: String
    package var language: LanguageTag?
    /// Silence at which the recording's conversation is split after its end; nil when the conversation is not split.
    package var pause: Duration?

    package init(user: ID<User>, conversation: String, state: String, language: LanguageTag?, pause: Duration? = nil) {
        self.user = user
        self.conversation = conversation
        self.state = state
        self.language = language
        self.pause = pause
    }
}
