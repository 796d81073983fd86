import Glibc
import Net
import Synchronization

/// A process of this program that goes on when the process that started it has ended.
enum DetachedProcess {
    /// Descriptor at which the process reports that it is ready.
    private static let readyDescriptor: Int32 = 3

    /// Starts the process, and waits until it is ready or has ended. The cancellation of the task asks the process to end (SIGTERM).
    ///
    /// - Parameter words: arguments of this program.
    /// - Returns: `done` when the process is ready, otherwise the status with which it ended.
    static func start(_ words: [String]) async throws(SystemError) -> ExitStatus {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SystemError(call: "pipe") }
        let (reader, writer) = (ends[0], ends[1])
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(reader) }
        let spawned = Result { () throws(SystemError) in try spawn(words + ["--ready-fd", "\(readyDescriptor)"], writer) }
        // The end of the process is the end of the pipe.
        close(writer)
        let process = try spawned.get()
        // The process number is free for another process once the end is noted.
        let isOver = Mutex(false)
        return await withTaskCancellationHandler {
            var byte: UInt8 = 0, count = -1
            repeat { count = read(reader, &byte, 1) } while count < 0 && errno == EINTR
            if count == 1 { return .done }
            var status: Int32 = 0
            isOver.withLock {
                $0 = true
                while waitpid(process, &status, 0) < 0, errno == EINTR {}
            }
            return status >> 8 & 0xFF == ExitStatus.wrongUsage.rawValue ? .wrongUsage : .failed
        } onCancel: {
            isOver.withLock { if !$0 { kill(process, SIGTERM) } }
        }
    }

    private static func spawn(_ words: [String], _ ready: Int32) throws(SystemError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ready, readyDescriptor)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t(), all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        // A group of its own: what a terminal sends to its foreground does not reach the process.
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
        var arguments = (["harken"] + words).map { strdup($0) } + [nil]
        defer { for text in arguments { free(text) } }
        var id: pid_t = 0
        let code = posix_spawn(&id, "/proc/self/exe", &actions, &attributes, &arguments, environ)
        guard code == 0 else { throw SystemError(call: "start harken", code: code) }
        return id
    }
}
