/// How a WebSocket connection ended.
package struct WebSocketClose: Sendable, Equatable {
    /// Who ended it.
    package enum Origin: Sendable, Equatable {
        /// The peer sent the first close frame.
        case peer
        /// We did: `close` was called, or the peer broke the protocol (1002, 1007, 1009).
        case us
        /// No closing handshake; the code is 1006.
        case abnormal(Cause)
    }

    package enum Cause: Sendable, Equatable {
        /// The peer's side ended without a close frame.
        case endOfStream
        /// The connection broke.
        case lost(ConnectionFailure)
        /// Nothing came back after a ping for `pongLimit`.
        case silent
        /// The peer does not read: more than `outputLimit` bytes wait.
        case slowReader
        /// The client sent more control frames than one may that is not authenticated.
        case floods
        /// We closed, and the peer did not answer within `closeTimeout`.
        case closeTimedOut
        /// The server was stopped.
        case stopped
    }

    /// The close frame's code; 1005 for a frame without one, 1006 without a frame.
    package let code: UInt16
    package let reason: String
    package let origin: Origin

    package init(code: UInt16, reason: String, origin: Origin) {
        self.code = code
        self.reason = reason
        self.origin = origin
    }

    static func abnormal(_ cause: Cause) -> WebSocketClose {
        WebSocketClose(code: 1006, reason: "", origin: .abnormal(cause))
    }
}
