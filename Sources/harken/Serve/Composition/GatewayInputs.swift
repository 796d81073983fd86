import Admission
import Audio
import Engines
import Gateway
import Net
import Observability
import Sessions
import Speech
import Store
import Tracing

/// The inputs from which a gateway is built: the operator's settings, the process's own parts, and the engines.
struct GatewayInputs: Sendable {
    let configuration: GatewayConfiguration
    let loops: [Loop]
    /// All engines of the gateway.
    let entries: [EngineEntry]
    let keys: any AccessKeyAdministration
    let directory: DataDirectory
    let stores: Stores
    let client: HTTPClient
    let webSocketClient: WebSocketClient
    /// Budget of the descriptors that callers' connections, sessions and uploads take.
    var descriptors = DescriptorBudget()
    /// Folder of the local engine's models; nil when there is none.
    var modelFolder: String?
    /// The time zones that are known here.
    var zones = TimeZones()
    /// Returns the space of a folder's file system; nil when it is unknown. May block.
    var diskSpace: @Sendable (String) -> DiskSpace? = { DiskSpace(of: $0) }
    let metrics: Metrics
    let log: Log
    /// The source that decodes recordings.
    var media: any MediaSource = InProcessMedia()
    /// Tracer of the gateway; nil when nothing is traced.
    var tracer: Tracer?
    /// Returns a new UUID in lower case.
    let newID: @Sendable () -> String
    var now: @Sendable () -> UnixTime = { .now }
}
