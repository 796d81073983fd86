package import Admission
package import Engines
package import Journal
package import Live
package import Recordings
package import Speech
package import Store

/// The parts of a gateway from which its routes are made. Endpoints get single parts, and never this value.
package struct GatewayParts: Sendable {
    let configuration: GatewayConfiguration
    let admission: Admission
    let keys: any AccessKeyAdministration
    /// All engines of the gateway.
    let entries: [EngineEntry]
    let contexts: LiveContexts
    let recordings: RecordingServices
    let transcripts: TranscriptFolder
    let recovery: CrashRecovery
    let erasure: ErasureService
    /// Time when the gateway started.
    let startedAt: UnixTime

    package init(
        _ configuration: GatewayConfiguration, admission: Admission, keys: any AccessKeyAdministration, entries: [EngineEntry],
        contexts: LiveContexts, recordings: RecordingServices,
        transcripts: TranscriptFolder, recovery: CrashRecovery, erasure: ErasureService, startedAt: UnixTime
    ) {
        self.configuration = configuration
        self.admission = admission
        self.keys = keys
        self.entries = entries
        self.contexts = contexts
        self.recordings = recordings
        self.transcripts = transcripts
        self.recovery = recovery
        self.erasure = erasure
        self.startedAt = startedAt
    }
}
