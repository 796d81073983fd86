/// The end of a WebSocket connection.
package struct WebSocketClose: Sendable, Equatable {
    /// The side that ended the connection.
    package enum Origin: Sendable, Equatable {
        /// The peer sent the first close frame.
        case peer
        /// This side ended the connection: `close` was called, or the peer broke the protocol (1002, 1007, 1009).
        case us
        /// There was no closing handshake; the code is 1006.
        case abnormal(Cause)
    }

    package enum Cause: Sendable, Equatable {
        /// The peer's side ended without a close frame.
        case endOfStream
        /// The connection broke.
        case lost(ConnectionError)
        /// The peer sent nothing for `pongLimit` after a ping.
        case silent
        /// The peer does not read: more than `outputLimit` bytes are queued.
        case slowReader
        /// An unauthenticated client sent more control frames than allowed.
        case floods
        /// The peer did not answer this side's close frame within `closeTimeout`.
        case closeTimedOut
        /// The server was stopped.
        case stopped
    }

    /// Code of the close frame; 1005 for a frame without a code, 1006 without a frame.
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
