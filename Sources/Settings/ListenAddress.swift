internal import Net

/// The address at which the gateway listens: a numeric or local host and a port; port 0 lets the system choose.
package struct ListenAddress: Sendable, Equatable {
    package var host: String
    package var port: UInt16

    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Reads `127.0.0.1:8080`, `[::1]:8080`, `localhost:0` or `:8080` (every address).
    package init(parsing text: String, name: String) throws(ConfigurationError) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            throw ConfigurationError(name, "\"\(text)\" is not a valid address", accepted: "ADDRESS:PORT, such as 127.0.0.1:8080 or [::1]:8080")
        }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            throw ConfigurationError(name, "\"\(text)\" is ambiguous", accepted: "an IPv6 address in brackets, such as [::1]:8080")
        }
        self.host = host.isEmpty ? "0.0.0.0" : host
        self.port = port
    }

    package var isLoopback: Bool { LoopbackHost.matches(host) }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
