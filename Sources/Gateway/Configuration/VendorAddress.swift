internal import Framing

/// Addresses of vendors' services as the operator gives them.
enum VendorAddress {
    /// `wss://HOST[:PORT][/PREFIX]`, also when it was given as https.
    static func webSocket(_ text: String, name: String) throws(ConfigurationError) -> String {
        try address(text, name: name, schemes: [("ws", "ws"), ("wss", "wss"), ("http", "ws"), ("https", "wss")])
    }

    /// `https://HOST[:PORT][/PREFIX]`. One without a prefix gets that of `standard`: the version.
    static func http(_ text: String, name: String, standard: String) throws(ConfigurationError) -> String {
        let address = try address(text, name: name, schemes: [("http", "http"), ("https", "https"), ("ws", "http"), ("wss", "https")])
        return prefix(of: address).isEmpty ? address + prefix(of: standard) : address
    }

    private static func address(_ text: String, name: String, schemes: [(from: String, to: String)]) throws(ConfigurationError) -> String {
        for (from, to) in schemes where text.lowercased().hasPrefix(from + "://") {
            var rest = text.dropFirst(from.count)
            while rest.hasSuffix("/") { rest.removeLast() }
            guard rest.count > 3 else { break }
            return to + rest
        }
        throw ConfigurationError(name, "\"\(text)\" has no scheme", accepted: "https://HOST, or http://HOST[:PORT] for a server nearby")
    }

    /// `/v1` of `https://api.openai.com/v1`.
    private static func prefix(of address: String) -> Substring {
        let host = address.drop { $0 != "/" }.dropFirst(2)
        return host.drop { $0 != "/" }
    }
}
