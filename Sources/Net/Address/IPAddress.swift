import Glibc

/// An IPv4 or IPv6 address, without a port.
package struct IPAddress: Hashable, Sendable {
    package enum Family: Sendable { case v4, v6 }

    package let family: Family
    /// The address in network order: 4 bytes for IPv4, 16 bytes for IPv6.
    package let bytes: [UInt8]
    /// The interface of a link-local IPv6 address, otherwise 0.
    package let scope: UInt32

    init(family: Family, bytes: [UInt8], scope: UInt32 = 0) {
        self.family = family
        self.bytes = bytes
        self.scope = scope
    }

    package static let loopback = IPAddress(family: .v4, bytes: [127, 0, 0, 1])
    package static let any = IPAddress(family: .v4, bytes: [0, 0, 0, 0])

    /// Reads `192.0.2.1`, `2001:db8::1` or `[2001:db8::1]`; nil for anything else, names included.
    package init?(_ text: String) {
        let bare = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
        var v4 = in_addr()
        var v6 = in6_addr()
        if bare == text, inet_pton(AF_INET, bare, &v4) == 1 {
            self.init(family: .v4, bytes: withUnsafeBytes(of: v4) { Array($0) })
        } else if inet_pton(AF_INET6, bare, &v6) == 1 {
            self.init(family: .v6, bytes: withUnsafeBytes(of: v6) { Array($0) })
        } else {
            return nil
        }
    }

    /// True for 127.0.0.0/8, mapped into IPv6 or not, and for ::1. False for other IPv6 addresses that carry a loopback IPv4 address (translated, 6to4):
    /// those come over a network.
    package var isLoopback: Bool {
        let ip = unmapped
        return switch ip.family {
        case .v4: ip.bytes[0] == 127
        case .v6: ip.bytes == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
        }
    }

    /// True if the address belongs to the public Internet, and not to this host, a private network, a link, a test net, a multicast group or reserved
    /// space (the IANA special-purpose registries). An IPv6 address that carries an IPv4 address must have a public one.
    package var isPublic: Bool {
        switch family {
        case .v4: Self.isPublic(v4: bytes)
        case .v6: Self.isPublic(v6: bytes) && embeddedIPv4.map(\.isPublic) ?? true
        }
    }

    /// The IPv4 address inside a mapped (::ffff:0:0/96), translated (64:ff9b::/96) or 6to4 (2002::/16) address.
    private var embeddedIPv4: IPAddress? {
        guard family == .v6 else { return nil }
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        let translated: [UInt8] = [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]
        if bytes.starts(with: mapped) || bytes.starts(with: translated) { return IPAddress(family: .v4, bytes: Array(bytes[12...])) }
        if bytes.starts(with: [0x20, 0x02]) { return IPAddress(family: .v4, bytes: Array(bytes[2..<6])) }
        return nil
    }

    /// The IPv4 address in an IPv4-mapped IPv6 address (`::ffff:192.0.2.1`); any other address unchanged.
    package var unmapped: IPAddress { isMapped ? IPAddress(family: .v4, bytes: Array(bytes[12...])) : self }

    private var isMapped: Bool { family == .v6 && bytes.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]) }

    private static func isPublic(v4 bytes: [UInt8]) -> Bool {
        switch (bytes[0], bytes[1], bytes[2]) {
        case (0, _, _), (10, _, _), (127, _, _): false
        case (100, 64...127, _): false
        case (169, 254, _): false
        case (172, 16...31, _): false
        case (192, 0, 0), (192, 0, 2), (192, 88, 99), (192, 168, _): false
        case (198, 18...19, _), (198, 51, 100), (203, 0, 113): false
        case (224..., _, _): false
        default: true
        }
    }

    private static func isPublic(v6 bytes: [UInt8]) -> Bool {
        // Mapped and translated addresses are judged by the IPv4 address inside.
        let isMapped = bytes.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF])
        let isTranslated = bytes.starts(with: [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0])
        if isMapped || isTranslated { return true }
        // Global unicast is 2000::/3; the rest is loopback, link-local, unique local, multicast or unassigned.
        guard bytes[0] & 0xE0 == 0x20 else { return false }
        // Teredo, benchmarking, ORCHID and documentation.
        if bytes.starts(with: [0x20, 0x01]), bytes[2] < 2 || (bytes[2] == 0x0D && bytes[3] == 0xB8) { return false }
        if bytes.starts(with: [0x3F, 0xFF]), bytes[2] < 0x10 { return false }
        return true
    }
}

extension IPAddress: CustomStringConvertible {
    /// The address as text, without brackets.
    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let made = bytes.withUnsafeBytes { inet_ntop(family == .v4 ? AF_INET : AF_INET6, $0.baseAddress, &text, socklen_t(text.count)) }
        guard made != nil else { return "" }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
