package import Admission
package import Engines
package import Journal
package import Live
package import Recordings
package import Store
package import Usage

/// The parts of a gateway that the operations of the API use. Operations get single parts, and never this value.
package struct APIParts: Sendable {
    /// The gateway's version.
    let version: String
    let limits: UsageLimits
    let prices: PriceTable
    let admission: Admission
    let keys: any AccessKeyAdministration
    /// All engines of the gateway.
    let entries: [EngineEntry]
    let contexts: LiveContexts
    let recordings: RecordingServices
    let transcripts: TranscriptFolder
    package let recovery: CrashRecovery
    let erasure: ErasureService
    let deletion: UserDeletion
    let webhookSecrets: WebhookSecrets
    let webhookSender: WebhookSender
    /// The room on the disks.
    let storage: StorageStatus

    package init(
        version: String, limits: UsageLimits, prices: PriceTable, admission: Admission, keys: any AccessKeyAdministration, entries: [EngineEntry],
        contexts: LiveContexts, recordings: RecordingServices, transcripts: TranscriptFolder, recovery: CrashRecovery, erasure: ErasureService,
        deletion: UserDeletion, webhookSecrets: WebhookSecrets, webhookSender: WebhookSender, storage: StorageStatus
    ) {
        self.version = version
        self.limits = limits
        self.prices = prices
        self.admission = admission
        self.keys = keys
        self.entries = entries
        self.contexts = contexts
        self.recordings = recordings
        self.transcripts = transcripts
        self.recovery = recovery
        self.erasure = erasure
        self.deletion = deletion
        self.webhookSecrets = webhookSecrets
        self.webhookSender = webhookSender
        self.storage = storage
    }
}
