internal import Net

/// Addresses that are counted as one client: an IPv4 address, or the /64 network of an IPv6 address, all of which one host can use.
struct AddressBlock: Hashable, Sendable, CustomStringConvertible {
    private let ip: IPAddress
    private let prefix: [UInt8]

    init(_ ip: IPAddress) {
        self.ip = ip.unmapped
        prefix = self.ip.family == .v4 ? self.ip.bytes : Array(self.ip.bytes.prefix(8))
    }

    static func == (a: Self, b: Self) -> Bool { a.prefix == b.prefix }

    func hash(into hasher: inout Hasher) { hasher.combine(prefix) }

    /// The address that was counted first.
    var description: String { ip.description }
}
