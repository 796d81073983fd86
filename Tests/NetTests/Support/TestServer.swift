import Speech
import Framing
import Glibc

@testable import Net
import Synchronization

/// A service that is a closure.
struct TestService: HTTPService {
    let body: @Sendable (HTTPExchange) -> Void

    init(_ body: @escaping @Sendable (HTTPExchange) -> Void) { self.body = body }

    func handle(_ exchange: HTTPExchange) { body(exchange) }

    /// Answers with the method, the path and what the body was.
    static let echo = TestService { exchange in
        exchange.collectBody(limit: 1 << 20) { result in
            switch result {
            case .success(let body):
                let text = "\(exchange.request.method) \(exchange.request.path) " + String(decoding: body, as: UTF8.self)
                exchange.respond(HTTPResponseHead(.ok), body: Array(text.utf8))
            case .failure(.tooLarge): exchange.respond(HTTPResponseHead(.contentTooLarge))
            case .failure: exchange.respond(HTTPResponseHead(.badRequest))
            }
        }
    }
}

/// A server on loopback with its own loops, for one test.
final class TestServer {
    let group: LoopGroup
    let server: HTTPServer
    let address: SocketAddress

    init(loops: Int = 1, _ service: TestService, configure: (inout HTTPServerConfiguration) -> Void = { _ in }) throws {
        group = try LoopGroup(count: loops)
        var configuration = HTTPServerConfiguration()
        configure(&configuration)
        server = HTTPServer(loops: group.loops, configuration: configuration, service: service)
        address = try server.start(on: SocketAddress(.loopback, port: 0))
    }

    deinit {
        server.stop()
        group.shutdown()
    }

    func client(receiveBuffer: Int32? = nil) throws -> TestClient {
        try TestClient(address, receiveBuffer: receiveBuffer)
    }
}

/// Something that a loop does and a test waits for.
final class Signal<Value: Sendable>: Sendable {
    private let values = Mutex([Value]())
    private let semaphore = Net.Semaphore()

    func send(_ value: Value) {
        values.withLock { $0.append(value) }
        semaphore.signal()
    }

    /// The next value; nil if none came for minutes. Blocks: not where the value waits for a task, which may need this very thread.
    func next(seconds: Int = 240) -> Value? {
        guard semaphore.wait(seconds: seconds) else { return nil }
        return values.withLock { $0.removeFirst() }
    }

    /// The next value, without blocking the thread; nil when the test's time is over.
    func value() async -> Value? {
        while !Task.isCancelled {
            if let value = next(seconds: 0) { return value }
            try? await Task.sleep(for: .milliseconds(2))
        }
        return nil
    }

    var isEmpty: Bool { values.withLock { $0.isEmpty } }
}

/// Tries with longer and longer times until one is long enough: what has to be done before a time is over may take a busy machine longer.
///
/// - Returns: whether `body` succeeded.
func patiently(_ body: (Duration) throws -> Bool) rethrows -> Bool {
    for milliseconds in [50, 500, 5_000, 50_000] where try body(.milliseconds(milliseconds)) { return true }
    return false
}

extension Signal where Value == Void {
    func send() { send(()) }
}

/// Whether something becomes true within minutes.
func eventually(_ condition: () -> Bool) -> Bool {
    let limit = Instant.now + .seconds(240)
    while !condition() {
        guard Instant.now < limit else { return false }
        usleep(1000)
    }
    return true
}
