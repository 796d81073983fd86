import Framing
import Net
import Synchronization

/// A vendor without manners: whatever it says, it says with the key that it was shown, in every field that errors have anywhere.
final class QuotingVendor: Sendable {
    private let server: LoopbackServer
    private let service = Service()

    init() throws { server = try LoopbackServer(service) }

    var address: String { server.address }

    private final class Service: HTTPService {
        let status = Mutex(401)
        let asked = Mutex(0)

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

    /// How often it was asked for anything.
    var count: Int { service.asked.withLock { $0 } }

    /// The status of what comes next; 200: a job that failed.
    func answer(_ next: Int) { service.status.withLock { $0 = next } }

    func stop() { server.stop() }
}
