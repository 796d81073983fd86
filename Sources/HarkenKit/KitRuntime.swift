import Framing
import Glibc
import Net
import Sessions
import Speech
import Synchronization
import Tracing
import Vendors

/// The resources that all streams of a program share: one loop for their sockets, and the collector of their spans.
final class KitRuntime: Sendable {
    let loop: Loop
    /// nil: nothing is traced.
    let tracer: Tracer?
    private let client: WebSocketClient
    private let made = Mutex<LoopBound<VendorConnector>?>(nil)

    private static let shared = Mutex<KitRuntime?>(nil)

    /// Starts the loop when it is first needed.
    static func start() throws(KitError) -> KitRuntime {
        try shared.withLock { (shared: inout sending KitRuntime?) throws(KitError) in
            if let runtime = shared { return runtime }
            let runtime: KitRuntime
            do {
                runtime = KitRuntime(
                    loop: try LoopGroup(count: 1).loops[0], client: WebSocketClient(tls: try TLSClientContext(), resolver: Resolver()),
                    tracer: try tracer())
            } catch let fault as TraceSettings.Fault {
                throw .unavailable("\(fault.name) \(fault.fault): use \(fault.accepted)")
            } catch {
                throw .unavailable("no thread or TLS context can be made: \(error)")
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

    /// The one that runs, if there is one.
    static var current: KitRuntime? { shared.withLock { $0 } }

    private static func tracer() throws -> Tracer? {
        let settings = try TraceSettings.read(version: "") { name in
            getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
        }
        guard let settings else { return nil }
        return Tracer(
            SpanExporter(settings, client: try HTTPClient()) { _ in }, random: { .random(in: .min ... .max) }, now: { .now })
    }

    /// On the loop.
    func connector() -> VendorConnector {
        if let connector = made.withLock({ $0 })?.withValue({ $0 }) { return connector }
        let connector = VendorConnector(loop: loop, client: client, configuration: WebSocketConfiguration())
        let bound = LoopBound(connector, on: loop)
        made.withLock { $0 = bound }
        return connector
    }
}
