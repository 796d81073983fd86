/// The result of a WebSocket's closing handshake. Does not include failures of the transport.
package struct WebSocketEnding: Sendable, Equatable {
    package enum Origin: Sendable, Equatable {
        /// The peer sent its close frame first.
        case peer
        /// This side sent its close frame first, and the peer answered it.
        case local
        /// The peer broke the protocol. The code is the one that was sent to the peer.
        case violation(WebSocketViolation)
    }

    /// The code of the peer's close frame, or `noStatus` if the frame had none; after a violation, this side's code.
    package var code: WebSocketCloseCode
    /// The reason of the close frame, at most 123 bytes.
    package var reason: String
    package var origin: Origin

    package init(code: WebSocketCloseCode, reason: String = "", origin: Origin) {
        self.code = code
        self.reason = reason
        self.origin = origin
    }
}
