internal import Synchronization

/// Work whose pieces run one after the other, in the order in which they came. May be used from any thread.
package final class SerialWork: Sendable {
    private struct State {
        /// Waits for the last piece, which waits for those before it.
        var last: (@Sendable () async -> Void)?
        /// Number of pieces whose callers wait.
        var count = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// True if no piece runs or waits.
    package var isIdle: Bool { state.withLock { $0.count == 0 } }

    /// Runs a piece when those before it have ended, and returns its result. A piece runs to its end also when its caller is cancelled.
    ///
    /// The piece has its place before the first suspension: an actor's calls keep their order.
    package func run<R: Sendable>(_ piece: @escaping @Sendable () async -> R) async -> R {
        let task = state.withLock { state in
            let task = Task { [before = state.last] in
                await before?()
                return await piece()
            }
            state.last = { _ = await task.value }
            state.count += 1
            return task
        }
        defer { state.withLock { $0.count -= 1 } }
        return await task.value
    }
}
