import Glibc

/// A port that takes connections and never says a word.
final class SilentServer: Sendable {
    let port: UInt16
    private let socket: Int32

    init() {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = withUnsafeMutablePointer(to: &address) { [socket] pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(socket, address, length)
                listen(socket, 16)
                getsockname(socket, address, &length)
            }
            return UInt16(bigEndian: pointer.pointee.sin_port)
        }
        self.port = port
    }

    deinit { close(socket) }

    var url: String { "ws://127.0.0.1:\(port)" }
}
