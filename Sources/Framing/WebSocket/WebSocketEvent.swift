/// The content of a peer's frames. Bytes in place are offsets into the input of the call that returned the event; the payload is unmasked there.
package enum WebSocketEvent: Sendable, Equatable {
    /// A complete message, valid UTF-8.
    case text(Bytes)
    /// A complete message.
    case binary(Bytes)
    /// A ping; its pong is in the replies already.
    case ping(Bytes)
    case pong(Bytes)
    /// The last event. A server closes the transport after the replies are sent; a client waits a short time for the server to close.
    case closed(WebSocketEnding)
}
