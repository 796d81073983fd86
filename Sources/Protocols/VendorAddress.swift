/// Reads addresses of vendors' services as people write them.
package enum VendorAddress {
    /// Returns `wss://HOST[:PORT][/PREFIX]`, also for an address with `https`; `ws` for an address with `ws` or `http`. An address without a prefix
    /// gets the prefix of `standard`.
    package static func webSocket(_ text: String, standard: String = "") throws(VendorAddressError) -> String {
        let address = try address(text, schemes: [("ws", "ws"), ("wss", "wss"), ("http", "ws"), ("https", "wss")])
        return prefix(of: address).isEmpty ? address + prefix(of: standard) : address
    }

    /// Returns `https://HOST[:PORT][/PREFIX]`; `http` for an address with `http` or `ws`. An address without a prefix gets the prefix of `standard`,
    /// which is the version.
    package static func http(_ text: String, standard: String) throws(VendorAddressError) -> String {
        let address = try address(text, schemes: [("http", "http"), ("https", "https"), ("ws", "http"), ("wss", "https")])
        return prefix(of: address).isEmpty ? address + prefix(of: standard) : address
    }

    private static func address(_ text: String, schemes: [(from: String, to: String)]) throws(VendorAddressError) -> String {
        for (from, to) in schemes where text.lowercased().hasPrefix(from + "://") {
            var rest = text.dropFirst(from.count)
            while rest.hasSuffix("/") { rest.removeLast() }
            guard rest.count > 3, isServer(rest.dropFirst(3)) else { break }
            return to + rest
        }
        throw VendorAddressError(text: text)
    }

    /// Returns true for `HOST[:PORT][/PREFIX]` without user information, query and fragment.
    private static func isServer(_ text: Substring) -> Bool {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !text.contains(where: { "?#@\\".contains($0) }) else { return false }
        var host = text.prefix { $0 != "/" }
        let bracket = host.lastIndex(of: "]")
        if let colon = host.lastIndex(of: ":"), bracket.map({ $0 < colon }) ?? true {
            guard let port = UInt16(host[host.index(after: colon)...]), port > 0 else { return false }
            host = host[..<colon]
        }
        if host.hasPrefix("[") { return host.hasSuffix("]") && host.count > 2 }
        return !host.isEmpty && !host.contains(":")
    }

    /// Returns the prefix of an address: `/v1` for `https://api.openai.com/v1`.
    private static func prefix(of address: String) -> Substring {
        let host = address.drop { $0 != "/" }.dropFirst(2)
        return host.drop { $0 != "/" }
    }
}

/// A text that is not a valid address.
package struct VendorAddressError: Error, Sendable, Equatable {
    package var text: String
    package static let accepted = "https://HOST, or http://HOST[:PORT] for a server nearby"
}
