package import Net

/// A block of IP addresses: one address, or a network in CIDR notation.
package struct AddressRange: Sendable, Hashable {
    private let address: IPAddress
    /// Number of leading bits that an address of the block shares with the block.
    private let prefixLength: Int

    /// Reads `10.0.0.1`, `10.0.0.0/8`, `2001:db8::1` or `2001:db8::/32`; nil for any other text, and for a prefix of 0 bits, which would hold all
    /// addresses.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, !first.hasPrefix("["), let written = IPAddress(String(first)) else { return nil }
        let address = written.unmapped
        let bits = address.bytes.count * 8
        guard parts.count == 2 else {
            self.address = address
            prefixLength = bits
            return
        }
        // A prefix of an IPv4 address that is written as IPv6 counts the 96 bits before it.
        let mapped = written.bytes.count * 8 - bits
        guard parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(parts[1]), length > mapped, length - mapped <= bits
        else { return nil }
        self.address = address
        prefixLength = length - mapped
    }

    package func contains(_ ip: IPAddress) -> Bool {
        let ip = ip.unmapped
        guard ip.family == address.family else { return false }
        let whole = prefixLength / 8, rest = prefixLength % 8
        guard ip.bytes.prefix(whole) == address.bytes.prefix(whole) else { return false }
        return rest == 0 || (ip.bytes[whole] ^ address.bytes[whole]) >> (8 - UInt8(rest)) == 0
    }
}
