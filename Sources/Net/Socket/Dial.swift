internal import CSystem
import Glibc

/// One attempt to connect to one address. Loop-confined.
final class Dial: EventSource {
    private let descriptor: Int32
    private let address: SocketAddress
    private let loop: Loop
    private var registration: Registration?
    private var done: ((Result<Int32, SystemError>) -> Void)?

    /// - Parameter done: called once, unless `cancel` came first, and never from inside this call. The receiver owns the descriptor.
    init(to address: SocketAddress, on loop: Loop, done: @escaping (Result<Int32, SystemError>) -> Void) throws(SystemError) {
        self.address = address
        self.loop = loop
        descriptor = system_tcp_socket(address.family)
        guard descriptor >= 0 else { throw SystemError(call: "socket") }
        let result = address.withSockaddr { connect(descriptor, $0, $1) }
        guard result == 0 || errno == EINPROGRESS else {
            let error = SystemError(call: "connect to \(address)")
            close(descriptor)
            throw error
        }
        self.done = done
        do {
            registration = try loop.register(descriptor, for: .writable, source: self)
        } catch {
            close(descriptor)
            throw error
        }
    }

    func cancel() {
        guard let registration else { return }
        self.registration = nil
        done = nil
        loop.forget(registration)
        close(descriptor)
    }

    func ready(_ readiness: Readiness) {
        guard let registration, let done else { return }
        self.registration = nil
        self.done = nil
        loop.unregister(registration)
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length)
        if code == 0 { return done(.success(descriptor)) }
        close(descriptor)
        done(.failure(SystemError(call: "connect to \(address)", code: code)))
    }
}
