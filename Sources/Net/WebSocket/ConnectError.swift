package import Framing

/// Why a WebSocket client could not connect.
package enum ConnectError: Error, Sendable, Equatable {
    /// The name has no address; with the resolver's words.
    case unresolved(host: String, reason: String)
    /// No address answered; with the last one's failure.
    case unreachable(ConnectionFailure)
    /// Not open within `connectTimeout`; with what was being done.
    case timedOut(during: Phase)
    /// The server answered with HTTP and did not switch: status, headers and as much of the body as is bounded (at most 64 KB).
    case refused(HTTPResponseHead, body: [UInt8])
    /// The server's answer is not one to this handshake.
    case malformedAnswer(String)
    /// The connection broke before it was open.
    case lost(ConnectionFailure?)
    /// `cancel` was called.
    case cancelled

    package enum Phase: String, Sendable, Equatable { case resolving, connecting, securing, upgrading }
}
