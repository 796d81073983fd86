/// How a WebSocket ended.
package struct WebSocketClose: Sendable, Equatable {
    package enum Origin: Sendable, Equatable {
        /// The peer sent its close frame first.
        case peer
        /// We sent ours first, and the peer answered it.
        case local
        /// The peer broke the protocol. The code is the one that it was told.
        case violation(WebSocketViolation)
        /// The transport ended or was given up without the peer's close frame; says why. Never comes from the machine.
        case lost(String)
    }

    /// From the peer's close frame: `noStatus` if that had none.
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
