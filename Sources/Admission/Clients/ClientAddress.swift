package import Net

/// The sender of a request as its addresses tell: the other end of the connection, or the client of a trusted proxy.
package struct ClientAddress: Sendable, Equatable {
    package enum Source: Sendable, Equatable {
        /// The address is the peer's.
        case connection
        /// The address was named by a trusted proxy.
        case forwarded
        /// A trusted proxy does not name the client's address in a readable form; `ip` is the proxy's address.
        case unclear
    }

    /// The other end of the connection.
    package let peer: SocketAddress
    /// The client's address.
    package let ip: IPAddress
    package let source: Source
    /// True if the client speaks TLS, to this gateway or to a trusted proxy.
    package let isSecure: Bool
}

extension ClientAddress: CustomStringConvertible {
    /// The client for logs: `127.0.0.1:50000`, or `203.0.113.9` for a proxy's client.
    package var description: String { source == .forwarded ? ip.description : peer.description }
}
