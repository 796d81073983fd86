import Framing
import Net
import Synchronization

/// A vendor without manners: whatever it says, it says with the key that it was shown, in every field that errors have anywhere.
final class QuotingVendor: HTTPService {
    private let group: LoopGroup
    private let server = Mutex<HTTPServer?>(nil)
    private let status: Mutex<Int>
    private let asked = Mutex(0)
    let address: String

    init() throws {
        status = Mutex(401)
        group = try LoopGroup(count: 1)
        let relay = Relay()
        let server = HTTPServer(loops: group.loops, service: relay)
        address = "http://" + (try server.start(on: SocketAddress(.loopback, port: 0))).description
        self.server.withLock { $0 = server }
        relay.target.withLock { $0 = self }
    }

    private final class Relay: HTTPService {
        let target = Mutex<QuotingVendor?>(nil)
        func handle(_ exchange: HTTPExchange) { target.withLock { $0 }?.handle(exchange) }
    }

    /// How often it was asked for anything.
    var count: Int { asked.withLock { $0 } }

    /// The status of what comes next; 200: a job that failed.
    func answer(_ next: Int) { status.withLock { $0 = next } }

    func stop() {
        server.withLock { $0 }?.stop()
        group.shutdown()
    }

    func handle(_ exchange: HTTPExchange) {
        exchange.collectBody(limit: 1 << 20) { [self] _ in
            asked.withLock { $0 += 1 }
            let shown = exchange.request.headers["Authorization"] ?? ""
            // A part of it as well, as those quote it who mean well.
            let words = "not with \(shown), nor \(shown.dropLast(6))…"
            let fields = ["error", "err_msg", "err_code", "message", "details", "reason", "request_id"].map { #""\#($0)":"\#(words)""# }
            let body = #"{"id":"t1","upload_url":"https://cdn/1","status":"error",\#(fields.joined(separator: ","))}"#
            let head = HTTPResponseHead(
                HTTPStatus(status.withLock { $0 }), headers: ["Content-Type": "application/json", "dg-error": words, "x-key": shown])
            exchange.respond(head, body: Array(body.utf8))
        }
    }
}
