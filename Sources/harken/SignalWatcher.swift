import Glibc

/// Waits on the main thread for the signals that ask the process to end, and for SIGHUP where a command reads it. No thread is interrupted.
enum SignalWatcher {
    enum Cause: Sendable { case interrupt, terminate, hangup }

    /// Blocks the signals in this thread and in every thread that is started later.
    ///
    /// - Parameter hangups: true blocks SIGHUP too; false: SIGHUP ends the process.
    static func block(hangups: Bool = false) {
        var signals = set(hangups: hangups)
        sigprocmask(SIG_BLOCK, &signals, nil)
        // `write` reports a peer or reader that is gone.
        signal(SIGPIPE, SIG_IGN)
    }

    /// Waits for the next of the blocked signals.
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
