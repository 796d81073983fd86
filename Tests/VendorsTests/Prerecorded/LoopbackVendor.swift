import Framing
import Net
import Synchronization

/// A vendor on loopback that takes requests down and answers by a script.
final class LoopbackVendor: HTTPService {
    struct Request: Sendable, Equatable {
        var line: String
        var authorization: String?
        var contentType: String?
        var byteCount: Int
        /// The first and the last bytes of the body.
        var head: String
        var tail: String
    }

    enum Answer: Sendable {
        case json(Int, String, HTTPHeaders = [:])
        /// No answer as long as the client waits.
        case silence
        case cut
    }

    private let script: @Sendable (Request, Int) -> Answer
    private let seen = Mutex<[Request]>([])
    private let group: LoopGroup
    private let server = Mutex<HTTPServer?>(nil)
    let address: String

    /// - Parameter script: the request and how many came before it.
    init(_ script: @escaping @Sendable (Request, Int) -> Answer) throws {
        self.script = script
        group = try LoopGroup(count: 1)
        let relay = Relay()
        let server = HTTPServer(loops: group.loops, service: relay)
        address = "http://" + (try server.start(on: SocketAddress(.loopback, port: 0))).description
        self.server.withLock { $0 = server }
        relay.target.withLock { $0 = self }
    }

    /// The server must exist before its address does, and the address before this object is whole.
    private final class Relay: HTTPService {
        let target = Mutex<LoopbackVendor?>(nil)
        func handle(_ exchange: HTTPExchange) { target.withLock { $0 }?.handle(exchange) }
    }

    var requests: [Request] { seen.withLock { $0 } }
    var lines: [String] { requests.map(\.line) }

    func stop() {
        server.withLock { $0 }?.stop()
        group.shutdown()
    }

    func handle(_ exchange: HTTPExchange) {
        let collected = Mutex<(count: Int, head: [UInt8], tail: [UInt8])>((0, [], []))
        exchange.readBody { chunk in
            let bytes = chunk.withUnsafeBytes { [UInt8]($0) }
            collected.withLock { body in
                body.count += bytes.count
                if body.head.count < 2_000 { body.head += bytes.prefix(2_000 - body.head.count) }
                body.tail = Array((body.tail + bytes.suffix(200)).suffix(200))
            }
        } end: { [self] result in
            guard case .success = result else { return }
            let body = collected.withLock { $0 }
            let head = exchange.request
            let request = Request(
                line: "\(head.method) \(head.target)", authorization: head.headers["Authorization"], contentType: head.headers["Content-Type"],
                byteCount: body.count, head: String(decoding: body.head, as: UTF8.self), tail: String(decoding: body.tail, as: UTF8.self))
            let before = seen.withLock { seen in
                seen.append(request)
                return seen.count - 1
            }
            switch script(request, before) {
            case .json(let status, let text, var headers):
                headers.add("Content-Type", "application/json")
                exchange.respond(HTTPResponseHead(HTTPStatus(status), headers: headers), body: Array(text.utf8))
            case .silence: break
            case .cut:
                exchange.begin(HTTPResponseHead(.ok), contentLength: 1_000)
                exchange.write(Array("{".utf8))
                exchange.finish()
            }
        }
    }
}
