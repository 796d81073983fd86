import Audio
import Glibc

extension InterruptibleWait {
    /// Opens a pipe for writing. Waits until somebody reads it.
    ///
    /// - Returns: the descriptor, whose writes block; nil when the task is cancelled; negative when the pipe cannot be opened, with the reason in `errno`.
    static func openForWriting(pipe path: String) -> Int32? {
        while !Task.isCancelled {
            let descriptor = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
            if descriptor >= 0 { return fcntl(descriptor, F_SETFL, 0) == 0 ? descriptor : closed(descriptor) }
            guard errno == ENXIO || errno == EINTR else { return descriptor }
            // Nobody reads the pipe, and the system tells of no reader that comes.
            poll(nil, 0, step)
        }
        return nil
    }

    /// Closes a descriptor that cannot be used. Leaves `errno` as it is.
    private static func closed(_ descriptor: Int32) -> Int32 {
        let code = errno
        close(descriptor)
        errno = code
        return -1
    }
}
