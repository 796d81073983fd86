package import Speech

/// The job of recognising a recording: waiting, under way, or over.
package struct TranscriptionJob: Sendable, Equatable {
    /// Maximum number of times that a job is begun. A job that never ended is then given up, because the job itself may crash the process.
    package static let maxAttempts = 3

    package enum Status: String, Sendable, CaseIterable {
        case queued, processing, completed, error
        /// The owner has deleted the job's content.
        case deleted

        package var isOver: Bool { self != .queued && self != .processing }
    }

    package var id: ID<TranscriptionJob>
    /// Protocol in which the job was ordered. That protocol reads `request`.
    package var dialect: String
    package var user: ID<User>
    /// Access key whose credit pays for the job; nil when no credit is spent.
    package var key: ID<AccessKey>?
    package var status: Status
    package var created: UnixTime
    package var finished: UnixTime?
    /// The order as the client sent it.
    package var request: String
    /// Address of the recording that the caller gave, or the names of uploads, separated by commas.
    package var audio: String
    /// Engines that the caller named, in order.
    package var engines: [EngineName]
    /// Vendors that the caller pays with keys of their own; empty: the operator pays. The keys themselves are never stored.
    package var ownKeys: [EngineName]
    /// Key with which callbacks are signed; nil when callbacks are not signed.
    package var signingKey: [UInt8]?
    /// Secret of the order, encrypted; `request` has a placeholder in its place. nil when the order has no secret, or an earlier version left the
    /// secret in `request`.
    package var sealed: [UInt8]?
    /// True if the owner wants the vendor's own answer kept in addition to the transcript.
    package var keepsRaw: Bool
    /// Number of times that the job was begun.
    package var attempts: Int
    /// Reason of the failure, as the owner is shown it.
    package var error: String?
    /// HTTP status with which the caller's server answered the report of the job's end; nil when nothing was reported or the server did not answer.
    package var noticeStatus: Int?
    /// Length of the recording; nil until the job is completed, and for jobs that earlier versions completed.
    package var duration: Duration?

    package init(
        id: ID<TranscriptionJob>, dialect: String, user: ID<User>, key: ID<AccessKey>? = nil, status: Status = .queued, created: UnixTime,
        finished: UnixTime? = nil,
        request: String, audio: String, engines: [EngineName] = [], ownKeys: [EngineName] = [],
        signingKey: [UInt8]? = nil, sealed: [UInt8]? = nil, keepsRaw: Bool = false,
        attempts: Int = 0, error: String? = nil,
        noticeStatus: Int? = nil, duration: Duration? = nil
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
        self.duration = duration
    }
}

/// The selection of a user's jobs for a list, the newest first.
package struct TranscriptionJobQuery: Sendable, Equatable {
    package var limit: Int
    package var status: TranscriptionJob.Status?
    /// False: jobs whose owner has deleted their content are left out.
    package var showsDeleted: Bool
    /// Beginning of the 24 hours in which the jobs were made; nil for any time.
    package var day: UnixTime?
    /// Job than which the listed jobs are older; nil for no limit.
    package var before: ID<TranscriptionJob>?
    /// Job than which the listed jobs are newer; nil for no limit.
    package var after: ID<TranscriptionJob>?

    package init(
        limit: Int, status: TranscriptionJob.Status? = nil, showsDeleted: Bool = true, day: UnixTime? = nil, before: ID<TranscriptionJob>? = nil,
        after: ID<TranscriptionJob>? = nil
    ) {
        self.limit = limit
        self.status = status
        self.showsDeleted = showsDeleted
        self.day = day
        self.before = before
        self.after = after
    }
}
