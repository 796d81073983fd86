package import Speech
import Glibc
import Synchronization

/// Several loops, normally one per core.
package final class LoopGroup: Sendable {
    /// The loops; at least one.
    package let loops: [Loop]
    private let turn = Atomic<Int>(0)

    /// Starts `count` threads. Also sets what every user of sockets in this process needs: SIGPIPE is ignored, and the descriptor limit is raised to
    /// the highest that the system allows.
    ///
    /// - Parameter clock: the time by which the loops' timers fire.
    package init(count: Int, clock: @escaping @Sendable () -> Instant = { .now }) throws(SystemError) {
        signal(SIGPIPE, SIG_IGN)
        raiseDescriptorLimit()
        var loops: [Loop] = []
        for index in 0..<max(1, count) { loops.append(try Loop(name: "loop \(index)", clock: clock)) }
        self.loops = loops
    }

    /// Returns the loops in turn.
    package func next() -> Loop {
        let index = turn.wrappingAdd(1, ordering: .relaxed).oldValue
        return loops[Int(UInt(bitPattern: index) % UInt(loops.count))]
    }

    /// Ends all threads. Stop servers and clients first.
    package func shutdown() {
        for loop in loops { loop.shutdown() }
    }
}

private func raiseDescriptorLimit() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
}
