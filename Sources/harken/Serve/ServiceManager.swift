import Glibc
import Net
import Speech

/// The service manager that started the gateway, and that waits for its state: systemd, with `Type=notify`.
///
/// Source: sd_notify(3), systemd 252. A message is one datagram to the socket that `NOTIFY_SOCKET` names; a name that begins with `@` is abstract.
struct ServiceManager: Sendable {
    enum State: Sendable, Equatable {
        /// The gateway accepts connections.
        case ready
        /// The gateway drains.
        case stopping
        /// Another process is the service from now on, and this one drains.
        case mainProcess(Int32)

        fileprivate var text: String {
            switch self {
            case .ready: "READY=1"
            case .stopping: "STOPPING=1"
            case .mainProcess(let process): "MAINPID=\(process)"
            }
        }
    }

    /// Maximum time to wait until the service manager has read all states.
    private static let settleTime: Duration = .seconds(5)

    private let path: [UInt8]

    /// Returns nil if no service manager waits.
    init?(environment: [String: String]) {
        guard let path = environment["NOTIFY_SOCKET"], let first = path.utf8.first, first == UInt8(ascii: "/") || first == UInt8(ascii: "@") else {
            return nil
        }
        self.path = Array(path.utf8)
    }

    /// Sends the state. A service manager that cannot be reached misses the state; the gateway goes on.
    func notify(_ state: State) { send(state.text, descriptor: nil) }

    /// Waits until the service manager has read everything that was sent, for some seconds at most: sd_notify_barrier(3).
    func settle() async {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        send("BARRIER=1", descriptor: ends[1])
        close(ends[1])
        // The service manager closes the write end when it comes to the message.
        let deadline = Instant.now + Self.settleTime
        var waiting = pollfd(fd: ends[0], events: 0, revents: 0)
        while poll(&waiting, 1, 0) == 0, Instant.now < deadline { try? await Task.sleep(for: .milliseconds(10)) }
    }

    private func send(_ text: String, descriptor: Int32?) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard path.count < room else { return }
        withUnsafeMutableBytes(of: &address.sun_path) { place in
            place.copyBytes(from: path)
            if path[0] == UInt8(ascii: "@") { place[0] = 0 }
        }
        let socket = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return }
        defer { close(socket) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size - room + path.count)
        let message = Array(text.utf8)
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                if connect(socket, name, length) == 0 { _ = DescriptorMessage.send(message, descriptor, over: socket) }
            }
        }
    }
}
