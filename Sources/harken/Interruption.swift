import Dispatch
import Glibc

/// The signals that ask the process to end, taken by one thread that waits for them. A second one ends the process at once.
enum Interruption {
    enum Cause: Sendable { case interrupt, terminate }

    /// Keeps the signals from every thread that is started later.
    static func block() {
        var signals = set
        sigprocmask(SIG_BLOCK, &signals, nil)
        // A peer or reader that went away is reported by `write`.
        signal(SIGPIPE, SIG_IGN)
    }

    /// Waits for the first signal, then sees to it that the next one ends the process.
    static func first() async -> Cause {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "harken.signals").async {
                continuation.resume(returning: wait())
                _ = wait()
                _exit(ExitStatus.interrupted.rawValue)
            }
        }
    }

    private static func wait() -> Cause {
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
