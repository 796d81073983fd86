#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// Waits for pipes and terminals that end when the task is cancelled. No signal interrupts a system call of a command, so a blocking `open` or `read`
/// would go on after Ctrl-C.
package enum InterruptibleWait {
    /// Time after which a cancellation is noticed, in milliseconds.
    package static let step: Int32 = 100

    /// Waits until a read of the descriptor does not block: there are bytes, an end or an error. Blocks the thread.
    ///
    /// - Returns: false when the task is cancelled.
    package static func untilReadable(_ descriptor: Int32) -> Bool {
        while !Task.isCancelled {
            var interest = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let count = poll(&interest, 1, step)
            // An error is the next read's to report.
            if count > 0 || (count < 0 && errno != EINTR) { return true }
        }
        return false
    }
}
