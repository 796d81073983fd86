import Glibc

/// The descriptor to which a gateway writes an empty line when it is ready.
struct ReadyLine: Sendable {
    private let descriptor: Int32

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    /// Writes the line and closes the descriptor. Without a reader nothing happens: SIGPIPE is ignored.
    func write() {
        _ = Glibc.write(descriptor, "\n", 1)
        close(descriptor)
    }
}
