internal import CSystem
internal import Glibc
internal import Synchronization

/// Hands this process's sockets to a later process of the same user, which asks for them at a Unix socket.
package final class HandOverServer: Sendable {
    /// Descriptor at which processes ask.
    private let listener: Int32
    /// Pipe whose write end is closed to end the waiting.
    private let waking: (read: Int32, write: Int32)
    private let isStopped = Mutex(false)
    private let timeout: Duration

    /// Purpose under which the descriptor at which processes ask is handed over itself.
    package static let purpose = "hand-over"

    /// Makes the Unix socket. A file of that name is replaced.
    ///
    /// - Parameter timeout: maximum time for each message of a process that asks; nil: as long as two processes of one machine need.
    package convenience init(at path: String, timeout: Duration? = nil) throws(SystemError) {
        let descriptor = system_message_socket()
        guard descriptor >= 0 else { throw SystemError(call: "socket \(path)") }
        do throws(SystemError) {
            let place = try UnixSocketPath(path)
            defer { place.close() }
            unlink(path)
            guard place.withAddress({ bind(descriptor, $0, $1) }) == 0 else { throw SystemError(call: "bind \(path)") }
            chmod(path, 0o600)
            guard listen(descriptor, 64) == 0 else { throw SystemError(call: "listen on \(path)") }
            try self.init(adopting: descriptor, timeout: timeout)
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// Uses a socket that another process has made, and takes ownership of it.
    package init(adopting descriptor: Int32, timeout: Duration? = nil) throws(SystemError) {
        self.timeout = timeout ?? HandOverChannel.timeout
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SystemError(call: "pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        waking = (ends[0], ends[1])
        listener = descriptor
    }

    deinit {
        stop()
        close(listener)
        close(waking.read)
    }

    /// Waits until another process has taken the sockets, or until the task is cancelled.
    ///
    /// - Parameters:
    ///   - sockets: returns the sockets to hand over. The socket at which processes ask is handed over as well.
    ///   - failed: called when a process asked and then did not take the sockets. This process goes on as before.
    /// - Returns: the process that has taken the sockets; nil when the task was cancelled.
    package func handOver(
        _ sockets: @escaping @Sendable () -> [HandedSocket], failed: @escaping @Sendable (HandOverError) -> Void
    ) async -> Int32? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                do throws(SystemError) {
                    try startThread(name: "hand-over") { [self] in continuation.resume(returning: serve(sockets, failed)) }
                } catch {
                    failed(.failed(error))
                    continuation.resume(returning: nil)
                }
            }
        } onCancel: {
            stop()
        }
    }

    private func stop() {
        isStopped.withLock { isStopped in
            if !isStopped { close(waking.write) }
            isStopped = true
        }
    }

    /// Maximum number of connections that have not asked yet. A further one takes the place of the oldest.
    private static let maxSilent = 32

    private func serve(_ sockets: () -> [HandedSocket], _ failed: (HandOverError) -> Void) -> Int32? {
        // Connections that have not asked yet: one that never does keeps no other waiting.
        var silent: [HandOverChannel] = []
        while true {
            var waiting = ([listener, waking.read] + silent.map(\.descriptor)).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            let count = poll(&waiting, nfds_t(waiting.count), -1)
            if count < 0, errno == EINTR { continue }
            guard count > 0, waiting[1].revents == 0 else { return nil }
            let asking = zip(silent, waiting.dropFirst(2)).filter { $0.1.revents != 0 }.map(\.0)
            silent.removeAll { channel in asking.contains { $0 === channel } }
            for channel in asking {
                do throws(HandOverError) { return try serve(channel, sockets()) } catch { failed(error) }
            }
            guard waiting[0].revents != 0, case let accepted = accept(listener, nil, nil), accepted >= 0 else { continue }
            _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
            if silent.count >= Self.maxSilent { silent.removeFirst() }
            silent.append(HandOverChannel(accepted, timeout: timeout))
        }
    }

    private func serve(_ channel: HandOverChannel, _ sockets: [HandedSocket]) throws(HandOverError) -> Int32 {
        guard let peer = channel.peer else {
            try? channel.send(HandOverChannel.rejection + "it belongs to another user")
            throw .rejected("the asking process belongs to another user")
        }
        guard try channel.receive().text == HandOverChannel.request else {
            try? channel.send(HandOverChannel.rejection + "it has another version of the exchange")
            throw .rejected("the asking process has another version of the exchange")
        }
        for socket in sockets + [HandedSocket(purpose: Self.purpose, descriptor: listener)] { try channel.send(socket) }
        try channel.send(HandOverChannel.end)
        guard try channel.receive().text == HandOverChannel.confirmation else { throw .brokenOff }
        return peer
    }
}
