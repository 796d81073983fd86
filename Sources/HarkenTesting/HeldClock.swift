package import Speech
internal import Synchronization

/// A clock that stands until a test moves it: rules about time are tested without waiting, however slow the machine is.
package final class HeldClock: Sendable {
    private struct State {
        var now = Instant.now
        var moved: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())

    package init() {}

    package var now: Instant { state.withLock { $0.now } }

    /// Calls `moved` whenever the clock has moved: a loop, for example, must look at its timers then.
    package func tell(_ moved: @escaping @Sendable () -> Void) { state.withLock { $0.moved.append(moved) } }

    /// Waits until the clock shows this time.
    package func sleep(until end: Instant) async throws { try await until { now >= end } }

    /// Moves the clock.
    package func advance(by duration: Duration) {
        let moved = state.withLock { state in
            state.now += duration
            return state.moved
        }
        for tell in moved { tell() }
    }
}
