package import Speech

/// A recording that is to be recognised, is being, or was.
package struct TranscriptionJob: Sendable, Equatable {
    /// A job that was begun this often without an end is given up: the job may be what ends the process.
    package static let maxAttempts = 3

    package enum Status: String, Sendable, CaseIterable {
        case queued, processing, completed, error
        /// Emptied by its owner.
        case deleted

        package var isOver: Bool { self != .queued && self != .processing }
    }

    package var id: ID<TranscriptionJob>
    /// In which protocol it was ordered; that protocol reads `request`.
    package var dialect: String
    package var user: ID<User>
    /// Whose credit pays; nil: nobody's.
    package var key: ID<AccessKey>?
    package var status: Status
    package var created: UnixTime
    package var finished: UnixTime?
    /// The order as it came.
    package var request: String
    /// An address that the caller gave, or the names of uploads, with commas between.
    package var audio: String
    /// Which engines the caller named, in order.
    package var engines: [EngineName]
    /// Vendors that the caller pays with keys of their own; empty: the operator pays. The keys themselves are never stored.
    package var ownKeys: [EngineName]
    /// What callbacks are signed with; nil: they are not.
    package var signingKey: [UInt8]?
    /// A secret of the order, encrypted: `request` has a placeholder in its place; nil: there is none, or an earlier version left it in `request`.
    package var sealed: [UInt8]?
    /// Its owner wants the vendor's own answer kept beside the transcript.
    package var keepsRaw: Bool
    /// How often it was begun.
    package var attempts: Int
    /// Why it failed, for its owner.
    package var error: String?
    /// What the caller's own server answered to the news of the end; nil: it was not told, or did not answer.
    package var noticeStatus: Int?

    package init(
        id: ID<TranscriptionJob>, dialect: String, user: ID<User>, key: ID<AccessKey>? = nil, status: Status = .queued, created: UnixTime,
        finished: UnixTime? = nil,
        request: String, audio: String, engines: [EngineName] = [], ownKeys: [EngineName] = [],
        signingKey: [UInt8]? = nil, sealed: [UInt8]? = nil, keepsRaw: Bool = false,
        attempts: Int = 0, error: String? = nil,
        noticeStatus: Int? = nil
    ) {
        self.id = id
        self.dialect = dialect
        self.user = user
        self.key = key
        self.status = status
        self.created = created
        self.finished = finished
        self.request = request
        self.audio = audio
        self.engines = engines
        self.ownKeys = ownKeys.sorted { $0.rawValue < $1.rawValue }
        self.signingKey = signingKey
        self.sealed = sealed
        self.keepsRaw = keepsRaw
        self.attempts = attempts
        self.error = error
        self.noticeStatus = noticeStatus
    }
}

/// Which of a user's jobs are listed, newest first.
package struct TranscriptionJobQuery: Sendable, Equatable {
    package var limit: Int
    package var status: TranscriptionJob.Status?
    /// Those made in these 24 hours.
    package var day: UnixTime?
    /// Only older ones than this.
    package var before: ID<TranscriptionJob>?
    /// Only newer ones than this.
    package var after: ID<TranscriptionJob>?

    package init(
        limit: Int, status: TranscriptionJob.Status? = nil, day: UnixTime? = nil, before: ID<TranscriptionJob>? = nil,
        after: ID<TranscriptionJob>? = nil
    ) {
        self.limit = limit
        self.status = status
        self.day = day
        self.before = before
        self.after = after
    }
}
