/// The target of a WebSocket client: the parts of a `ws` or `wss` address.
package struct WebSocketTarget: Sendable, Hashable {
    package var isSecure: Bool
    /// A name or an address; an IPv6 address without brackets.
    package var host: String
    package var port: UInt16
    /// Path and query, percent-encoded; begins with a slash.
    package var pathAndQuery: String

    package init(isSecure: Bool, host: String, port: UInt16? = nil, pathAndQuery: String = "/") {
        self.isSecure = isSecure
        self.host = host
        self.port = port ?? (isSecure ? 443 : 80)
        self.pathAndQuery = pathAndQuery
    }

    /// Reads a URL with `ws://`, `wss://`, `http://` or `https://` and an authority; nil for anything else, and for a URL with user information or a
    /// fragment.
    package init?(_ text: String) {
        guard let schemeEnd = text.firstRange(of: "://") else { return nil }
        switch text[..<schemeEnd.lowerBound].lowercased() {
        case "ws", "http": isSecure = false
        case "wss", "https": isSecure = true
        default: return nil
        }
        let rest = text[schemeEnd.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let pathAndQuery = rest[authority.endIndex...]
        guard !authority.isEmpty, !authority.contains("@"), !text.contains("#"), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        self.pathAndQuery = pathAndQuery.hasPrefix("/") ? String(pathAndQuery) : "/" + pathAndQuery
        port = isSecure ? 443 : 80
        var name = authority
        let bracket = authority.lastIndex(of: "]")
        if let colon = authority.lastIndex(of: ":"), bracket.map({ $0 < colon }) ?? true {
            guard let number = UInt16(authority[authority.index(after: colon)...]), number > 0 else { return nil }
            port = number
            name = authority[..<colon]
        }
        if name.hasPrefix("[") {
            guard name.hasSuffix("]") else { return nil }
            name = name.dropFirst().dropLast()
        } else {
            guard !name.contains(":") else { return nil }
        }
        guard !name.isEmpty else { return nil }
        host = String(name)
    }

    /// The value of the `Host` header.
    package var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }
}
