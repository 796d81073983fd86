package import Net

/// The sender of a request, as far as addresses tell: the other end of the connection, or the client of a trusted proxy.
package struct ClientAddress: Sendable, Equatable {
    package enum Source: Sendable, Equatable {
        /// The peer itself.
        case connection
        /// The address that a trusted proxy names.
        case forwarded
        /// A trusted proxy does not name the client's address in a way that can be understood; `ip` is the proxy's.
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
    /// For logs: `127.0.0.1:50000`, or `203.0.113.9` of a proxy's client.
    package var description: String { source == .forwarded ? ip.description : peer.description }
}
