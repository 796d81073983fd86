internal import Net

/// A client that was told no over its open socket: nothing that it says counts.
final class RefusedClient: WebSocketHandler {
    func received(text: RawSpan, on connection: WebSocketConnection) {}

    func received(binary: RawSpan, on connection: WebSocketConnection) {}

    func closed(_ connection: WebSocketConnection, _ close: WebSocketClose) {}
}
