import Speech
internal import CSystem
import Glibc

/// A listening socket on one loop.
final class Listener: EventSource {
    /// Maximum number of waiting connections that one turn of the loop accepts. A small number, so that open connections get their turn even in a
    /// flood of new ones.
    private static let connectionsPerTurn = 32
    /// Maximum number of connections that wait in the kernel.
    private static let backlog: Int32 = 4096

    private let descriptor: Int32
    private let loop: Loop
    private let accepted: (Int32, SocketAddress) -> Void
    private var registration: Registration?

    /// Opens a listening socket.
    ///
    /// - Parameter sharesPort: true if other loops of this process listen on the same port, so that the kernel distributes connections among them.
    static func open(_ address: SocketAddress, sharesPort: Bool) throws(SystemError) -> Int32 {
        let descriptor = system_tcp_socket(address.family)
        guard descriptor >= 0 else { throw SystemError(call: "socket") }
        var one: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, size)
        if sharesPort { setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &one, size) }
        if address.ip.family == .v6 { setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &one, size) }
        guard address.withSockaddr({ bind(descriptor, $0, $1) }) == 0 else { throw failure("bind \(address)", descriptor) }
        guard listen(descriptor, backlog) == 0 else { throw failure("listen on \(address)", descriptor) }
        return descriptor
    }

    /// Returns the address that the kernel assigned, with the port.
    static func address(of descriptor: Int32) throws(SystemError) -> SocketAddress {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard result == 0, let address = SocketAddress(storage) else { throw SystemError(call: "getsockname") }
        return address
    }

    private static func failure(_ call: String, _ descriptor: Int32) -> SystemError {
        let error = SystemError(call: call)
        Glibc.close(descriptor)
        return error
    }

    /// Takes ownership of the descriptor. Must be called on the loop.
    init(_ descriptor: Int32, on loop: Loop, accepted: @escaping (Int32, SocketAddress) -> Void) throws(SystemError) {
        self.descriptor = descriptor
        self.loop = loop
        self.accepted = accepted
        registration = try loop.register(descriptor, for: .readable, source: self)
    }

    deinit {
        // The descriptor is still open only if the loop was shut down.
        if registration != nil { Glibc.close(descriptor) }
    }

    /// Accepts the connections that wait already, then stops listening.
    func close() {
        guard let registration else { return }
        accept(upTo: Int(Self.backlog))
        self.registration = nil
        loop.forget(registration)
        Glibc.close(descriptor)
    }

    /// Stops listening, and leaves the connections that wait already to the process that has the same socket.
    func leave() {
        guard let registration else { return }
        self.registration = nil
        loop.unregister(registration)
        Glibc.close(descriptor)
    }

    func ready(_ readiness: Readiness) {
        accept(upTo: Self.connectionsPerTurn)
    }

    private func accept(upTo count: Int) {
        for _ in 0..<count {
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let descriptor = withUnsafeMutablePointer(to: &storage) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { system_accept(self.descriptor, $0, &length) }
            }
            guard descriptor >= 0 else {
                if errno == EINTR || errno == ECONNABORTED { continue }
                if errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM { rest() }
                return
            }
            guard let peer = SocketAddress(storage) else {
                Glibc.close(descriptor)
                continue
            }
            accepted(descriptor, peer)
        }
    }

    /// Pauses the listener because no descriptors are left: it would be ready all the time.
    private func rest() {
        guard let registration, (try? loop.modify(registration, for: [])) != nil else { return }
        loop.schedule(at: loop.now + .milliseconds(100)) { [weak self] in
            guard let self, let registration = self.registration else { return }
            try? loop.modify(registration, for: .readable)
        }
    }
}
