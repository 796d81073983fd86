/// Recognizes names and addresses that can only mean this machine.
package enum LoopbackHost {
    /// Returns true for a host that is this machine.
    ///
    /// - Parameter host: the host without a port; an IPv6 address with or without brackets.
    package static func matches(_ host: some StringProtocol) -> Bool {
        var host = host.lowercased()
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        if host == "localhost" || host.hasSuffix(".localhost") || host == "::1" || host == "0:0:0:0:0:0:0:1" { return true }
        if host.hasPrefix("::ffff:") { host = String(host.dropFirst(7)) }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil } && parts[0] == "127"
    }

    /// Returns true if the host is this machine, in a `Host` header or the authority of an origin: a host, with or without a port.
    package static func matches(authority: some StringProtocol) -> Bool {
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return false }
            return matches(authority[...end])
        }
        return matches(authority.prefix { $0 != ":" })
    }

    /// Returns true if an `Origin` header, such as `http://localhost:8080`, names this machine.
    package static func matches(origin: some StringProtocol) -> Bool {
        for scheme in ["http://", "https://"] where origin.lowercased().hasPrefix(scheme) {
            return matches(authority: origin.dropFirst(scheme.count))
        }
        return false
    }
}
