internal import Framing

/// An open WebSocket connection, of a server or a client, confined to its loop.
///
/// What is sent in one batch of the loop is written together at its end.
// Sendable by proof: `loop` and `peer` are constant; everything else is checked to be called on the loop, so that a reference may travel through
// other threads, as the way back to the loop by `execute` needs.
package final class WebSocketConnection: @unchecked Sendable {
    package let loop: Loop
    package let peer: SocketAddress
    /// What was agreed on in the handshake.
    package let subprotocol: String?
    /// Its marks are for whoever relays: pause the source above `outputHighMark`, resume it in `drained`.
    package let configuration: WebSocketConfiguration

    init(loop: Loop, peer: SocketAddress, subprotocol: String?, configuration: WebSocketConfiguration) {
        self.loop = loop
        self.peer = peer
        self.subprotocol = subprotocol
        self.configuration = configuration
    }

    /// Whether messages can still be sent: `close` was not called, and the peer did not close.
    package var isOpen: Bool { false }

    /// Bytes that wait for the peer to read.
    package var bufferedByteCount: Int { 0 }

    /// Sends a text message; valid UTF-8.
    package func send(text: RawSpan) {}

    package func send(text: [UInt8]) { send(text: text.span.bytes) }

    package func send(text: String) { send(text: Array(text.utf8)) }

    package func send(binary: RawSpan) {}

    package func send(binary: [UInt8]) { send(binary: binary.span.bytes) }

    /// Begins the closing handshake, after what was sent. The handler hears `closed` when the peer has answered, or did not in time.
    ///
    /// - Parameter reason: at most 123 bytes are sent.
    package func close(code: UInt16 = 1000, reason: String = "") {}

    /// Hears no more messages; the peer is slowed down by its kernel. Pings are not answered meanwhile, and the peer's silence is not held against it.
    package func pauseReading() {}

    package func resumeReading() {}
}
