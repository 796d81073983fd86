internal import CSystem
internal import Glibc
internal import Net

/// A worker as the gateway sees it: a process and the socket to it. It decodes one recording.
///
/// Whoever holds it is the only one who does: the idle ones belong to the pool, the others to the turn or the recording that took one.
struct WorkerProcess: Sendable {
    let id: pid_t
    let socket: Int32

    /// Starts a process with nothing but the socket: no other descriptor, no variable but the loader's, in a group of its own.
    static func spawn(_ configuration: DecodeWorkers.Configuration) throws(SystemError) -> WorkerProcess {
        var pair: [Int32] = [-1, -1]
        guard system_message_sockets(&pair) == 0 else { throw SystemError(call: "socketpair") }
        let (ours, theirs) = (pair[0], pair[1])
        defer { close(theirs) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // All other descriptors of the gateway are closed by `exec`.
        posix_spawn_file_actions_adddup2(&actions, theirs, DecodeWorker.socket)
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
        return WorkerProcess(id: id, socket: ours)
    }

    private static var environment: [String] {
        // A crash is reported by whoever waits for the process, not by one more process.
        var variables = ["SWIFT_BACKTRACE=enable=no"]
        if let path = getenv("LD_LIBRARY_PATH") { variables.append("LD_LIBRARY_PATH=" + String(cString: path)) }
        return variables
    }

    /// False once the process has ended.
    var isAlive: Bool {
        var information = siginfo_t()
        information.si_signo = 0
        return waitid(P_PID, id_t(id), &information, WEXITED | WNOHANG | WNOWAIT) == 0 && information.si_signo == 0
    }

    /// Kills the process where it has not ended yet, and waits until it has. Called once, by whoever holds it.
    ///
    /// - Returns: how it ended, as `signal 11` or `status 0`.
    func end() -> String {
        kill(id, SIGKILL)
        close(socket)
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        return signal == 0 ? "status \(status >> 8 & 0xFF)" : "signal \(signal)"
    }
}
