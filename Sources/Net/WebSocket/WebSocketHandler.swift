/// What receives from a WebSocket connection. Called synchronously on the connection's loop.
package protocol WebSocketHandler: AnyObject {
    /// A whole text message, valid UTF-8. The bytes are only good during the call.
    func received(text: RawSpan, on connection: WebSocketConnection)

    /// A whole binary message. The bytes are only good during the call.
    func received(binary: RawSpan, on connection: WebSocketConnection)

    /// Queued output fell below the low mark after it was above.
    func drained(_ connection: WebSocketConnection)

    /// The connection is over. Called exactly once, last, and never from inside `close`.
    func closed(_ connection: WebSocketConnection, _ close: WebSocketClose)
}

extension WebSocketHandler {
    package func drained(_ connection: WebSocketConnection) {}
}
