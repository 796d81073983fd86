import Gateway
import Journal
import Live
import Observability
import Recordings
import Store
import Usage

/// The parts of a gateway that store data on disk.
struct StorageParts: Sendable {
    /// The time by which ages are judged.
    let retention: RetentionTime
    let directory: DataDirectory
    let stores: Stores
    let usage: UsageRecorder
    let spool: Spool
    let journal: JournalWriter
    let transcripts: TranscriptFolder
    let shadows: ShadowLog
    /// True if an earlier process worked in the data directory when this process started, and lets its sessions go on.
    let isShared: Bool

    /// Opens the stores, and books usage that an earlier run has not booked.
    init(_ inputs: GatewayInputs) async throws {
        let configuration = inputs.configuration, metrics = inputs.metrics, log = inputs.log
        journal = try JournalWriter(
            directory: inputs.directory.journal, sync: configuration.journal.sync, log: log,
            report: { metrics.journalSynced(after: $0) },
            syncFailed: { metrics.journalSyncFailed() })
        // Files that another process works on are left alone.
        isShared = journal.earlier.hasLivingRuns
        spool = try Spool(
            directory: inputs.directory.spool, limits: configuration.disk, descriptors: inputs.descriptors, keepsFiles: isShared)
        transcripts = TranscriptFolder(
            in: inputs.stores.blobs.transcripts, limits: configuration.transcripts, log: log, retries: configuration.storeRetries,
            gaps: inputs.stores.conversations, failed: { metrics.storeFailed(.transcript) })
        shadows = ShadowLog(directory: configuration.dataDirectory, log: log)
        directory = inputs.directory
        retention = RetentionTime(in: inputs.directory, wall: inputs.now)
        stores = inputs.stores
        if !isShared { try await stores.blobs.prepare() }
        // Work of earlier processes of this directory is taken up from here on.
        try await stores.replicas?.join(isAlone: !isShared)
        usage = UsageRecorder(
            stores.usage, prices: configuration.prices, metrics: UsageMetrics(), log: log,
            isWatched: !configuration.limits.isEmpty, newID: inputs.newID, now: inputs.now, retention: retention)
        if !isShared { await usage.resume() }
    }
}
