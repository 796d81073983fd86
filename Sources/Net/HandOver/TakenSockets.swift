internal import CSystem
internal import Glibc
internal import Speech

/// The sockets that this process has got from a running one. The running process goes on as before until `confirm`.
package final class TakenSockets: Sendable {
    package let sockets: [HandedSocket]
    private let channel: HandOverChannel

    /// Asks the process that hands over its sockets at `path`.
    ///
    /// - Parameter timeout: maximum time for each message; nil: as long as two processes of one machine need.
    package static func take(from path: String, timeout: Duration? = nil) async throws(HandOverError) -> TakenSockets {
        let result: Result<TakenSockets, HandOverError> = await withCheckedContinuation { continuation in
            do throws(SystemError) {
                try startThread(name: "take-over") {
                    continuation.resume(returning: Result { () throws(HandOverError) in try inTurn(from: path, timeout) })
                }
            } catch {
                continuation.resume(returning: .failure(.failed(error)))
            }
        }
        return try result.get()
    }

    /// Maximum time that the running process may be busy with others who ask.
    private static let patience: Duration = .seconds(30)

    /// Asks again while the running process is busy with others. Blocks.
    private static func inTurn(from path: String, _ timeout: Duration?) throws(HandOverError) -> TakenSockets {
        let began = Instant.now
        while true {
            do throws(HandOverError) { return try TakenSockets(from: path, timeout) } catch {
                guard error.isPassing, began.duration(to: .now) < patience else { throw error }
                usleep(200_000)
            }
        }
    }

    /// Blocks until the other process has answered.
    private init(from path: String, _ timeout: Duration?) throws(HandOverError) {
        let descriptor = system_message_socket()
        guard descriptor >= 0 else { throw .failed(SystemError(call: "socket \(path)")) }
        let channel = HandOverChannel(descriptor, timeout: timeout ?? HandOverChannel.timeout)
        let place: UnixSocketPath
        do throws(SystemError) { place = try UnixSocketPath(path) } catch { throw .failed(error) }
        defer { place.close() }
        guard place.withAddress({ connect(descriptor, $0, $1) }) == 0 else {
            throw errno == ENOENT || errno == ECONNREFUSED ? .nobody(path: path) : .failed(SystemError(call: "connect to \(path)"))
        }
        guard channel.peer != nil else { throw .rejected("it belongs to another user") }
        try channel.send(HandOverChannel.request)
        var sockets: [HandedSocket] = []
        do throws(HandOverError) {
            while true {
                let (text, received) = try channel.receive()
                if text.hasPrefix(HandOverChannel.socket), let received {
                    sockets.append(HandedSocket(purpose: String(text.dropFirst(HandOverChannel.socket.count)), descriptor: received))
                } else if text.hasPrefix(HandOverChannel.rejection) {
                    throw .rejected(String(text.dropFirst(HandOverChannel.rejection.count)))
                } else {
                    guard text == HandOverChannel.end else { throw .brokenOff }
                    break
                }
            }
        } catch {
            for socket in sockets { close(socket.descriptor) }
            throw error
        }
        self.channel = channel
        self.sockets = sockets
    }

    /// Tells the running process that this one serves from now on.
    package func confirm() throws(HandOverError) { try channel.send(HandOverChannel.confirmation) }
}

extension HandOverError {
    /// True if the running process may answer the next time.
    fileprivate var isPassing: Bool {
        switch self {
        case .brokenOff: true
        case .failed(let error): error.code == EAGAIN
        case .nobody, .rejected: false
        }
    }
}
