internal import Speech
internal import Synchronization

/// The queue of the queries that wait for a connection of a database, with limits of their number and of their waits.
final class ReadQueue: Sendable {
    /// Takes the number of the query's connection, or the reason why the query does not begin. Called once, on any thread.
    typealias Query = @Sendable (Result<Int, StoreError>) -> Void

    private struct State {
        var turns: ReadTurns<Query>
        /// True while a task waits for the end of the first wait.
        var isWatched = false
    }

    private let database: String
    private let limits: ReadLimits
    private let clock: StoreClock
    private let state: Mutex<State>

    /// - Parameters:
    ///   - database: the name of the database in errors.
    ///   - connections: number of connections, at least 1.
    init(of database: String, connections: Int, limits: ReadLimits = ReadLimits(), clock: StoreClock = .system) {
        self.database = database
        self.limits = limits
        self.clock = clock
        state = Mutex(State(turns: ReadTurns(connections: connections, limits: limits)))
    }

    /// Adds a query. Whoever gets a connection calls `ended` with it.
    ///
    /// - Parameter user: the user who waits for the result; nil: the gateway itself.
    func add(for user: ID<User>?, _ query: @escaping Query) {
        let now = clock.now()
        let (placement, isUnwatched): (ReadTurns<Query>.Placement, Bool) = state.withLock { state in
            let placement = state.turns.add(query, of: user, now: now)
            guard case .waits = placement, !state.isWatched else { return (placement, false) }
            state.isWatched = true
            return (placement, true)
        }
        switch placement {
        case .begins(let start): start.query(.success(start.connection))
        case .waits: break
        case .full: query(.failure(.overloaded("\(database): \(limits.maxWaiting) queries wait for a connection")))
        case .fullForUser: query(.failure(.tooManyOfUser("\(database): \(limits.maxWaitingOfUser) queries of one user wait for a connection")))
        }
        if isUnwatched { Task { await self.watch() } }
    }

    /// Notes that a query has ended, and begins the next one.
    func ended(_ user: ID<User>?, on connection: Int) {
        guard let start = state.withLock({ $0.turns.ended(user, on: connection) }) else { return }
        start.query(.success(start.connection))
    }

    /// Ends the waits that take too long, until no query waits.
    private func watch() async {
        while let end = nextEnd() {
            try? await clock.sleep(end)
            let now = clock.now(), late = state.withLock { $0.turns.removeLate(now: now) }
            for refused in late {
                let detail = "\(database): a query has waited \(limits.maxWait) for a connection"
                refused.query(.failure(refused.isBehindOwn ? .tooManyOfUser(detail + ", behind others of its user") : .overloaded(detail)))
            }
        }
    }

    /// Returns the end of the first wait; nil: no query waits, and the watch ends.
    private func nextEnd() -> Instant? {
        state.withLock { state in
            let end = state.turns.nextEnd
            state.isWatched = end != nil
            return end
        }
    }
}
