/// Limits and timers of one WebSocket connection.
package struct WebSocketConfiguration: Sendable {
    /// Bytes of one message, all its frames together; more closes with 1009.
    package var maxMessageByteCount = 16 * 1024 * 1024
    /// A ping is sent when nothing came for this long; nil: never.
    package var pingInterval: Duration? = .seconds(20)
    /// How long after a ping nothing may come before the peer counts as gone.
    package var pongLimit: Duration = .seconds(20)
    /// How long the peer may take to answer a close frame, and to end the connection after it.
    package var closeTimeout: Duration = .seconds(5)
    /// How long output may wait without a byte taken by the peer.
    package var writeTimeout: Duration = .seconds(30)
    /// `drained` is called when queued output falls below this, in bytes.
    package var outputLowMark = 64 * 1024
    /// A relay pauses its source while more than this is queued, in bytes.
    package var outputHighMark = 256 * 1024
    /// A peer with more than this queued is cut off, in bytes.
    package var outputLimit = 4 * 1024 * 1024
    /// Whether permessage-deflate is agreed to, or as a client offered. Costs about 300 KB per connection.
    package var allowsCompression = false

    package init() {}
}
