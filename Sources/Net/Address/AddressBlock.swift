/// A block of addresses that counts as one client: an IPv4 address, or the /64 network of an IPv6 address, because one host can use all of that
/// network.
package struct AddressBlock: Hashable, Sendable, CustomStringConvertible {
    private let ip: IPAddress

    package init(_ ip: IPAddress) { self.ip = ip.unmapped }

    /// The bytes that the block's addresses have in common.
    private var prefix: ArraySlice<UInt8> { ip.bytes.prefix(ip.family == .v4 ? 4 : 8) }

    package static func == (a: Self, b: Self) -> Bool { a.prefix == b.prefix }

    package func hash(into hasher: inout Hasher) { hasher.combine(prefix) }

    /// The block's address that was counted first.
    package var description: String { ip.description }
}
