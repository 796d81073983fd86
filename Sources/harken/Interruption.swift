import Glibc

/// The signals that ask the process to end. They interrupt no thread: the main thread waits for them.
enum Interruption {
    enum Cause: Sendable { case interrupt, terminate }

    /// Keeps the signals from every thread that is started later.
    static func block() {
        var signals = set
        sigprocmask(SIG_BLOCK, &signals, nil)
        // A peer or reader that went away is reported by `write`.
        signal(SIGPIPE, SIG_IGN)
    }

    /// Waits for the next signal.
    static func wait() -> Cause {
        var signals = set
        var number: Int32 = 0
        sigwait(&signals, &number)
        return number == SIGINT ? .interrupt : .terminate
    }

    private static var set: sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        return signals
    }
}
