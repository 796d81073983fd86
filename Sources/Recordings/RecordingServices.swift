package import Admission
package import Audio
package import Live
package import Net
package import Observability
package import Protocols
package import RecordingAssembly
package import Speech
package import Store
package import Tracing
package import Usage

/// Services for all work on recordings: jobs, chunked uploads, and recordings whose callers wait.
package struct RecordingServices: Sendable {
    package let admission: Admission
    package let usage: UsageRecorder
    package let metrics: Metrics
    package let log: Log
    /// The tracer; nil when tracing is off.
    package let tracer: Tracer?
    package let client: HTTPClient
    package let spool: Spool
    package let batch: RecordingLimiter
    /// Decoder of recordings.
    package let media: any MediaSource
    /// Aligner that finds the times of words, for engines that give no times; nil when this gateway has none.
    package let aligner: (any WordAligning)?
    /// Model that tells speakers apart, for engines that do not; nil when this gateway has none.
    package let diarizer: (any RecordingDiarizing)?
    package let conversations: ConversationService
    /// Service for recordings that come in chunks.
    package let chunked: ChunkedRecordings
    package let runner: JobRunner
    /// Names of all models, for dialects that check them.
    package let models: Set<String>
    package let settings: RecordingSettings
    package let now: @Sendable () -> UnixTime
    /// The time by which ages are judged.
    let retention: RetentionTime
    /// Returns a new UUID in lower case.
    package let newID: @Sendable () -> String

    package init(
        admission: Admission, usage: UsageRecorder, metrics: Metrics, log: Log, tracer: Tracer?, client: HTTPClient, spool: Spool,
        batch: RecordingLimiter,
        media: any MediaSource, aligner: (any WordAligning)?, diarizer: (any RecordingDiarizing)?,
        conversations: ConversationService, chunked: ChunkedRecordings, runner: JobRunner,
        models: Set<String>, settings: RecordingSettings, now: @escaping @Sendable () -> UnixTime, retention: RetentionTime,
        newID: @escaping @Sendable () -> String
    ) {
        self.admission = admission
        self.usage = usage
        self.metrics = metrics
        self.log = log
        self.tracer = tracer
        self.client = client
        self.spool = spool
        self.batch = batch
        self.media = media
        self.aligner = aligner
        self.diarizer = diarizer
        self.conversations = conversations
        self.chunked = chunked
        self.runner = runner
        self.models = models
        self.settings = settings
        self.now = now
        self.retention = retention
        self.newID = newID
    }

    /// Returns a path in the spool that no other file has.
    package func newPath() -> String { spool.path(for: newID()) }
}

/// The operator's settings for recordings.
package struct RecordingSettings: Sendable {
    /// Maximum length of a recording in bytes; nil: the limit of each protocol's vendor.
    package var recordingBytes: Int?
    /// Waits between attempts to store data that must not be lost.
    package var storeRetries: RetrySchedule
    /// Engines that background work may use.
    package var routing: WorkloadRouting
    /// True if URLs from callers are fetched. Private addresses are never fetched.
    package var fetchesURLs: Bool
    /// Addresses from which URLs are fetched. No setting widens this range; a test's host is on the test's own machine.
    package var fetchReach: HTTPClientRequest.Reach

    /// Engines for models that OpenAI's clients name and that no engine here has.
    package var modelAliases: ModelAliases
    /// Words that are hidden in all transcripts, whatever callers ask for; nil: nothing is hidden.
    package var redaction: RedactionDemand?
    /// The operator's own profane words: see `ProfanityFilter`.
    package var profanity: [String]

    package init(
        recordingBytes: Int?, storeRetries: RetrySchedule, routing: WorkloadRouting, fetchesURLs: Bool, fetchReach: HTTPClientRequest.Reach,
        modelAliases: ModelAliases = .standard, redaction: RedactionDemand? = nil, profanity: [String] = []
    ) {
        self.recordingBytes = recordingBytes
        self.storeRetries = storeRetries
        self.routing = routing
        self.fetchesURLs = fetchesURLs
        self.fetchReach = fetchReach
        self.modelAliases = modelAliases
        self.redaction = redaction
        self.profanity = profanity
    }
}
