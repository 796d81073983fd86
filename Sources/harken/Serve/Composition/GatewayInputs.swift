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

/// The things that a gateway is built on: what the operator has set, the process's own parts, and the engines.
struct GatewayInputs: Sendable {
    let configuration: GatewayConfiguration
    let loops: [Loop]
    /// The engines there are.
    let entries: [EngineEntry]
    let keys: any AccessKeyStore
    let stores: Stores
    let client: HTTPClient
    let webSocketClient: WebSocketClient
    let metrics: Metrics
    let log: Log
    /// Decodes recordings.
    var media: any MediaSource = InProcessMedia()
    /// nil: nothing is traced.
    var tracer: Tracer?
    /// Gives a new UUID in lower case.
    let newID: @Sendable () -> String
    var now: @Sendable () -> UnixTime = { .now }
}
