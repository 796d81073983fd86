internal import Glibc

extension HTTPClientRequest.Reach {
    /// Returns true if a request may go to this address.
    func allows(_ ip: IPAddress) -> Bool {
        switch self {
        case .anywhere: true
        case .publicOnly: ip.isPublic
        case .publicAnd(let others): ip.isPublic || others.contains(ip)
        }
    }

    /// Returns the host of a URL if it is an address in numbers, or a name of this machine, to which no request may go. nil: requests may go there, or
    /// only the resolution of the host's name will show it.
    package func forbiddenHost(in url: String) -> String? {
        guard self != .anywhere, let host = Self.host(of: url)?.lowercased() else { return nil }
        if let address = Self.address(in: host) { return allows(address) ? nil : host }
        // The client decodes the name before it looks it up.
        if host.contains("%") { return host }
        guard LoopbackHost.matches(host.last == "." ? host.dropLast() : host[...]) else { return nil }
        return IPAddress("[::1]").map(allows) ?? false || allows(.loopback) ? nil : host
    }

    private static func host(of url: String) -> String? {
        guard let schemeEnd = url.firstRange(of: "://") else { return nil }
        let authority = url[schemeEnd.upperBound...].prefix { !"/?#\\".contains($0) }
        let place = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        if place.hasPrefix("["), let end = place.firstIndex(of: "]") { return String(place[...end]) }
        return String(place.prefix { $0 != ":" })
    }

    /// Reads an address as the resolver does: also `127.1`, `0x7f000001` and `2130706433`.
    private static func address(in host: String) -> IPAddress? {
        if host.hasPrefix("[") {
            // The zone of a link-local address does not matter here.
            return IPAddress(host.prefix { $0 != "%" && $0 != "]" } + "]")
        }
        var address = in_addr()
        guard inet_aton(host, &address) != 0 else { return nil }
        return withUnsafeBytes(of: address.s_addr) { IPAddress(family: .v4, bytes: Array($0)) }
    }
}
