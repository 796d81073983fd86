/// How the closing handshake of a WebSocket went. What the transport adds to that is not known here.
package struct WebSocketEnding: Sendable, Equatable {
    package enum Origin: Sendable, Equatable {
        /// The peer sent its close frame first.
        case peer
        /// We sent ours first, and the peer answered it.
        case local
        /// The peer broke the protocol. The code is the one that it was told.
        case violation(WebSocketViolation)
    }

    /// From the peer's close frame, `noStatus` if that had none; after a violation, ours.
    package var code: WebSocketCloseCode
    /// At most 123 bytes.
    package var reason: String
    package var origin: Origin

    package init(code: WebSocketCloseCode, reason: String = "", origin: Origin) {
        self.code = code
        self.reason = reason
        self.origin = origin
    }
}
