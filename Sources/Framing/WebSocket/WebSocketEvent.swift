/// What a peer's frames say. Bytes in place are offsets into the input of the call that returned the event; they are unmasked there.
package enum WebSocketEvent: Sendable, Equatable {
    /// A whole message, valid UTF-8.
    case text(Bytes)
    /// A whole message.
    case binary(Bytes)
    /// Answered already, in the replies.
    case ping(Bytes)
    case pong(Bytes)
    /// The last event. A server closes the transport once the replies are sent; a client waits a little for the server to do so.
    case closed(WebSocketEnding)
}
