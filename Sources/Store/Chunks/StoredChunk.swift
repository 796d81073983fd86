package import Speech

/// A chunk of a recording as the database has it.
package struct StoredChunk: Sendable, Equatable {
    package var id: String
    package var hash: String
    package var start: Duration
    package var duration: Duration
    package var run: ID<UsageRecord>?
    /// Its words, in the words of who recognised it; nil: it is still being recognised.
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
    /// Time for which a recording that is finished is kept, for clients that send a chunk again.
    package static let retention: Duration = .seconds(7 * 86_400)

    package var user: ID<User>
    package var conversation: String
    /// One of `RecordingState`.
    package var state: String
    package var language: LanguageTag?
    /// Silence that parts its conversation at its end; nil: it stays one.
    package var pause: Duration?

    package init(user: ID<User>, conversation: String, state: String, language: LanguageTag?, pause: Duration? = nil) {
        self.user = user
        self.conversation = conversation
        self.state = state
        self.language = language
        self.pause = pause
    }
}
