import Framing
import Glibc
package import Net
import Sessions
import Speech
import Synchronization
import Tracing
import Vendors

/// Resources that all streams of a program share: one event loop for their sockets, and the collector of their spans.
package final class KitRuntime: Sendable {
    let loop: Loop
    /// Collector of the spans; nil when tracing is off.
    let tracer: Tracer?
    let client: WebSocketClient
    private let made = Mutex<LoopBound<VendorConnector>?>(nil)
    private let http = Mutex<HTTPClient?>(nil)
    /// The repairs of all streams. Engines of this process have a queue of their own, in which live audio comes first.
    let repairs = RepairQueue(capacity: 16)

    /// Folder for the audio of repairs that are under way.
    static var temporaryFolder: String { getenv("TMPDIR").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp" }

    private static let shared = Mutex<KitRuntime?>(nil)

    /// Returns the program's runtime. The first call starts its loop.
    ///
    /// - Parameter trust: the certificates to trust. Only the first call's are used.
    @discardableResult package static func start(trusting trust: TLSClientContext.Trust = .system) throws(KitError) -> KitRuntime {
        try shared.withLock { (shared: inout sending KitRuntime?) throws(KitError) in
            if let runtime = shared { return runtime }
            let runtime: KitRuntime
            do {
                runtime = KitRuntime(
                    loop: try LoopGroup(count: 1).loops[0], client: WebSocketClient(tls: try TLSClientContext(trust), resolver: Resolver()),
                    tracer: try tracer())
            } catch let error as TraceSettingsError {
                throw .unavailable("\(error.name) \(error.problem): use \(error.accepted)")
            } catch {
                throw .unavailable("a thread or TLS context cannot be created: \(error)")
            }
            shared = runtime
            return runtime
        }
    }

    init(loop: Loop, client: WebSocketClient, tracer: Tracer?) {
        self.loop = loop
        self.client = client
        self.tracer = tracer
    }

    /// The running instance; nil before the first `start()`.
    static var current: KitRuntime? { shared.withLock { $0 } }

    private static func tracer() throws -> Tracer? {
        let settings = try TraceSettings.read(version: "") { name in
            getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
        }
        guard let settings else { return nil }
        return Tracer(
            SpanExporter(settings, client: try HTTPClient()) { _ in }, random: { .random(in: .min ... .max) }, now: { .now })
    }

    /// Returns the client of vendors' recording services. The first call starts its thread.
    func recordingClient() throws(KitError) -> HTTPClient {
        try http.withLock { (http: inout sending HTTPClient?) throws(KitError) in
            if let client = http { return client }
            do throws(HTTPClientError) {
                let client = try HTTPClient()
                http = client
                return client
            } catch {
                throw .unavailable("a connection cannot be opened: \(error)")
            }
        }
    }

    /// Returns the connector to vendors. Call on the loop only.
    func connector() -> VendorConnector {
        if let connector = made.withLock({ $0 })?.withValue({ $0 }) { return connector }
        let connector = VendorConnector(loop: loop, client: client, configuration: WebSocketConfiguration(), integration: "kit")
        let bound = LoopBound(connector, on: loop)
        made.withLock { $0 = bound }
        return connector
    }
}
