import Framing
import Net
import Synchronization

/// A server that has one film at each path, and keeps what is sent to it.
final class FilmHost: Sendable {
    private let server: LoopbackServer
    private let service: Service

    init(_ film: [UInt8]) throws {
        service = Service(film)
        server = try LoopbackServer(service)
    }

    var address: String { server.address }

    /// The bodies that were sent here, in order.
    var taken: [String] { service.taken.withLock { $0 } }

    func stop() { server.stop() }

    private final class Service: HTTPService {
        private let film: [UInt8]
        let taken = Mutex<[String]>([])

        init(_ film: [UInt8]) { self.film = film }

        func handle(_ exchange: HTTPExchange) {
            guard exchange.request.method != .get else { return exchange.respond(HTTPResponseHead(.ok), body: film) }
            exchange.collectBody(limit: 1 << 20) { [self] result in
                let body = String(decoding: (try? result.get()) ?? [], as: UTF8.self)
                taken.withLock { $0.append(body) }
                exchange.respond(HTTPResponseHead(.ok))
            }
        }
    }
}
