import Glibc
import Synchronization

/// Serves HTTP/1.1 and WebSocket on loops.
package final class HTTPServer: Sendable {
    private struct State {
        var isDraining = false
        var isStopped = false
        /// The listening sockets, until the server stops to listen.
        var sockets: [Int32] = []
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    let configuration: HTTPServerConfiguration
    let service: any HTTPService
    /// Counts unauthenticated clients; nil: every client counts as authenticated.
    let pool: UnauthenticatedPool?
    private let workers: [HTTPServerWorker]
    private let state = Mutex(State())
    private let context: Mutex<TLSServerContext?>
    private let count = Atomic<Int>(0)

    package init(loops: [Loop], configuration: HTTPServerConfiguration = HTTPServerConfiguration(), service: any HTTPService) {
        self.configuration = configuration
        self.service = service
        pool = configuration.unauthenticated.map(UnauthenticatedPool.init)
        context = Mutex(configuration.tls)
        workers = loops.map(HTTPServerWorker.init)
    }

    /// Listens on every loop; may be called for several addresses. Connections are accepted as soon as this call has returned.
    ///
    /// - Parameter address: the address to listen on; port 0 chooses a free port.
    /// - Returns: the address with its actual port.
    /// - Throws: when another process uses the address, even one that may share it, or when the address is not this machine's.
    @discardableResult
    package func start(on address: SocketAddress) throws(SystemError) -> SocketAddress {
        // With SO_REUSEPORT a second server on the same port would start without an error, so the port is tried once without this option.
        let probe = try Listener.open(address, sharesPort: false)
        let bound: SocketAddress
        do {
            bound = try Listener.address(of: probe)
        } catch {
            close(probe)
            throw error
        }
        guard workers.count > 1 else {
            listen([probe])
            return bound
        }
        close(probe)
        var descriptors: [Int32] = []
        do throws(SystemError) {
            for _ in workers { descriptors.append(try Listener.open(bound, sharesPort: true)) }
        } catch {
            for descriptor in descriptors { close(descriptor) }
            throw error
        }
        listen(descriptors)
        return bound
    }

    /// Listens on sockets that another process has opened, and takes ownership of them. Connections that wait there already are accepted too.
    ///
    /// - Parameter sockets: listening sockets of one address; at least one.
    /// - Returns: the address.
    /// - Throws: when one of the descriptors is not a listening socket of IPv4 or IPv6.
    package func start(adopting sockets: [Int32]) throws(SystemError) -> SocketAddress {
        var bound: SocketAddress?
        for socket in sockets {
            var isListening: Int32 = 0, size = socklen_t(MemoryLayout<Int32>.size)
            guard getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &isListening, &size) == 0 else { throw SystemError(call: "use descriptor \(socket)") }
            guard isListening != 0 else { throw SystemError(call: "listen on descriptor \(socket)", code: EINVAL) }
            let address = try Listener.address(of: socket)
            bound = bound ?? address
            // A socket of systemd may lack these flags.
            guard fcntl(socket, F_SETFL, O_NONBLOCK) == 0, fcntl(socket, F_SETFD, FD_CLOEXEC) == 0 else {
                throw SystemError(call: "set the flags of descriptor \(socket)")
            }
        }
        guard let bound else { throw SystemError(call: "listen on no socket", code: EINVAL) }
        listen(sockets)
        return bound
    }

    private func listen(_ sockets: [Int32]) {
        state.withLock { $0.sockets += sockets }
        for (index, socket) in sockets.enumerated() { workers[index % workers.count].listen(socket, for: self) }
    }

    /// The listening sockets, for a process that takes over; empty when the server does not listen any more.
    package var sockets: [Int32] { state.withLock { $0.sockets } }

    /// Number of open connections, including WebSocket connections.
    package var connectionCount: Int { count.load(ordering: .relaxed) }

    /// Uses another certificate for new connections; open connections keep theirs. Only for a server that has a certificate.
    package func useTLS(_ context: TLSServerContext) {
        self.context.withLock { if $0 != nil { $0 = context } }
    }

    /// Stops accepting connections, closes idle connections, and ends the others with `Connection: close` after their present answer. WebSocket
    /// connections are left to their handlers.
    package func beginDrain() { beginDrain(leavesSockets: false) }

    /// As `beginDrain`, for a server whose sockets another process has too: connections that wait to be accepted are left to that process, and
    /// accepted connections wait for their first requests, so that no client is turned away.
    package func leaveSockets() { beginDrain(leavesSockets: true) }

    private func beginDrain(leavesSockets: Bool) {
        state.withLock { state in
            state.isDraining = true
            state.sockets = []
        }
        for worker in workers { worker.beginDrain(leavesSockets: leavesSockets) }
    }

    /// Returns when no connection is open; to be called after `beginDrain` or `stop`.
    package func drained() async {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                guard connectionCount > 0 else { return true }
                state.waiting.append(continuation)
                return false
            }
            if isDone { continuation.resume() }
        }
    }

    /// Closes everything at once. WebSocket handlers get `.abnormal(.stopped)`; exchanges call `onAbort`.
    package func stop() {
        state.withLock { state in
            state.isDraining = true
            state.isStopped = true
            state.sockets = []
        }
        for worker in workers { worker.stop() }
    }

    /// The TLS context for new connections; nil: plain HTTP.
    var tls: TLSServerContext? { context.withLock { $0 } }

    var isDraining: Bool { state.withLock { $0.isDraining } }

    /// Counts a new connection; returns false, without counting, when there are too many connections.
    func admit() -> Bool {
        guard count.wrappingAdd(1, ordering: .relaxed).newValue <= configuration.maxConnectionCount else {
            uncount()
            return false
        }
        guard configuration.descriptors?.take(1, for: .connection) ?? true else {
            uncount()
            return false
        }
        return true
    }

    func release() {
        configuration.descriptors?.giveBack(1)
        uncount()
    }

    private func uncount() {
        guard count.wrappingSubtract(1, ordering: .relaxed).newValue == 0 else { return }
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns the worker with clearly fewer connections than `worker`, or `worker` itself. Needed because the kernel distributes connections by
    /// hash, not by load.
    func leastLoaded(than worker: HTTPServerWorker) -> HTTPServerWorker {
        guard workers.count > 1 else { return worker }
        let own = worker.loop.load.load(ordering: .relaxed)
        guard let least = workers.min(by: { $0.loop.load.load(ordering: .relaxed) < $1.loop.load.load(ordering: .relaxed) }) else { return worker }
        return own - least.loop.load.load(ordering: .relaxed) > max(4, own / 8) ? least : worker
    }
}
