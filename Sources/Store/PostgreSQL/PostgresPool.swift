import Dispatch
import Glibc
import Synchronization

/// The connections of a process to a database, for one use. Each runs its work on a thread of its own; work that finds no free connection waits in
/// order, urgent work before other work. A connection is made when it is first needed, and again after it was lost.
final class PostgresPool: Sendable {
    /// Maximum number of pieces of work that wait.
    private static let maxWaiting = 20_000
    /// Time for which work waits for a database that cannot be reached.
    private static let patience: Duration = .seconds(10)

    private typealias Work = @Sendable (PostgresLane) -> Void

    /// Work that waits, in order.
    private struct Queue {
        private var waiting: [Work] = []
        /// Index of the first piece of `waiting` that was not begun.
        private var first = 0

        /// Number of begun pieces from which they are removed, when they are more than those that wait.
        private static let maxDone = 1_000

        var count: Int { waiting.count - first }

        mutating func append(_ work: @escaping Work) { waiting.append(work) }

        mutating func popFirst() -> Work? {
            guard first < waiting.count else {
                waiting = []
                first = 0
                return nil
            }
            let next = waiting[first]
            first += 1
            if first > Self.maxDone, first > waiting.count / 2 {
                waiting.removeFirst(first)
                first = 0
            }
            return next
        }
    }

    private struct State {
        var idle: [PostgresLane] = []
        var count = 0
        var urgent = Queue()
        var other = Queue()
    }

    let address: PostgresAddress
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

    /// Returns the time until which work waits for a database that cannot be reached, and is repeated. The time is counted from the work's turn: on a busy
    /// gateway the turn may come late. While the database is away the time is counted from the request, so that work in the queue does not wait for the
    /// database one piece after the other.
    ///
    /// - Parameters:
    ///   - asked: the time of the request.
    ///   - turn: the time at which the work has got a connection.
    static func deadline(asked: ContinuousClock.Instant, turn: ContinuousClock.Instant, isAway: Bool) -> ContinuousClock.Instant {
        (isAway ? asked : turn) + patience
    }

    /// Runs `work` on the thread of a connection.
    ///
    /// - Parameters:
    ///   - isUrgent: true if somebody waits for the result: the work is done before words that are to be stored.
    ///   - asked: the time of the request.
    ///   - work: takes the time until which it waits for a database that cannot be reached.
    func run<Value: Sendable>(
        isUrgent: Bool = false, asked: ContinuousClock.Instant = .now,
        _ work: @escaping @Sendable (PostgresLane, ContinuousClock.Instant) -> Result<Value, StoreError>
    ) async throws(StoreError) -> Value {
        let outcome: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            let isTaken = take(isUrgent: isUrgent) { [reconnection] lane in
                let deadline = Self.deadline(asked: asked, turn: .now, isAway: reconnection.isAway)
                continuation.resume(returning: work(lane, deadline))
            }
            if !isTaken { continuation.resume(returning: .failure(.overloaded("\(address): \(Self.maxWaiting) requests wait for a connection"))) }
        }
        return try outcome.get()
    }

    private enum Place {
        case lane(PostgresLane)
        case waiting
        case full
    }

    /// Returns false when too much work waits.
    private func take(isUrgent: Bool, _ work: @escaping Work) -> Bool {
        let place: Place = state.withLock { state in
            if let lane = state.idle.popLast() { return .lane(lane) }
            if state.count < most {
                state.count += 1
                return .lane(PostgresLane(address, settings, reconnection))
            }
            guard state.urgent.count + state.other.count < Self.maxWaiting else { return .full }
            if isUrgent { state.urgent.append(work) } else { state.other.append(work) }
            return .waiting
        }
        switch place {
        case .lane(let lane): lane.queue.async { self.work(work, on: lane) }
        case .waiting: break
        case .full: return false
        }
        return true
    }

    private func work(_ first: Work, on lane: PostgresLane) {
        first(lane)
        while let next = next(lane) { next(lane) }
    }

    /// Returns the urgent work, or else the other work, that has waited for longest; nil when there is none, and the lane is idle from now on.
    private func next(_ lane: PostgresLane) -> Work? {
        state.withLock { state in
            if let next = state.urgent.popFirst() ?? state.other.popFirst() { return next }
            state.idle.append(lane)
            return nil
        }
    }
}

/// Pauses before attempts to reach a lost database: each failure makes the next one longer, and no two processes have the same ones.
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

    /// True from a failed attempt, or a lost connection, until an attempt succeeds.
    var isAway: Bool { state.withLock { $0.pause > .zero } }

    func note(isConnected: Bool) {
        state.withLock { state in
            guard !isConnected else { return state = State() }
            state.pause = min(max(state.pause * 2, Self.pauses.lowerBound), Self.pauses.upperBound)
            state.next = ContinuousClock.now + state.pause * Double.random(in: 0.5...1)
        }
    }
}
