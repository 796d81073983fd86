package import Net

/// The handler of a client that was rejected over its open socket: ignores all messages.
package final class RejectedClient: WebSocketHandler {
    package init() {}

    package func received(text: RawSpan, on connection: WebSocketConnection) {}

    package func received(binary: RawSpan, on connection: WebSocketConnection) {}

    package func closed(_ connection: WebSocketConnection, _ close: WebSocketClose) {}
}
