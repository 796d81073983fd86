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
                close(ours)
                throw SystemError(call: "fcntl")
            }
            close(theirs)
            theirs = copy
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // `exec` closes all other descriptors of the gateway.
        posix_spawn_file_actions_adddup2(&actions, theirs, DecodeFactory.socket)
        for standard in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_addopen(&actions, standard, "/dev/null", O_RDWR, 0)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t(), all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
        let words = [configuration.executable] + configuration.words
        var arguments = words.map { strdup($0) } + [nil]
        var variables = environment.map { strdup($0) } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var id: pid_t = 0
        let code = posix_spawn(&id, configuration.executable, &actions, &attributes, &arguments, &variables)
        guard code == 0 else {
            close(ours)
            throw SystemError(call: "posix_spawn \(configuration.executable)", code: code)
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
