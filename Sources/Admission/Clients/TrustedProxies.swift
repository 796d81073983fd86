package import Framing
package import Net
package import Settings

/// The reverse proxies that the operator has named: the gateway believes what they report about their clients.
package struct TrustedProxies: Sendable, Equatable {
    private let ranges: [AddressRange]

    /// Reads the proxies' addresses.
    ///
    /// - Parameter names: addresses and networks, as in `HARKEN_TRUSTED_PROXIES`.
    package init(_ names: [String] = []) throws(ConfigurationError) {
        ranges = try names.map { name throws(ConfigurationError) in
            guard let range = AddressRange(name) else {
                throw ConfigurationError(
                    "HARKEN_TRUSTED_PROXIES", "\"\(name)\" is not an address or a network",
                    accepted: "IP addresses and CIDR networks with commas, such as 127.0.0.1,10.0.0.0/8,2001:db8::/32")
            }
            return range
        }
    }

    /// True if the address is a proxy's. Such addresses are exempt from limits that count connections per address.
    package func contains(_ ip: IPAddress) -> Bool { ranges.contains { $0.contains(ip) } }

    /// Returns the client: the peer; or, if the peer is a trusted proxy, the right-most address in the headers that is not a trusted proxy.
    ///
    /// - Parameter isSecure: true if the peer speaks TLS to this gateway.
    package func client(of headers: HTTPHeaders, peer: SocketAddress, isSecure: Bool) -> ClientAddress {
        guard !ranges.isEmpty, contains(peer.ip) else { return ClientAddress(peer: peer, ip: peer.ip, source: .connection, isSecure: isSecure) }
        // A proxy that appends to this list writes the scheme of its own client last.
        let isSecure = isSecure || headers.elements("X-Forwarded-Proto").last?.lowercased() == "https"
        let (ip, source): (IPAddress, ClientAddress.Source) =
            switch ForwardedChain.read(headers) {
            case .absent: (peer.ip, .connection)
            case .malformed: (peer.ip, .unclear)
            case .addresses(let chain): origin(in: chain).map { ($0, .forwarded) } ?? (peer.ip, .unclear)
            }
        return ClientAddress(peer: peer, ip: ip, source: source, isSecure: isSecure)
    }

    /// Returns the right-most address that is not a trusted proxy, or the left-most one when all are. nil when the search meets a hop without an
    /// address.
    private func origin(in chain: [IPAddress?]) -> IPAddress? {
        var last: IPAddress?
        for hop in chain.reversed() {
            guard let hop else { return nil }
            last = hop.unmapped
            if !contains(hop) { break }
        }
        return last
    }
}
