/// The addresses that one client can easily have: an IPv4 address, or an IPv6 network of 64 bits.
struct AddressBlock: Hashable {
    private let family: IPAddress.Family
    /// An IPv4 address, or the first half of an IPv6 address.
    private let prefix: UInt64

    init(_ address: IPAddress) {
        family = address.family
        prefix = address.bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
