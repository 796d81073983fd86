import Glibc

/// The service manager that started the gateway, and that waits for its state: systemd, with `Type=notify`.
///
/// Source: sd_notify(3), systemd 252. A message is one datagram to the socket that `NOTIFY_SOCKET` names; a name that begins with `@` is abstract.
struct ServiceManager: Sendable {
    enum State: String, Sendable {
        /// The gateway accepts connections.
        case ready = "READY=1"
        /// The gateway drains.
        case stopping = "STOPPING=1"
    }

    private let path: [UInt8]

    /// Returns nil if no service manager waits.
    init?(environment: [String: String]) {
        guard let path = environment["NOTIFY_SOCKET"], let first = path.utf8.first, first == UInt8(ascii: "/") || first == UInt8(ascii: "@") else {
            return nil
        }
        self.path = Array(path.utf8)
    }

    /// Sends the state. A service manager that cannot be reached misses the state; the gateway goes on.
    func notify(_ state: State) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard path.count < room else { return }
        withUnsafeMutableBytes(of: &address.sun_path) { place in
            place.copyBytes(from: path)
            if path[0] == UInt8(ascii: "@") { place[0] = 0 }
        }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let length = MemoryLayout<sockaddr_un>.size - room + path.count
        let message = Array(state.rawValue.utf8)
        _ = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                sendto(descriptor, message, message.count, Int32(MSG_NOSIGNAL), name, socklen_t(length))
            }
        }
    }
}
