import Glibc

/// One end of a TCP connection: address and port.
package struct SocketAddress: Hashable, Sendable {
    package let ip: IPAddress
    package let port: UInt16

    package init(_ ip: IPAddress, port: UInt16) {
        self.ip = ip
        self.port = port
    }

    /// Reads `127.0.0.1:8080` or `[::1]:8080`; nil for anything else, names included.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { return nil }
        let host = String(text[..<colon])
        guard let ip = IPAddress(host), ip.family == .v4 || host.hasPrefix("[") else { return nil }
        self.init(ip, port: port)
    }

    /// Reads an address that the kernel wrote; nil for a family other than IP.
    init?(_ storage: sockaddr_storage) {
        switch withUnsafeBytes(of: storage, { Int32($0.loadUnaligned(as: sa_family_t.self)) }) {
        case AF_INET:
            let address = withUnsafeBytes(of: storage) { $0.loadUnaligned(as: sockaddr_in.self) }
            let ip = IPAddress(family: .v4, bytes: withUnsafeBytes(of: address.sin_addr) { Array($0) })
            self.init(ip, port: UInt16(bigEndian: address.sin_port))
        case AF_INET6:
            let address = withUnsafeBytes(of: storage) { $0.loadUnaligned(as: sockaddr_in6.self) }
            let ip = IPAddress(family: .v6, bytes: withUnsafeBytes(of: address.sin6_addr) { Array($0) }, scope: address.sin6_scope_id)
            self.init(ip, port: UInt16(bigEndian: address.sin6_port))
        default:
            return nil
        }
    }

    var family: Int32 { ip.family == .v4 ? AF_INET : AF_INET6 }

    /// Calls `body` with the form that `bind` and `connect` take.
    func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        switch ip.family {
        case .v4:
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            withUnsafeMutableBytes(of: &address.sin_addr) { $0.copyBytes(from: ip.bytes) }
            return withUnsafeBytes(of: address) { body($0.assumingMemoryBound(to: sockaddr.self).baseAddress.unsafelyUnwrapped, socklen_t($0.count)) }
        case .v6:
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            address.sin6_scope_id = ip.scope
            withUnsafeMutableBytes(of: &address.sin6_addr) { $0.copyBytes(from: ip.bytes) }
            return withUnsafeBytes(of: address) { body($0.assumingMemoryBound(to: sockaddr.self).baseAddress.unsafelyUnwrapped, socklen_t($0.count)) }
        }
    }
}

extension SocketAddress: CustomStringConvertible {
    /// `127.0.0.1:8080`, `[::1]:8080`.
    package var description: String { ip.family == .v4 ? "\(ip):\(port)" : "[\(ip)]:\(port)" }
}
