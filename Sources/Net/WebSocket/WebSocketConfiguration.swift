/// Limits and timers of one WebSocket connection.
package struct WebSocketConfiguration: Sendable {
    /// Maximum size of a message, all its frames together, in bytes; a larger message closes with 1009.
    package var maxMessageByteCount = 16 * 1024 * 1024
    /// Time without input after which a ping is sent; nil: never.
    package var pingInterval: Duration? = .seconds(20)
    /// Maximum time without input after a ping; then the connection is given up.
    package var pongLimit: Duration = .seconds(20)
    /// Maximum time until the peer answers a close frame, and until the peer ends the connection after that.
    package var closeTimeout: Duration = .seconds(5)
    /// Maximum time for which output waits without the peer accepting a byte.
    package var writeTimeout: Duration = .seconds(30)
    /// Number of queued output bytes below which a peer that did not read is read from again.
    package var outputLowMark = 64 * 1024
    /// Number of queued output bytes above which a peer that sends pings and does not read the answers is not read from.
    package var outputHighMark = 256 * 1024
    /// Maximum number of queued output bytes; a peer with more is disconnected.
    package var outputLimit = 4 * 1024 * 1024
    /// True if permessage-deflate is accepted, or offered as a client. Compression costs about 300 KB per connection.
    package var allowsCompression = false

    package init() {}
}
