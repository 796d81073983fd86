/// Limits for connections whose clients have not shown a valid credential yet: those that `HTTPExchange.markAuthenticated` was not called for.
package struct UnauthenticatedLimits: Sendable {
    /// Memory that all these connections together may hold in buffers, in bytes. Above it, those that have held some for the longest time are
    /// closed.
    package var maxMemoryByteCount = 32 * 1024 * 1024
    /// Such connections that one address may have at a time: an IPv4 address, or an IPv6 network of 64 bits. One more is told 503. 0: any number.
    package var maxConnectionCountPerAddress = 64
    /// Bytes of one WebSocket message, decompressed; more closes with 1009.
    package var maxMessageByteCount = 64 * 1024
    /// Pings and pongs of one WebSocket: each costs a turn of the loop, and a client that has shown nothing yet needs hardly any. More ends the
    /// connection.
    package var maxControlFrameCount = 100
    /// Addresses that may have any number of connections: this machine, or a proxy that many clients share.
    package var isExempt: @Sendable (IPAddress) -> Bool = { $0.isLoopback }

    package init() {}
}
