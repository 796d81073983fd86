import Glibc

/// Waits for pipes and terminals that end when the task is cancelled. No signal interrupts a system call of a command, so a blocking `open` or `read`
/// would go on after Ctrl-C.
enum InterruptibleWait {
    /// Time after which a cancellation is noticed, in milliseconds.
    private static let step: Int32 = 100

    /// Waits until a read of the descriptor does not block: there are bytes, an end or an error.
    ///
    /// - Returns: false when the task is cancelled.
    static func untilReadable(_ descriptor: Int32) -> Bool {
        while !Task.isCancelled {
            var interest = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let count = poll(&interest, 1, step)
            // An error is the next read's to report.
            if count > 0 || (count < 0 && errno != EINTR) { return true }
        }
        return false
    }

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
