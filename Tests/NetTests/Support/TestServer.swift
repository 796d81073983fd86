import Speech
import Framing
import Glibc
import HarkenTesting

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

    /// - Parameter clock: the time of the server's timers; nil: the machine's.
    init(
        loops: Int = 1, clock: HeldClock? = nil, _ service: TestService, configure: (inout HTTPServerConfiguration) -> Void = { _ in }
    ) throws {
        if let clock {
            group = try LoopGroup(count: loops) { clock.now }
            for loop in group.loops { clock.tell { loop.execute {} } }
        } else {
            group = try LoopGroup(count: loops)
        }
        var configuration = HTTPServerConfiguration()
        configure(&configuration)
        server = HTTPServer(loops: group.loops, configuration: configuration, service: service)
        address = try server.start(on: SocketAddress(.loopback, port: 0))
    }

    deinit {
        server.stop()
        group.shutdown()
    }

    /// Waits until the server has read what its clients had sent before. Blocks.
    func settle() {
        // A loop reads its sockets before it does a batch's jobs: what came during the first batch is read in the second one at the latest.
        for _ in 0..<2 {
            for loop in group.loops {
                let done = Signal<Void>()
                loop.execute { done.send() }
                _ = done.next()
            }
        }
    }

    /// Runs `body` while the server's loops stand: what it sends is there as a whole when they go on. Blocks.
    func whileHeld(_ body: () throws -> Void) rethrows {
        let held = Signal<Void>(), released = Signal<Void>()
        for loop in group.loops {
            loop.execute {
                held.send()
                _ = released.next()
            }
        }
        for _ in group.loops { _ = held.next() }
        defer { for _ in group.loops { released.send() } }
        try body()
    }

    /// Waits until the server does nothing more of itself: until several rounds of its loops have left the count as it was. Blocks.
    func rest(_ count: () -> Int) {
        var last = -1, same = 0
        while same < 20 {
            settle()
            let now = count()
            same = now == last ? same + 1 : 0
            last = now
        }
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
            try? await Task.sleep(for: .milliseconds(2))  // real time: waits for a fact
        }
        return nil
    }

    var isEmpty: Bool { values.withLock { $0.isEmpty } }
}

extension Signal where Value == Void {
    func send() { send(()) }
}

/// Whether something becomes true within minutes.
func eventually(_ condition: () -> Bool) -> Bool {
    (try? untilBlocking(condition)) != nil
}
