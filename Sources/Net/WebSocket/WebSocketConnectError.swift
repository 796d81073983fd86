package import Framing

/// The reason for which a WebSocket client could not connect.
package enum WebSocketConnectError: Error, Sendable, Equatable {
    /// A header of the handshake cannot be sent; no connection was made.
    case unsendable(UnsendableField)
    /// The name has no address; with the resolver's words.
    case unresolved(host: String, reason: String)
    /// No address answered; with the failure of the last one.
    case unreachable(ConnectionError)
    /// The connection was not open within `connectTimeout`; with the phase at that time.
    case timedOut(during: Phase)
    /// The server answered with HTTP and did not switch protocols: its head and its body (at most 64 KB).
    case rejected(HTTPResponseHead, body: [UInt8])
    /// The server's answer does not belong to this handshake.
    case malformedAnswer(String)
    /// The connection broke before it was open.
    case lost(ConnectionError?)
    /// `cancel` was called.
    case cancelled

    package enum Phase: String, Sendable, Equatable { case resolving, connecting, securing, upgrading }
}
