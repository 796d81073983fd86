import Glibc
import Synchronization

/// Serves HTTP/1.1 and WebSocket on loops.
package final class HTTPServer: Sendable {
    private struct State {
        var isDraining = false
        var isStopped = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    let configuration: HTTPServerConfiguration
    let service: any HTTPService
    /// nil: every client is taken for authenticated.
    let pool: UnauthenticatedPool?
    private let workers: [HTTPServerWorker]
    private let state = Locked(State())
    private let context: Locked<TLSServerContext?>
    private let count = Atomic<Int>(0)

    package init(loops: [Loop], configuration: HTTPServerConfiguration = HTTPServerConfiguration(), service: any HTTPService) {
        self.configuration = configuration
        self.service = service
        pool = configuration.unauthenticated.map(UnauthenticatedPool.init)
        context = Locked(configuration.tls)
        workers = loops.map(HTTPServerWorker.init)
    }

    /// Listens, on every loop; may be called for several addresses. Connections are accepted once this returned.
    ///
    /// - Parameter address: port 0 picks one.
    /// - Returns: the address with the port that it is now.
    /// - Throws: when the address is in use, also by another process with the same right to it, or not ours.
    @discardableResult
    package func start(on address: SocketAddress) throws(SystemError) -> SocketAddress {
        // With SO_REUSEPORT a second server on the same port would start without a complaint: ask once without.
        let probe = try Listener.open(address, sharesPort: false)
        let bound: SocketAddress
        do {
            bound = try Listener.address(of: probe)
        } catch {
            close(probe)
            throw error
        }
        guard workers.count > 1 else {
            workers[0].listen(probe, for: self)
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
        for (worker, descriptor) in zip(workers, descriptors) { worker.listen(descriptor, for: self) }
        return bound
    }

    /// Connections open now, WebSocket included.
    package var connectionCount: Int { count.load(ordering: .relaxed) }

    /// Serves new connections with another certificate; those that are open keep theirs. Only for a server that has one.
    package func useTLS(_ context: TLSServerContext) {
        self.context.withLock { if $0 != nil { $0 = context } }
    }

    /// Accepts no more connections, closes idle ones, and ends the others with `Connection: close` after the answer they are at. WebSocket
    /// connections are their handlers' to close.
    package func beginDrain() {
        state.withLock { $0.isDraining = true }
        for worker in workers { worker.beginDrain() }
    }

    /// Returns when no connection is open, after `beginDrain` or `stop`.
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

    /// Closes everything at once. Handlers hear `.abnormal(.stopped)`, exchanges `onAbort`.
    package func stop() {
        state.withLock { state in
            state.isDraining = true
            state.isStopped = true
        }
        for worker in workers { worker.stop() }
    }

    /// The certificate for new connections; nil: plain HTTP.
    var tls: TLSServerContext? { context.withLock { $0 } }

    var isDraining: Bool { state.withLock { $0.isDraining } }

    /// Counts a connection in; false when there are too many, and then it is not counted.
    func admit() -> Bool {
        guard count.wrappingAdd(1, ordering: .relaxed).newValue <= configuration.maxConnectionCount else {
            release()
            return false
        }
        return true
    }

    func release() {
        guard count.wrappingSubtract(1, ordering: .relaxed).newValue == 0 else { return }
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// The worker that has clearly fewer connections than `worker`, else that one itself. The kernel spreads by hash, not by load.
    func leastLoaded(than worker: HTTPServerWorker) -> HTTPServerWorker {
        guard workers.count > 1 else { return worker }
        let own = worker.loop.load.load(ordering: .relaxed)
        guard let least = workers.min(by: { $0.loop.load.load(ordering: .relaxed) < $1.loop.load.load(ordering: .relaxed) }) else { return worker }
        return own - least.loop.load.load(ordering: .relaxed) > max(4, own / 8) ? least : worker
    }
}
