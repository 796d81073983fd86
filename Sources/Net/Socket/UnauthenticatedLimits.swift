/// Limits for connections whose clients have not shown a valid credential yet, so that `HTTPExchange.markAuthenticated` was not called.
package struct UnauthenticatedLimits: Sendable {
    /// Maximum memory in buffers of all these connections together, in bytes. Above it, the connections that have held memory for the longest time
    /// are closed.
    package var maxMemoryByteCount = 32 * 1024 * 1024
    /// Maximum number of such connections of one address at a time: an IPv4 address, or an IPv6 network of 64 bits. A further connection gets 503. 0:
    /// no limit.
    package var maxConnectionCountPerAddress = 64
    /// Maximum size of one WebSocket message after decompression, in bytes; a larger message closes with 1009.
    package var maxMessageByteCount = 64 * 1024
    /// Maximum number of pings and pongs of one WebSocket; more end the connection. Each one costs a turn of the loop, and an unauthenticated client
    /// needs hardly any.
    package var maxControlFrameCount = 100
    /// Returns true for an address that may have any number of connections: this machine, or a proxy that many clients share.
    package var isExempt: @Sendable (IPAddress) -> Bool = { $0.isLoopback }

    package init() {}
}
