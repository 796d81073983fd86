import Dispatch
import Glibc
import Synchronization

/// The connections of a process to a database, for one use. Each runs its work on a thread of its own; work that finds no free connection waits in
/// order. A connection is made when it is first needed, and again after it was lost.
final class PostgresPool: Sendable {
    /// Maximum number of pieces of work that wait.
    private static let maxWaiting = 20_000
    /// Time for which work waits for a database that cannot be reached.
    private static let patience: Duration = .seconds(10)

    private struct State {
        var idle: [PostgresLane] = []
        var count = 0
        var waiting: [@Sendable (PostgresLane) -> Void] = []
        /// Index of the first piece of `waiting` that was not begun.
        var first = 0
    }

    private let address: PostgresAddress
    private let settings: String
    private let most: Int
    private let state = Mutex(State())
    private let reconnection = PostgresReconnection()

    /// - Parameters:
    ///   - settings: further settings of the sessions, as SQL.
    ///   - most: maximum number of connections.
    init(_ address: PostgresAddress, settings: String = "", most: Int) {
        self.address = address
        self.settings = settings
        self.most = most
    }

    /// Runs `work` on the thread of a connection.
    func run<Value: Sendable>(
        _ work: @escaping @Sendable (PostgresLane, ContinuousClock.Instant) -> Result<Value, StoreError>
    ) async throws(StoreError) -> Value {
        let outcome: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            let deadline = ContinuousClock.now + Self.patience
            let isTaken = take { lane in continuation.resume(returning: work(lane, deadline)) }
            if !isTaken { continuation.resume(returning: .failure(.databaseUnavailable("\(address): too many requests wait for the database"))) }
        }
        return try outcome.get()
    }

    private enum Place {
        case lane(PostgresLane)
        case waiting
        case full
    }

    /// Returns false when too much work waits.
    private func take(_ work: @escaping @Sendable (PostgresLane) -> Void) -> Bool {
        let place: Place = state.withLock { state in
            if let lane = state.idle.popLast() { return .lane(lane) }
            if state.count < most {
                state.count += 1
                return .lane(PostgresLane(address, settings, reconnection))
            }
            guard state.waiting.count - state.first < Self.maxWaiting else { return .full }
            state.waiting.append(work)
            return .waiting
        }
        switch place {
        case .lane(let lane): lane.queue.async { self.work(work, on: lane) }
        case .waiting: break
        case .full: return false
        }
        return true
    }

    private func work(_ first: @Sendable (PostgresLane) -> Void, on lane: PostgresLane) {
        first(lane)
        while let next = next(lane) { next(lane) }
    }

    /// Returns the work that has waited for longest; nil when there is none, and the lane is idle from now on.
    private func next(_ lane: PostgresLane) -> (@Sendable (PostgresLane) -> Void)? {
        state.withLock { state in
            guard state.first < state.waiting.count else {
                state.waiting = []
                state.first = 0
                state.idle.append(lane)
                return nil
            }
            let next = state.waiting[state.first]
            state.first += 1
            return next
        }
    }
}

/// When a lost database may be tried again: the pause grows with each failure, and is never the same for two processes.
final class PostgresReconnection: Sendable {
    private struct State {
        var pause: Duration = .zero
        var next = ContinuousClock.now
    }

    private static let pauses: ClosedRange<Duration> = .milliseconds(50)...(.seconds(2))

    private let state = Mutex(State())

    /// Waits until the database may be tried. Returns false when this is later than `deadline`.
    func wait(until deadline: ContinuousClock.Instant) -> Bool {
        let pause = ContinuousClock.now.duration(to: state.withLock { $0.next })
        guard pause > .zero else { return true }
        guard ContinuousClock.now + pause < deadline else { return false }
        usleep(UInt32(pause / .microseconds(1)))
        return true
    }

    func note(isConnected: Bool) {
        state.withLock { state in
            guard !isConnected else { return state = State() }
            state.pause = min(max(state.pause * 2, Self.pauses.lowerBound), Self.pauses.upperBound)
            state.next = ContinuousClock.now + state.pause * Double.random(in: 0.5...1)
        }
    }
}
