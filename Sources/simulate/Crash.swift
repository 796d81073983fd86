import Glibc
import Simulation
import Synchronization

/// Reports the seed at which the program trapped or hung. A session machine must do neither.
enum Crash {
    /// Time limit for simulating a session, in seconds: far longer than any session takes.
    private static let patience: UInt32 = 20
    private static let seed = Atomic<UInt64>(0)

    static func note(_ session: SessionSeed) {
        seed.store(session.seed, ordering: .relaxed)
        alarm(patience)
    }

    /// Switches the time limit off, for tracing a seed or making its scenario smaller, which may take any time.
    static func rest() { alarm(0) }

    static func announce() {
        for number in [SIGILL, SIGTRAP, SIGSEGV, SIGABRT, SIGALRM] { _ = signal(number, handler) }
    }

    /// The signal handler. It does only what a signal handler may do: no allocation, and two writes.
    private static let handler: @convention(c) (Int32) -> Void = { number in
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { line in
            var rest = Crash.seed.load(ordering: .relaxed)
            var start = 63
            line[start] = 0x0A
            repeat {
                start -= 1
                line[start] = UInt8(0x30 + rest % 10)
                rest /= 10
            } while rest > 0
            _ = number == SIGALRM ? write(STDOUT_FILENO, "hangs at seed ", 14) : write(STDOUT_FILENO, "traps at seed ", 14)
            _ = write(STDOUT_FILENO, line.baseAddress.map { $0 + start }, 64 - start)
        }
        _exit(1)
    }
}
