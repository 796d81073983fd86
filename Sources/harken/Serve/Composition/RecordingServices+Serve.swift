import Admission
import Engines
import Gateway
import Live
import Protocols
import Recordings
import Speech
import Store

extension RecordingServices {
    /// Makes the parts that work on recordings.
    init(
        _ inputs: GatewayInputs, router: Router, _ models: EngineModels, _ storage: StorageParts, _ admission: Admission,
        _ conversations: ConversationService
    ) throws {
        let configuration = inputs.configuration, stores = storage.stores
        let uploads = UploadFolder(
            in: stores.blobs.uploads, uploads: stores.uploads, most: configuration.uploadBytes,
            userMost: configuration.disk.userUploads, log: inputs.log)
        let runner = JobRunner(
            jobs: stores.jobs, uploads: uploads,
            results: UnstoredResults(in: stores.blobs.results), secrets: try JobSecrets(of: storage.directory),
            owner: stores.replicas?.id ?? inputs.newID(), schedule: configuration.storeRetries)
        self.init(
            admission: admission, usage: storage.usage, metrics: inputs.metrics, log: inputs.log, tracer: inputs.tracer, client: inputs.client,
            spool: storage.spool, batch: RecordingLimiter(most: 256), media: inputs.media, aligner: models.aligner, diarizer: models.diarizer,
            conversations: conversations, chunked: ChunkedRecordings(stores.chunks, replicas: stores.replicas, limits: configuration.rateLimits),
            runner: runner,
            models: router.models,
            settings: RecordingSettings(
                recordingBytes: configuration.recordingBytes, storeRetries: configuration.storeRetries, routing: configuration.routing,
                fetchesURLs: configuration.fetchesURLs, fetchReach: configuration.fetchReach,
                modelAliases: router.has(.local) ? configuration.modelAliases : configuration.modelAliases.without(.local),
                redaction: configuration.redaction, profanity: configuration.profanity),
            now: inputs.now, retention: storage.retention, newID: inputs.newID)
    }
}
