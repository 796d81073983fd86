/// Receives the messages of a WebSocket connection. Called synchronously on the connection's loop.
package protocol WebSocketHandler: AnyObject {
    /// Called with a complete text message in valid UTF-8. The bytes are valid only during the call.
    func received(text: RawSpan, on connection: WebSocketConnection)

    /// Called with a complete binary message. The bytes are valid only during the call.
    func received(binary: RawSpan, on connection: WebSocketConnection)

    /// Called when the connection has ended: exactly once, last, and never from inside `close`.
    func closed(_ connection: WebSocketConnection, _ close: WebSocketClose)
}
