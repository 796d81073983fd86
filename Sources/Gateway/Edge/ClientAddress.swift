internal import Net

/// Who sent a request, as far as addresses tell: the other end of the connection, or the client of a trusted proxy.
struct ClientAddress: Sendable, Equatable {
    enum Source: Sendable, Equatable {
        /// The peer itself.
        case connection
        /// What a trusted proxy says.
        case forwarded
        /// A trusted proxy does not say it in a way that can be understood; `ip` is the proxy's.
        case unclear
    }

    /// The other end of the connection.
    let peer: SocketAddress
    /// The client's address.
    let ip: IPAddress
    let source: Source
    /// Whether the client speaks TLS, to this gateway or to a trusted proxy.
    let isSecure: Bool
}

extension ClientAddress: CustomStringConvertible {
    /// For logs: `127.0.0.1:50000`, or `203.0.113.9` of a proxy's client.
    var description: String { source == .forwarded ? ip.description : peer.description }
}
