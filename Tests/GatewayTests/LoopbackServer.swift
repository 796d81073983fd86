import Net

/// An HTTP server on this machine that a test's gateway calls: a vendor, a language model, a collector.
final class LoopbackServer: Sendable {
    private let group: LoopGroup
    private let server: HTTPServer
    /// Its URL without a path: `http://127.0.0.1:PORT`.
    let address: String

    init(_ service: any HTTPService) throws {
        group = try LoopGroup(count: 1)
        server = HTTPServer(loops: group.loops, service: service)
        address = "http://" + (try server.start(on: SocketAddress(.loopback, port: 0))).description
    }

    func stop() {
        server.stop()
        group.shutdown()
    }
}
