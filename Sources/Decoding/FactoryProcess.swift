import Speech
internal import CSystem
internal import Glibc
internal import Net

/// The gateway's view of the factory: a process, and the socket to it.
struct FactoryProcess: Sendable {
    /// Maximum wait for the factory's answer. Starting and ending a worker take a millisecond; loading the program takes 0.1 s.
    private static let patience: Duration = .seconds(20)

    let id: pid_t
    private let socket: Int32

    /// Starts the factory's process in a process group of its own, with the socket as its only descriptor and with only the loader's environment
    /// variables.
    static func spawn(_ configuration: DecodeWorkers.Configuration) throws(SystemError) -> FactoryProcess {
        var (ours, theirs) = try sockets()
        defer { close(theirs) }
        // A copy above all standard descriptors is made, because `exec` would close a descriptor that `dup2` duplicates onto itself.
        if theirs <= DecodeFactory.socket {
            let copy = fcntl(theirs, F_DUPFD_CLOEXEC, DecodeFactory.socket + 1)
            guard copy >= 0 else {
                let error = SystemError(call: "fcntl")
                close(ours)
                throw error
            }
            close(theirs)
            theirs = copy
        }
        let id: pid_t
        do throws(SystemError) {
            // `exec` closes all other descriptors of the gateway.
            id = try NewProcess.start(
                [configuration.executable] + configuration.words, environment: environment,
                descriptors: [
                    DecodeFactory.socket: .copy(theirs), STDIN_FILENO: .null(O_RDWR), STDOUT_FILENO: .null(O_RDWR), STDERR_FILENO: .null(O_RDWR),
                ], ownsGroup: true)
        } catch {
            close(ours)
            throw error
        }
        return FactoryProcess(id: id, socket: ours)
    }

    private static var environment: [String] {
        // The parent that waits for the process reports a crash, so that no further process is needed for it.
        var variables = ["SWIFT_BACKTRACE=enable=no"]
        if let path = getenv("LD_LIBRARY_PATH") { variables.append("LD_LIBRARY_PATH=" + String(cString: path)) }
        return variables
    }

    private static func sockets() throws(SystemError) -> (ours: Int32, theirs: Int32) {
        var pair: [Int32] = [-1, -1]
        guard system_message_sockets(&pair) == 0 else { throw SystemError(call: "socketpair") }
        return (pair[0], pair[1])
    }

    /// Starts a worker. Blocks for a moment.
    ///
    /// - Throws: the system's error, or `EPIPE` when the factory has ended or does not answer.
    func start() throws(SystemError) -> WorkerProcess {
        let (ours, theirs) = try Self.sockets()
        let answer = ask(.start, with: theirs)
        close(theirs)
        switch answer {
        case .started(let worker)?: return WorkerProcess(id: worker, socket: ours, factory: id)
        case .failed(let code)?:
            close(ours)
            throw SystemError(call: "fork", code: code)
        case .ended?, nil:
            close(ours)
            throw SystemError(call: "decode-worker", code: EPIPE)
        }
    }

    /// Kills a worker of this factory if it has not ended yet. Blocks for a moment.
    ///
    /// - Returns: the way in which the worker ended, as `signal 11` or `status 0`; nil when the factory has ended or does not answer.
    func end(_ worker: pid_t) -> String? {
        guard case .ended(let status)? = ask(.end(worker)) else { return nil }
        let signal = status & 0x7F
        return signal == 0 ? "status \(status >> 8 & 0xFF)" : "signal \(signal)"
    }

    /// Kills the factory, and with it all its workers. Called once.
    func stop() {
        kill(id, SIGKILL)
        close(socket)
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0, errno == EINTR {}
    }

    /// Sends an order and returns the answer; nil: the factory has ended, does not answer, or gives an invalid answer.
    private func ask(_ order: FactoryOrder, with descriptor: Int32? = nil) -> FactoryAnswer? {
        let bytes = order.bytes
        let sent =
            if let descriptor {
                system_send_descriptor(socket, bytes, bytes.count, descriptor)
            } else {
                send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
            }
        guard sent == bytes.count else { return nil }
        let deadline = Instant.now + Self.patience
        var answer = [UInt8](repeating: 0, count: bytes.count + 1)
        while true {
            let left = deadline - Instant.now
            guard left > .zero else { return nil }
            var wanted = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            guard poll(&wanted, 1, Int32(left / .milliseconds(1)) + 1) > 0 else { continue }
            let count = recv(socket, &answer, answer.count, Int32(MSG_DONTWAIT))
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            return count > 0 ? FactoryAnswer(answer[..<count]) : nil
        }
    }
}
