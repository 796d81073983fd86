import Glibc

/// The signals that ask the process to end, and SIGHUP where that asks for something else. They interrupt no thread: the main thread waits for them.
enum SignalWatcher {
    enum Cause: Sendable { case interrupt, terminate, hangup }

    /// Keeps the signals from every thread that is started later.
    ///
    /// - Parameter hangups: whether SIGHUP is kept from them too; otherwise it ends the process.
    static func block(hangups: Bool = false) {
        var signals = set(hangups: hangups)
        sigprocmask(SIG_BLOCK, &signals, nil)
        // A peer or reader that went away is reported by `write`.
        signal(SIGPIPE, SIG_IGN)
    }

    /// Waits for the next signal of those that were blocked.
    static func wait(hangups: Bool = false) -> Cause {
        var signals = set(hangups: hangups)
        var number: Int32 = 0
        sigwait(&signals, &number)
        switch number {
        case SIGINT: return .interrupt
        case SIGHUP: return .hangup
        default: return .terminate
        }
    }

    private static func set(hangups: Bool) -> sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        if hangups { sigaddset(&signals, SIGHUP) }
        return signals
    }
}
