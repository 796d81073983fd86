package import API
package import Admission
package import Engines
package import Live
package import Recordings
package import Speech
package import Store

/// The parts of a gateway from which its routes are made. Endpoints get single parts, and never this value.
package struct GatewayParts: Sendable {
    let configuration: GatewayConfiguration
    let admission: Admission
    /// All engines of the gateway.
    let entries: [EngineEntry]
    let contexts: LiveContexts
    /// The recovery of the sessions that earlier runs of this gateway left.
    let recovery: CrashRecovery
    let recordings: RecordingServices
    let api: APIParts
    let store: StoreHealth
    /// The room on the disks.
    let storage: StorageStatus
    /// Time when the gateway started.
    let startedAt: UnixTime

    package init(
        _ configuration: GatewayConfiguration, admission: Admission, entries: [EngineEntry], contexts: LiveContexts,
        recovery: CrashRecovery, recordings: RecordingServices, api: APIParts, store: StoreHealth, storage: StorageStatus,
        startedAt: UnixTime
    ) {
        self.configuration = configuration
        self.admission = admission
        self.entries = entries
        self.contexts = contexts
        self.recovery = recovery
        self.recordings = recordings
        self.api = api
        self.store = store
        self.storage = storage
        self.startedAt = startedAt
    }
}
