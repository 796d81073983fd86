import Framing

@testable import Net

/// What a test does with WebSocket messages. Everything is also told to `events`.
final class TestHandler: WebSocketHandler {
    enum Event: Equatable, Sendable {
        case text(String)
        case binary(Int)
        case closed(WebSocketClose)
    }

    let events = Signal<Event>()
    private let onText: (WebSocketConnection, RawSpan) -> Void
    private let onBinary: (WebSocketConnection, RawSpan) -> Void

    init(
        onText: @escaping (WebSocketConnection, RawSpan) -> Void = { _, _ in },
        onBinary: @escaping (WebSocketConnection, RawSpan) -> Void = { _, _ in }
    ) {
        self.onText = onText
        self.onBinary = onBinary
    }

    /// Sends everything back.
    static func echo() -> TestHandler {
        TestHandler(onText: { $0.send(text: $1) }, onBinary: { $0.send(binary: $1) })
    }

    func received(text: RawSpan, on connection: WebSocketConnection) {
        events.send(.text(text.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }))
        onText(connection, text)
    }

    func received(binary: RawSpan, on connection: WebSocketConnection) {
        events.send(.binary(binary.byteCount))
        onBinary(connection, binary)
    }

    func closed(_ connection: WebSocketConnection, _ close: WebSocketClose) {
        events.send(.closed(close))
    }
}

extension TestService {
    /// Accepts every WebSocket; what `handler` makes hears it.
    static func webSocket(
        _ configuration: WebSocketConfiguration = .silent, opened: @escaping @Sendable (WebSocketConnection) -> Void = { _ in },
        handler: @escaping @Sendable () -> TestHandler
    ) -> TestService {
        TestService { exchange in
            let connection = exchange.acceptWebSocket(
                subprotocol: exchange.offeredSubprotocols.first, headers: ["X-Test": "yes"], configuration: configuration, handler: handler())
            if let connection { opened(connection) }
        }
    }

    static let webSocketEcho = webSocket { .echo() }
}

extension WebSocketConfiguration {
    /// One whose side sends no pings: a test that waits long for a processor would get them in place of what it expects.
    static var silent: WebSocketConfiguration {
        var configuration = WebSocketConfiguration()
        configuration.pingInterval = nil
        return configuration
    }
}
