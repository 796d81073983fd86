import Glibc
import Synchronization

/// The part of an HTTP server that lives on one loop.
// Sendable by proof: `loop` is constant, everything else is touched on the loop only. Methods for other threads go to the loop by `execute`.
final class HTTPServerWorker: @unchecked Sendable {
    let loop: Loop
    private var listeners: [Listener] = []
    private var connections: [Int: any ServedConnection] = [:]
    private var lastID = 0
    /// Unauthenticated connections in the order in which they came.
    private var unauthenticated = ConnectionQueue()
    /// Unauthenticated connections that hold memory, in the order in which they began to hold it.
    private var holders = ConnectionQueue()
    private var isRelieving = false
    private(set) var isDraining = false
    private var isStopped = false
    private var date = (second: 0, text: "")

    init(_ loop: Loop) {
        self.loop = loop
    }

    /// Listens on a descriptor. May be called from any thread.
    func listen(_ descriptor: Int32, for server: HTTPServer) {
        loop.execute { [self] in
            guard !isDraining else {
                close(descriptor)
                return
            }
            let listener = try? Listener(descriptor, on: loop) { [unowned self] descriptor, peer in
                let worker = server.leastLoaded(than: self)
                worker.loop.load.add(1, ordering: .relaxed)
                if worker === self {
                    adopt(descriptor, peer, server)
                } else {
                    worker.loop.execute { worker.adopt(descriptor, peer, server) }
                }
            }
            if let listener { listeners.append(listener) }
        }
    }

    /// Begins to drain. May be called from any thread.
    ///
    /// - Parameter leavesSockets: true if another process has the listening sockets too. It gets the connections that wait to be accepted, and the
    ///   accepted ones wait for their first requests.
    func beginDrain(leavesSockets: Bool) {
        loop.execute { [self] in
            isDraining = true
            if leavesSockets {
                for listener in listeners { listener.leave() }
                listeners = []
            } else {
                closeListeners()
            }
            for connection in Array(connections.values) { connection.drain(sparesNew: leavesSockets) }
        }
    }

    /// Closes everything at once. May be called from any thread.
    func stop() {
        loop.execute { [self] in
            isDraining = true
            isStopped = true
            closeListeners()
            for connection in Array(connections.values) { connection.stop() }
        }
    }

    private func closeListeners() {
        for listener in listeners { listener.close() }
        listeners = []
    }

    private func adopt(_ descriptor: Int32, _ peer: SocketAddress, _ server: HTTPServer) {
        let hasRoom = server.pool.map { $0.hasRoom(for: peer.ip) } ?? true
        let tls = server.tls
        guard !isStopped, hasRoom, server.admit() || (closeOldest() && server.admit()) else {
            turnAway(descriptor, isSecure: tls != nil)
            loop.load.subtract(1, ordering: .relaxed)
            return
        }
        lastID += 1
        let id = lastID
        let onClose = { [self] in
            connections[id] = nil
            loop.load.subtract(1, ordering: .relaxed)
            server.release()
        }
        do {
            var session: TLSSession?
            if let tls { session = try TLSSession(accepting: descriptor, tls, peer: peer.description) }
            let connection = try Connection(descriptor, peer: peer, tls: session.take(), on: loop, onClose: onClose)
            let served = HTTPServerConnection(connection, id, server, self)
            connections[id] = served
            served.start()
            if let pool = server.pool { count(connection, id, in: pool) }
        } catch is TLSError {
            close(descriptor)
            onClose()
        } catch {}
    }

    private func turnAway(_ descriptor: Int32, isSecure: Bool) {
        let answer = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        if !isSecure { _ = answer.withCString { send(descriptor, $0, strlen($0), Int32(MSG_NOSIGNAL)) } }
        close(descriptor)
    }

    // MARK: Unauthenticated connections. Loop-confined

    /// Counts the connection as one of an unauthenticated client from now on.
    func count(_ connection: Connection, _ id: Int, in pool: UnauthenticatedPool) {
        unauthenticated.append(id, isCurrent: isUnauthenticated)
        connection.count(in: UnauthenticatedShare(pool, connection.peer.ip) { [unowned self] share in grew(share, id) })
    }

    private func isUnauthenticated(_ id: Int) -> Bool { connections[id]?.share != nil }

    /// Closes the connection that has been there for the longest time without an authenticated request.
    ///
    /// - Returns: true if there was such a connection.
    private func closeOldest() -> Bool {
        while let id = unauthenticated.popFirst() {
            guard let connection = connections[id], connection.share != nil else { continue }
            connection.stop()
            return true
        }
        return false
    }

    /// Closes connections that hold memory until all of them together hold no more than allowed. The connections that began to hold memory first are
    /// closed first.
    private func grew(_ share: UnauthenticatedShare, _ id: Int) {
        if !share.isQueued {
            share.isQueued = true
            holders.append(id, isCurrent: isUnauthenticated)
        }
        // A connection that is being closed may send a last frame, and so call this function again.
        guard share.pool.isOverdrawn, !isRelieving else { return }
        isRelieving = true
        defer { isRelieving = false }
        while share.pool.isOverdrawn, let id = holders.popFirst() {
            guard let connection = connections[id], let share = connection.share else { continue }
            share.isQueued = false
            if share.memoryByteCount > 0 { connection.stop() }
        }
    }

    // MARK: Loop-confined

    /// Replaces the connection of this number, which has switched to another protocol.
    func replace(_ id: Int, with connection: any ServedConnection) {
        connections[id] = connection
    }

    /// The value of `Date`; made at most once per second.
    var httpDate: String {
        let now = time(nil)
        if date.second != now { date = (now, makeHTTPDate(now)) }
        return date.text
    }
}

/// Returns the time in the form `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 section 5.6.7).
func makeHTTPDate(_ seconds: Int) -> String {
    var seconds = time_t(seconds)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let day = "\(days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) \(parts.tm_year + 1900)"
    return "\(day) \(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) GMT"
}
