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
        let spawned = Result { () throws(SystemError) in
            try NewProcess.start(
                ["harken"] + words + ["--ready-fd", "\(readyDescriptor)"], program: "/proc/self/exe",
                descriptors: [STDIN_FILENO: .null(O_RDONLY), readyDescriptor: .copy(writer)], ownsGroup: true)
        }
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
}
