import Framing
import Net
import Synchronization

/// A WebSocket client for tests: sends from anywhere, and gives messages and the close one after the other.
final class TestSocket: WebSocketHandler, Sendable {
    enum Event: Sendable, Equatable {
        case text(String)
        case closed(UInt16, String)
    }

    private let events: AsyncStream<Event>
    private let sink: AsyncStream<Event>.Continuation
    private let loop: Loop
    private let connection = Mutex<WebSocketConnection?>(nil)

    private init(loop: Loop) {
        self.loop = loop
        (events, sink) = AsyncStream.makeStream()
    }

    /// - Parameter opening: sent as soon as the socket is open, however long the test's task then waits for its turn.
    static func open(
        _ target: WebSocketTarget, headers: HTTPHeaders, subprotocols: [String] = [], opening: String?, client: WebSocketClient, loop: Loop
    ) async throws -> TestSocket {
        let socket = TestSocket(loop: loop)
        let result: Result<WebSocketConnection, WebSocketConnectError> = await withCheckedContinuation { continuation in
            loop.execute {
                client.connect(to: target, headers: headers, subprotocols: subprotocols, on: loop, handler: socket) { result in
                    if let opening, case .success(let connection) = result { connection.send(text: opening) }
                    continuation.resume(returning: result)
                }
            }
        }
        let connection = try result.get()
        socket.connection.withLock { $0 = connection }
        return socket
    }

    func send(text: String) { withConnection { $0.send(text: text) } }

    func send(binary: [UInt8]) { withConnection { $0.send(binary: binary) } }

    /// - Parameter code: 1000 is a goodbye; 1001 what a phone says that puts its app away.
    func close(code: UInt16 = 1000) { withConnection { $0.close(code: code, reason: "") } }

    /// Everything up to and with the close.
    func rest() async -> [Event] {
        var all: [Event] = []
        for await event in events {
            all.append(event)
            if case .closed = event { break }
        }
        return all
    }

    /// The next message for which `condition` holds; nil when the socket closes first.
    func next(where condition: (String) -> Bool) async -> String? {
        for await event in events {
            if case .text(let text) = event, condition(text) { return text }
            if case .closed = event { return nil }
        }
        return nil
    }

    func received(text: RawSpan, on connection: WebSocketConnection) {
        sink.yield(.text(text.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }))
    }

    func received(binary: RawSpan, on connection: WebSocketConnection) {}

    func closed(_ connection: WebSocketConnection, _ close: WebSocketClose) {
        sink.yield(.closed(close.code, close.reason))
        sink.finish()
    }

    private func withConnection(_ body: @escaping @Sendable (WebSocketConnection) -> Void) {
        guard let connection = connection.withLock({ $0 }) else { return }
        loop.execute { body(connection) }
    }
}
