package import Net

/// A client that was told no over its open socket: nothing that it says counts.
package final class RefusedClient: WebSocketHandler {
    package init() {}

    package func received(text: RawSpan, on connection: WebSocketConnection) {}

    package func received(binary: RawSpan, on connection: WebSocketConnection) {}

    package func closed(_ connection: WebSocketConnection, _ close: WebSocketClose) {}
}
