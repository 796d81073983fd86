import Net
import Synchronization
import Vendors

/// What all streams of a program share: one loop for their sockets.
final class KitRuntime: Sendable {
    let loop: Loop
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
                    loop: try LoopGroup(count: 1).loops[0], client: WebSocketClient(tls: try TLSClientContext(), resolver: Resolver()))
            } catch {
                throw .unavailable("no thread or TLS context can be made: \(error)")
            }
            shared = runtime
            return runtime
        }
    }

    private init(loop: Loop, client: WebSocketClient) {
        self.loop = loop
        self.client = client
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
