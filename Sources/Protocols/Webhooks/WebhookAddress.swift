package import Framing

/// The URL of a webhook.
package enum WebhookAddress {
    /// Returns true if a user may set this address: an HTTP or HTTPS URL with a host, at most `UserWebhook.maxAddress` bytes of printable ASCII.
    package static func isValid(_ address: String) -> Bool {
        let bytes = address.utf8
        guard bytes.count <= UserWebhook.maxAddress, bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return false }
        let lower = address.lowercased()
        guard let scheme = ["https://", "http://"].first(where: { lower.hasPrefix($0) }) else { return false }
        guard let host = bytes.dropFirst(scheme.utf8.count).first else { return false }
        return ![UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: ":"), UInt8(ascii: "@")].contains(host)
    }

    /// Returns the address with these parameters in its query. A parameter of the address that has the same name is replaced. The fragment is left
    /// out.
    package static func adding(_ parameters: URLQuery, to address: String) -> String {
        let whole = address.prefix { $0 != "#" }
        let base = whole.prefix { $0 != "?" }
        let names = Set(parameters.pairs.map(\.name))
        // The other parameters stay as the user has written them.
        let kept = whole.dropFirst(base.count + 1).split(separator: "&").filter { pair in
            let name = pair.prefix { $0 != "=" }
            return !names.contains((try? PercentCoding.decode(name, plusIsSpace: true)) ?? "")
        }
        return base + "?" + (kept.map(String.init) + [parameters.encoded]).joined(separator: "&")
    }
}
